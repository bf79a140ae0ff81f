"""Comparing: two chains of thought on one question, side by side, from unnamed batches.

Nothing says which batch either is from: no verdict, no model, no kind, no path, no order.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from pipeline import store
from pipeline.accounts.roles import Role, SignedInRequest, role_required
from pipeline.core.records import CoT, Question
from pipeline.refusals import refusals_on, status_of
from review import access
from review.forms.grading import new_key
from review.forms.pairwise import PairForm
from review.grading.answer_key import without_key
from review.grading.rubric import RUBRICS
from review.models import Draft, Item, Reviewer, Slot
from review.pairwise.positions import A, B, Side, positions_of
from review.pairwise.submit import submit_pair
from review.queue.claim import renew_lease
from review.queue.drafts import DraftContent, draft_of, reclaim_draft, save_draft
from review.queue.reviewer_progress import own_progress
from review.views.grading.desk import to_next
from review.views.grading.drafts import draft_save_of, json_answer, whole_number


@dataclass(frozen=True)
class Shown:
    """What the screen shows of a pair: the question, and both chains of thought by position."""

    question: Question
    sides: tuple[tuple[str, CoT | None], tuple[str, CoT | None]]


@never_cache
@require_http_methods(["GET", "POST"])
@role_required(Role.REVIEWER)
def compare(request: SignedInRequest, code: str) -> HttpResponse:
    """One pair: read both, judge, submit, get the next."""
    reviewer = access.reviewer_of(request.user)
    if request.method == "POST":
        slot = access.slot_to_submit(reviewer, code, of=access.PAIR)
        return _submit(request, slot, reviewer)
    try:
        slot = access.slot_to_grade(reviewer, code, of=access.PAIR)
    except Http404:
        return _resume(request, access.draft_to_resume(reviewer, code, of=access.PAIR))
    if slot.state == Slot.State.FILLED:
        messages.info(request, "You have already judged this pair.")
        return redirect("review:desk")
    renew_lease(slot)
    draft = draft_of(slot.item, reviewer=reviewer)
    return _page(request, slot, reviewer, _form(slot, None, draft), draft)


@never_cache
@require_POST
@role_required(Role.REVIEWER)
def draft(request: SignedInRequest, code: str) -> HttpResponse:
    """Save the form as a draft, and renew the lease."""
    reviewer = access.reviewer_of(request.user)
    slot = access.slot_to_submit(reviewer, code, of=access.PAIR)
    return json_answer(
        lambda: save_draft(
            slot,
            reviewer=reviewer,
            fence=whole_number(request.POST, "fence"),
            save=draft_save_of(request.POST),
            entered=content_sent(PairForm, slot.item, request.POST),
        )
    )


def content_sent(kind: type[PairForm], item: Item, data: QueryDict) -> DraftContent:
    """What a browser sent of a form, unchecked, for a draft."""
    form = kind(data, rubric=RUBRICS[item.study.rubric_version])
    return DraftContent(form.content(), whole_number(data, "active_seconds"))


def _resume(request: HttpRequest, draft: Draft) -> HttpResponse:
    """A pair whose time ran out: lease it again if a slot is open, else the draft to read."""
    if reclaim_draft(draft) is not None:
        messages.info(request, "This pair had gone back to the queue; it is yours again.")
        return redirect("review:pair", draft.item.code)
    slot = Slot(item=draft.item)
    form = _form(slot, None, draft)
    return _page(request, slot, draft.reviewer, form, draft, readonly=True)


def _submit(request: HttpRequest, slot: Slot, reviewer: Reviewer) -> HttpResponse:
    form = _form(slot, request.POST, None)
    if form.is_valid():
        with refusals_on(form):
            submit_pair(
                slot,
                reviewer=reviewer,
                fence=form.cleaned_data["fence"],
                key=form.cleaned_data["key"],
                entry=form.entry(),
            )
            messages.success(request, "Judgement saved.", extra_tags=slot.item.code)
            return to_next(request, slot.item.study, reviewer)
    return _page(request, slot, reviewer, form, draft_of(slot.item, reviewer=reviewer))


def _form(slot: Slot, data: Any, draft: Draft | None) -> PairForm:
    initial = {"fence": slot.fence, "key": new_key()}
    if draft is not None:
        initial |= draft.content | {"active_seconds": draft.active_seconds}
    return PairForm(data, rubric=RUBRICS[slot.item.study.rubric_version], initial=initial)


def _page(
    request: HttpRequest,
    slot: Slot,
    reviewer: Reviewer,
    form: PairForm,
    draft: Draft | None,
    *,
    readonly: bool = False,
) -> HttpResponse:
    code = slot.item.code
    extra = {
        "mode": "compare",
        "readonly": readonly,
        "draft": draft,
        "draft_url": None if readonly else reverse("review:pair_draft", args=[code]),
    }
    return render_pair(request, slot.item, reviewer, form=form, extra=extra)


def render_pair(
    request: HttpRequest,
    item: Item,
    reviewer: Reviewer,
    *,
    form: PairForm,
    extra: Mapping[str, Any],
) -> HttpResponse:
    """The screen over one pair; `extra` says what it is for."""
    context = {
        "study": item.study,
        "code": item.code,
        "form": form,
        "rubric": RUBRICS[item.study.rubric_version],
        "shown": _shown(item, reviewer),
        "progress": own_progress(item.study, reviewer=reviewer),
        "keys_on": reviewer.keys_on,
        "reviewer_id": reviewer.pk,
        **extra,
    }
    return render(request, "review/pair.html", context, status=status_of(form))


def _shown(item: Item, reviewer: Reviewer) -> Shown:
    if item.rival_trace is None:
        raise Http404
    first, second = store.trace_record(item.trace), store.trace_record(item.rival_trace)
    sides = (first.cot, second.cot)
    if positions_of(item, reviewer=reviewer).left == Side.SECOND:
        sides = (second.cot, first.cot)
    asked = without_key(first) if item.study.hide_answer_key else first
    return Shown(asked.question, ((A.upper(), sides[0]), (B.upper(), sides[1])))
