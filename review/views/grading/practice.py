"""Practice: the cases with feedback that come before a reviewer's first real item."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from pipeline.accounts.roles import Role, SignedInRequest, role_required
from pipeline.refusals import status_of
from review import access
from review.forms.grading import GradeForm, Layout, new_key
from review.grading.practice import cases_done, feedback, next_case, submit_practice
from review.grading.practice_cases import BY_NAME, CASES, Case
from review.grading.rubric import RUBRICS
from review.models import PracticeGrade, Reviewer, Study
from review.views.grading.desk import to_next
from review.views.grading.screen import render_screen


@never_cache
@require_http_methods(["GET", "POST"])
@role_required(Role.REVIEWER)
def practice(request: SignedInRequest, study_id: int) -> HttpResponse:
    """The next practice case; submitting shows what was expected, and why."""
    reviewer = access.reviewer_of(request.user)
    study = access.study_to_grade(reviewer, study_id)
    if request.method == "GET" and "seen" in request.GET:
        return _feedback(
            request, study, access.practice_grade(reviewer, study, request.GET["seen"])
        )
    case = next_case(study, reviewer=reviewer)
    if case is None:
        return to_next(request, study, reviewer) if request.method == "POST" else _to_desk()
    form = _form(study, case, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        submit_practice(study, reviewer=reviewer, case=case, content=form.content())
        query = {"seen": case.name}
        return redirect(reverse("review:practice", args=[study.pk], query=query))
    return _page(request, study, reviewer, case, form)


def _to_desk() -> HttpResponse:
    return redirect("review:desk")


def _form(study: Study, case: Case, data: Any) -> GradeForm:
    return GradeForm(
        data,
        rubric=RUBRICS[study.rubric_version],
        layout=Layout.of(case.trace),
        initial={"fence": 0, "key": new_key()},
    )


def _page(
    request: HttpRequest, study: Study, reviewer: Reviewer, case: Case, form: GradeForm
) -> HttpResponse:
    extra = {
        "mode": "practice",
        "number": cases_done(study, reviewer=reviewer) + 1,
        "cases": len(CASES),
    }
    return render_screen(
        request, study, reviewer, trace=case.trace, form=form, extra=extra, status=status_of(form)
    )


def _feedback(request: HttpRequest, study: Study, row: PracticeGrade) -> HttpResponse:
    lines = list(feedback(BY_NAME[row.case], row.content))
    context = {
        "study": study,
        "lines": lines,
        "agreed": sum(line.agrees for line in lines),
        "left": len(CASES) - cases_done(study, reviewer=row.reviewer),
    }
    return render(request, "review/practice_feedback.html", context)
