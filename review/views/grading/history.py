"""A reviewer's history: their grades and progress, amending a grade, the reveal after it."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from pipeline import store
from pipeline.accounts.roles import Role, SignedInRequest, role_required
from pipeline.core.errors import Refusal
from pipeline.core.records import TraceRecord
from pipeline.refusals import refusals_on, status_of
from review import access
from review.forms.grading import AmendForm, Layout, content_of, new_key
from review.grading.amend import amend_grade, latest_grade
from review.grading.reveal import peers_shown, reveal_next, reveal_of, verdict_shown
from review.grading.rubric import RUBRICS
from review.grading.sendbacks import waiting_for
from review.models import Draft, Reviewer, Slot, Study
from review.queue.candidates import withheld_for
from review.queue.claim import leased_slot
from review.queue.drafts import draft_of
from review.queue.reviewer_progress import own_grades, own_progress
from review.views.grading.screen import render_screen

PAGE_SIZE = 25


@never_cache
@require_GET
@role_required(Role.REVIEWER)
def history(request: SignedInRequest, study_id: int) -> HttpResponse:
    """The reviewer's own grades in the study, and their pace; nobody else's."""
    reviewer = access.reviewer_of(request.user)
    study = access.study_to_grade(reviewer, study_id)
    if study.is_pairwise:
        return redirect("review:pair_history", study.pk)
    grades = own_grades(study, reviewer=reviewer)
    context = {
        "study": study,
        "page": Paginator(grades, PAGE_SIZE).get_page(request.GET.get("page")),
        "progress": own_progress(study, reviewer=reviewer),
        "may_amend": study.state == Study.State.OPEN,
        "withheld_for": 0 if study.state == Study.State.CLOSED else withheld_for(study),
    }
    return render(request, "review/history.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
@role_required(Role.REVIEWER)
def amend(request: SignedInRequest, code: str) -> HttpResponse:
    """Show a submitted grade; while the study is open it can be changed, with a reason."""
    reviewer = access.reviewer_of(request.user)
    slot = access.graded_slot(reviewer, code)
    trace = store.trace_record(slot.item.trace)
    draft = draft_of(slot.item, reviewer=reviewer)
    form = _form(slot, reviewer, trace, request.POST or None, draft)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            amend_grade(
                slot,
                reviewer=reviewer,
                key=form.cleaned_data["key"],
                reason=form.cleaned_data["reason"],
                entry=form.entry(),
            )
            messages.success(request, "Change saved as a new revision.", extra_tags=slot.item.code)
            return _back(slot, reviewer)
    return _page(request, slot, reviewer, trace, form, draft)


def _back(slot: Slot, reviewer: Reviewer) -> HttpResponse:
    """To the current item, whose grading the change interrupted; else to the list of grades."""
    current = in_hand(slot, reviewer)
    if current is not None:
        return redirect("review:grade", current.item.code)
    return redirect("review:history", slot.item.study_id)


def in_hand(slot: Slot, reviewer: Reviewer) -> Slot | None:
    """The slot of the same study that the reviewer holds."""
    current = leased_slot(reviewer)
    return current if current is not None and current.item.study_id == slot.item.study_id else None


def _form(
    slot: Slot, reviewer: Reviewer, trace: TraceRecord, data: Any, draft: Draft | None
) -> AmendForm:
    initial = {"key": new_key()} | _initial_content(slot, reviewer, draft)
    rubric = RUBRICS[slot.item.study.rubric_version]
    return AmendForm(data, rubric=rubric, layout=Layout.of(trace), initial=initial)


def _initial_content(slot: Slot, reviewer: Reviewer, draft: Draft | None) -> dict[str, Any]:
    """The draft of a change, or else the submitted grade; a draft is the whole form, blanks too."""
    if draft is not None:
        return {**draft.content, "active_seconds": draft.active_seconds}
    grade = latest_grade(slot.item, reviewer=reviewer)
    return content_of(grade) if grade else {}


def _page(
    request: HttpRequest,
    slot: Slot,
    reviewer: Reviewer,
    trace: TraceRecord,
    form: AmendForm,
    draft: Draft | None,
) -> HttpResponse:
    study, code = slot.item.study, slot.item.code
    is_open = study.state == Study.State.OPEN
    extra = {
        "mode": "amend",
        "code": code,
        "readonly": not is_open,
        "draft": draft,
        "in_hand": in_hand(slot, reviewer),
        "sendback": waiting_for(reviewer).filter(grade__item=slot.item).first(),
        "draft_url": reverse("review:amend_draft", args=[code]) if is_open else None,
        "progress": own_progress(study, reviewer=reviewer),
    }
    return render_screen(
        request, study, reviewer, trace=trace, form=form, extra=extra, status=status_of(form)
    )


@never_cache
@require_http_methods(["GET", "POST"])
@role_required(Role.REVIEWER)
def reveal(request: SignedInRequest, code: str) -> HttpResponse:
    """After the grade: the filters' verdict, then the other grades, each on request."""
    reviewer = access.reviewer_of(request.user)
    slot = access.graded_slot(reviewer, code)
    if not slot.item.study.reveal_after_submit:
        raise Http404
    if request.method == "POST":
        try:
            only_verdict = request.POST.get("show") != "peers"
            reveal_next(slot.item, reviewer=reviewer, only_verdict=only_verdict)
        except Refusal as error:
            raise Http404 from error
        return redirect("review:reveal", code)
    shown = reveal_of(slot.item, reviewer=reviewer)
    context = {
        "study": slot.item.study,
        "code": code,
        "question": slot.item.trace.question,
        "own": latest_grade(slot.item, reviewer=reviewer),
        "reveal": shown,
        "verdict": verdict_shown(slot.item, shown),
        "peers": peers_shown(slot.item, shown),
        "open": slot.item.study.state == Study.State.OPEN,
    }
    return render(request, "review/reveal.html", context)
