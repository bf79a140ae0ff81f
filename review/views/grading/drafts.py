"""Drafts: what the grading screen sends while a reviewer works; answers are JSON."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from pipeline import store
from pipeline.accounts.roles import Role, SignedInRequest, role_required
from pipeline.core.records import TraceRecord
from pipeline.refusals import refusals_on
from review import access
from review.forms.grading import AmendForm, GradeForm, Layout
from review.grading.amend import CannotAmend
from review.grading.answer_key import key_shown
from review.grading.rubric import RUBRICS
from review.grading.submit import StaleLease
from review.models import Draft, Reviewer, Slot
from review.queue.drafts import DraftContent, DraftSave, OtherTab, save_amendment, save_draft
from review.views.grading.desk import form_of, refusal_page

MAX_INTEGER = 2**31 - 1


@never_cache
@require_POST
@role_required(Role.REVIEWER)
def draft(request: SignedInRequest, code: str) -> HttpResponse:
    """Save the form as a draft; a hidden answer key is returned once coherence is graded."""
    reviewer = access.reviewer_of(request.user)
    slot = access.slot_to_submit(reviewer, code)
    trace = store.trace_record(slot.item.trace)
    return json_answer(lambda: _save(slot, reviewer, trace, request.POST), trace)


@never_cache
@require_POST
@role_required(Role.REVIEWER)
def amend_draft(request: SignedInRequest, code: str) -> HttpResponse:
    """Save a change to a grade as a draft, before it is submitted with its reason."""
    reviewer = access.reviewer_of(request.user)
    slot = access.graded_slot(reviewer, code)
    trace = store.trace_record(slot.item.trace)
    entered = _draft_content(AmendForm, slot, trace, request.POST)
    save = draft_save_of(request.POST)
    return json_answer(
        lambda: save_amendment(slot, reviewer=reviewer, save=save, entered=entered), trace
    )


@never_cache
@require_POST
@role_required(Role.REVIEWER)
def answer_key(request: SignedInRequest, code: str) -> HttpResponse:
    """Without JavaScript: save the form as a draft and return to it with the answer key."""
    reviewer = access.reviewer_of(request.user)
    slot = access.slot_to_submit(reviewer, code)
    trace = store.trace_record(slot.item.trace)
    form = form_of(slot, trace, request.POST, None)
    with refusals_on(form):
        saved = _save(slot, reviewer, trace, request.POST)
        if not key_shown(slot.item, draft=saved):
            messages.info(request, "Saved. Grade the coherence of the chain of thought first.")
        return redirect("review:grade", code)
    return refusal_page(request, slot, reviewer, trace, form)


def _save(slot: Slot, reviewer: Reviewer, trace: TraceRecord, data: QueryDict) -> Draft:
    return save_draft(
        slot,
        reviewer=reviewer,
        fence=whole_number(data, "fence"),
        save=draft_save_of(data),
        entered=_draft_content(GradeForm, slot, trace, data),
    )


def json_answer(save: Callable[[], Draft], trace: TraceRecord | None = None) -> JsonResponse:
    """Version and time of the saved draft; 409 says why not, and the browser keeps the text."""
    try:
        saved = save()
    except (CannotAmend, StaleLease, OtherTab) as error:
        why: dict[str, object] = {"why": error.why, "reason": str(error)}
        if isinstance(error, OtherTab):
            why["version"] = error.version
        return JsonResponse(why, status=409)
    answer = {"version": saved.version, "saved_at": saved.saved_at.isoformat()}
    if trace is not None and saved.blind_coherence is not None:
        answer["options"] = render_to_string("_options.html", {"question": trace.question})
    return JsonResponse(answer)


def _draft_content(
    kind: type[GradeForm], slot: Slot, trace: TraceRecord, data: QueryDict
) -> DraftContent:
    form = kind(data, rubric=RUBRICS[slot.item.study.rubric_version], layout=Layout.of(trace))
    return DraftContent(form.content(), whole_number(data, "active_seconds"))


def draft_save_of(data: QueryDict) -> DraftSave:
    """Which save this is, according to the page; without JavaScript only the version is known."""
    version = whole_number(data, "draft_version")
    try:
        return DraftSave(version, UUID(data.get("draft_tab", "")), whole_number(data, "draft_save"))
    except ValueError:
        return DraftSave(version)


def whole_number(data: QueryDict, name: str) -> int:
    """A whole number a browser sent; 0 for anything else."""
    text = data.get(name, "")
    return (
        min(int(text), MAX_INTEGER) if text.isascii() and text.isdigit() and len(text) < 11 else 0
    )


@require_POST
@role_required(Role.REVIEWER)
def keys(request: SignedInRequest) -> HttpResponse:
    """Switch the grading screen's single keys on or off for this reviewer (WCAG 2.1.4)."""
    reviewer = access.reviewer_of(request.user)
    switched_on = request.POST.get("keys") == "on"
    Reviewer.objects.filter(pk=reviewer.pk).update(keys_on=switched_on)
    return HttpResponse(status=204)
