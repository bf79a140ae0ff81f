"""Grading: the reviewer's desk, the next item, the grading screen."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pipeline import store
from pipeline.access import Role, SignedInRequest, role_required
from pipeline.sheet import sheet_of
from review import access
from review.forms import GradeForm, new_key
from review.grading import IncompleteGrade, StaleLease, graded_paths, submit_grade
from review.models import Reviewer, Slot, Study
from review.queue import filled_slots, next_slot, renew_lease
from review.rubric import RUBRICS


@require_GET
@role_required(Role.REVIEWER)
def desk(request: SignedInRequest) -> HttpResponse:
    """The reviewer's studies with what is done and what is left."""
    reviewer = access.reviewer_of(request.user)
    done = Q(items__slots__reviewer=reviewer, items__slots__state=Slot.State.FILLED)
    studies = access.studies_to_grade(reviewer).annotate(
        graded=Count("items", filter=done, distinct=True), size=Count("items", distinct=True)
    )
    return render(request, "review/desk.html", {"studies": studies, "open": Study.State.OPEN})


@require_POST
@role_required(Role.REVIEWER)
def next_item(request: SignedInRequest, study_id: int) -> HttpResponse:
    """Lease the next item and show it, or say that nothing is left."""
    reviewer = access.reviewer_of(request.user)
    return _to_next(request, access.study_to_grade(reviewer, study_id), reviewer)


@never_cache
@require_http_methods(["GET", "POST"])
@role_required(Role.REVIEWER)
def grade(request: SignedInRequest, code: str) -> HttpResponse:
    """One item: read it, grade it, submit, get the next."""
    reviewer = access.reviewer_of(request.user)
    if request.method == "POST":
        return _submit(request, access.slot_once_dealt(reviewer, code), reviewer)
    slot = access.slot_to_grade(reviewer, code)
    if slot.state == Slot.State.FILLED:
        messages.info(request, "You have graded this item already.")
        return redirect("review:desk")
    renew_lease(slot)
    return _page(request, slot, reviewer, _form(slot, None), status=200)


def _submit(request: HttpRequest, slot: Slot, reviewer: Reviewer) -> HttpResponse:
    form = _form(slot, request.POST)
    if not form.is_valid():
        return _page(request, slot, reviewer, form, status=422)
    try:
        submit_grade(
            slot,
            reviewer=reviewer,
            fence=form.cleaned_data["fence"],
            key=form.cleaned_data["key"],
            entry=form.entry(),
        )
    except IncompleteGrade as error:
        form.add_error(None, str(error))
        return _page(request, slot, reviewer, form, status=422)
    except StaleLease as error:
        form.add_error(None, str(error))
        return _page(request, slot, reviewer, form, status=409)
    messages.success(request, "Grade saved.")
    return _to_next(request, slot.item.study, reviewer)


def _to_next(request: HttpRequest, study: Study, reviewer: Reviewer) -> HttpResponse:
    slot = next_slot(study, reviewer=reviewer)
    if slot is not None:
        return redirect("review:grade", slot.item.code)
    study.refresh_from_db(fields=["state"])
    if study.state != Study.State.OPEN:
        messages.info(request, f"The study {study} is {study.state}.")
    else:
        messages.info(request, f"Nothing is left for you in {study}. Thank you.")
    return redirect("review:desk")


def _form(slot: Slot, data: Any) -> GradeForm:
    return GradeForm(
        data,
        rubric=RUBRICS[slot.item.study.rubric_version],
        paths=graded_paths(slot.item),
        initial={"fence": slot.fence, "key": new_key()},
    )


def _page(
    request: HttpRequest, slot: Slot, reviewer: Reviewer, form: GradeForm, *, status: int
) -> HttpResponse:
    study = slot.item.study
    sheet = sheet_of(store.trace_record(slot.item.trace))
    done = filled_slots(study, reviewer).count()
    context = {
        "code": slot.item.code,
        "study": study,
        "form": form,
        "rubric": RUBRICS[study.rubric_version],
        "sheet": sheet,
        "path_rows": [
            (fields, sheet.paths[fields.position].edge_numbers) for fields in form.path_fields()
        ],
        "show_answer_key": not study.hide_answer_key,
        "done": done,
        "position": done + 1,
        "size": study.items.count(),
    }
    return render(request, "review/grade.html", context, status=status)
