"""Grading: the reviewer's desk, the next item, the grading screen."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pipeline import store
from pipeline.accounts.roles import Role, SignedInRequest, role_required
from pipeline.core.records import TraceRecord
from pipeline.refusals import refusals_as_messages, refusals_on, status_of
from review import access
from review.forms.grading import DeclineForm, GradeForm, Layout, new_key
from review.grading.answer_key import key_shown
from review.grading.practice import next_case
from review.grading.rubric import RUBRICS
from review.grading.sendbacks import waiting_for
from review.grading.submit import submit_grade
from review.models import Draft, Item, Reviewer, Slot, Study
from review.queue.claim import leased_slot, next_slot, renew_lease
from review.queue.decline import decline_item
from review.queue.drafts import draft_of, reclaim_draft
from review.queue.reviewer_progress import own_progress
from review.views.grading.screen import render_screen

PUT_ASIDE = "Your item in {} was put aside. Your entries are kept; it comes first when you return."


@require_GET
@role_required(Role.REVIEWER)
def desk(request: SignedInRequest) -> HttpResponse:
    """The reviewer's studies with what is done and what is left."""
    reviewer = access.reviewer_of(request.user)
    done = Q(items__slots__reviewer=reviewer, items__slots__state=Slot.State.FILLED)
    studies = access.studies_to_grade(reviewer).annotate(
        graded=Count("items", filter=done, distinct=True), size=Count("items", distinct=True)
    )
    context = {"studies": studies, "open": Study.State.OPEN, "sent_back": waiting_for(reviewer)}
    return render(request, "review/desk.html", context)


@require_POST
@role_required(Role.REVIEWER)
def next_item(request: SignedInRequest, study_id: int) -> HttpResponse:
    """Lease the next item and show it, or say that nothing is left; practice comes first."""
    reviewer = access.reviewer_of(request.user)
    study = access.study_to_grade(reviewer, study_id)
    if study.state == Study.State.OPEN and next_case(study, reviewer=reviewer):
        return redirect("review:practice", study.pk)
    return to_next(request, study, reviewer)


@never_cache
@require_http_methods(["GET", "POST"])
@role_required(Role.REVIEWER)
def grade(request: SignedInRequest, code: str) -> HttpResponse:
    """One item: read it, grade it, submit, get the next."""
    reviewer = access.reviewer_of(request.user)
    if request.method == "POST":
        return _submit(request, access.slot_to_submit(reviewer, code), reviewer)
    try:
        slot = access.slot_to_grade(reviewer, code)
    except Http404:
        return _resume(request, access.draft_to_resume(reviewer, code))
    if slot.state == Slot.State.FILLED:
        messages.info(request, "You have already graded this item.")
        return redirect("review:desk")
    renew_lease(slot)
    draft = draft_of(slot.item, reviewer=reviewer)
    trace = store.trace_record(slot.item.trace)
    form = form_of(slot, trace, None, draft)
    return _page(request, slot, reviewer, trace, form, draft=draft)


@require_POST
@role_required(Role.REVIEWER)
def decline(request: SignedInRequest, code: str) -> HttpResponse:
    """Not for me: give the item back, with the reason, and get the next."""
    reviewer = access.reviewer_of(request.user)
    slot = access.slot_to_submit(reviewer, code, of=Q())
    form = DeclineForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Say why this item is not for you.")
        return item_page(slot.item)
    with refusals_as_messages(request):
        decline_item(slot, reviewer=reviewer, **form.cleaned_data)
        messages.success(
            request, "Given back: this item will not come to you again.", extra_tags=code
        )
        return to_next(request, slot.item.study, reviewer)
    return redirect("review:desk")


def _resume(request: HttpRequest, draft: Draft) -> HttpResponse:
    """An item whose time ran out: lease it again if a slot is open, else the draft to read."""
    if reclaim_draft(draft) is not None:
        messages.info(request, "This item had gone back to the queue; it is yours again.")
        return redirect("review:grade", draft.item.code)
    trace = store.trace_record(draft.item.trace)
    slot = Slot(item=draft.item)
    form = form_of(slot, trace, None, draft)
    return _page(request, slot, draft.reviewer, trace, form, draft=draft, readonly=True)


def _submit(request: HttpRequest, slot: Slot, reviewer: Reviewer) -> HttpResponse:
    trace = store.trace_record(slot.item.trace)
    form = form_of(slot, trace, request.POST, None)
    if not form.is_valid():
        return refusal_page(request, slot, reviewer, trace, form)
    with refusals_on(form):
        submit_grade(
            slot,
            reviewer=reviewer,
            fence=form.cleaned_data["fence"],
            key=form.cleaned_data["key"],
            entry=form.entry(),
        )
        messages.success(request, "Grade saved.", extra_tags=slot.item.code)
        if slot.item.study.reveal_after_submit:
            return redirect("review:reveal", slot.item.code)
        return to_next(request, slot.item.study, reviewer)
    return refusal_page(request, slot, reviewer, trace, form)


def to_next(request: HttpRequest, study: Study, reviewer: Reviewer) -> HttpResponse:
    """Go to the reviewer's next item, or to the desk with the reason why there is none."""
    previous, slot = leased_slot(reviewer), next_slot(study, reviewer=reviewer)
    if slot is not None:
        if previous is not None and previous.item.study_id != study.pk:
            messages.info(request, PUT_ASIDE.format(previous.item.study))
        return item_page(slot.item)
    study.refresh_from_db(fields=["state"])
    if study.state != Study.State.OPEN:
        messages.info(request, f"The study {study} is {study.state}.")
    else:
        messages.info(request, f"Nothing is left for you in {study}. Thank you.")
    return redirect("review:desk")


def item_page(item: Item) -> HttpResponse:
    """To the screen that the item is for: grading one trace, or comparing two."""
    return redirect("review:pair" if item.kind == Item.Kind.PAIR else "review:grade", item.code)


def form_of(slot: Slot, trace: TraceRecord, data: Any, draft: Draft | None) -> GradeForm:
    """The form over an item: empty, as the draft has it, or as it was sent."""
    initial = {"fence": slot.fence, "key": new_key()}
    if draft is not None:
        initial |= draft.content | {"active_seconds": draft.active_seconds}
    return GradeForm(
        data,
        rubric=RUBRICS[slot.item.study.rubric_version],
        layout=Layout.of(trace),
        initial=initial,
    )


def refusal_page(
    request: HttpRequest, slot: Slot, reviewer: Reviewer, trace: TraceRecord, form: GradeForm
) -> HttpResponse:
    """The page with everything that was entered, and why it was not accepted."""
    draft = draft_of(slot.item, reviewer=reviewer)
    return _page(request, slot, reviewer, trace, form, draft=draft, status=status_of(form))


def _page(
    request: HttpRequest,
    slot: Slot,
    reviewer: Reviewer,
    trace: TraceRecord,
    form: GradeForm,
    *,
    draft: Draft | None,
    status: int = 200,
    readonly: bool = False,
) -> HttpResponse:
    study, code = slot.item.study, slot.item.code
    extra = {
        "mode": "grade",
        "code": code,
        "readonly": readonly,
        "draft": draft,
        "draft_url": None if readonly else reverse("review:draft", args=[code]),
        "progress": own_progress(study, reviewer=reviewer),
    }
    return render_screen(
        request,
        study,
        reviewer,
        trace=trace,
        form=form,
        extra=extra,
        key_shown=key_shown(slot.item, draft=draft),
        status=status,
    )
