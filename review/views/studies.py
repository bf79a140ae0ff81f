"""Studies: list, open, board, steer."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pipeline.access import Role, SignedInRequest, role_required
from review import access, studies
from review.board import board_of
from review.forms import StudyForm
from review.models import Study


@require_GET
@role_required(Role.LEAD, Role.ADJUDICATOR)
def study_list(request: SignedInRequest) -> HttpResponse:
    """All studies, newest first."""
    rows = [(study, board_of(study)) for study in access.studies_for(request.user)]
    context = {"rows": rows, "may_open": Role.LEAD in request.roles}
    return render(request, "review/study_list.html", context)


@require_http_methods(["GET", "POST"])
@role_required(Role.LEAD)
def study_new(request: SignedInRequest) -> HttpResponse:
    """Open a study over batches."""
    form = StudyForm(request.POST or None, initial={"batches": request.GET.getlist("batch")})
    if request.method == "POST" and form.is_valid():
        try:
            plan = studies.StudyPlan(**form.cleaned_data)
            study = studies.open_study(plan, opened_by=request.user)
            return redirect("review:study", study.pk)
        except studies.CannotOpen as error:
            form.add_error(None, str(error))
    status = 422 if form.errors else 200
    return render(request, "review/study_new.html", {"form": form}, status=status)


@require_GET
@role_required(Role.LEAD, Role.ADJUDICATOR)
def study_detail(request: SignedInRequest, study_id: int) -> HttpResponse:
    """The board: items, grades, reviewers, disagreement."""
    study = access.study_for(request.user, study_id)
    context = {
        "study": study,
        "board": board_of(study),
        "may_steer": Role.LEAD in request.roles,
        "open": study.state == Study.State.OPEN,
        "paused": study.state == Study.State.PAUSED,
        "may_see_grades": access.may_see_grades(request.user, study),
    }
    return render(request, "review/study_detail.html", context)


@require_POST
@role_required(Role.LEAD)
def study_steer(request: SignedInRequest, study_id: int, action: str) -> HttpResponse:
    """Pause, resume or close."""
    study = access.study_for(request.user, study_id)
    steer = {
        "pause": studies.pause_study,
        "resume": studies.resume_study,
        "close": studies.close_study,
    }[action]
    try:
        steer(study, by=request.user)
    except studies.WrongState as error:
        messages.error(request, str(error))
    return redirect("review:study", study.pk)
