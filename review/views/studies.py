"""Studies: list, preview, open, board, steer, extend."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pipeline.accounts.roles import Role, SignedInRequest, role_required
from pipeline.refusals import refusals_as_messages, refusals_on, status_of
from review import access
from review.forms.extension import DrawForm, ExtendForm
from review.forms.pairwise import PairStudyForm
from review.forms.studies import StudyForm
from review.models import Study
from review.pairwise.opening import forecast_pairs, open_pairwise
from review.sampling.twins import twins_told
from review.studies import lifecycle
from review.studies.extend import extend_study
from review.studies.forecast import forecast_of
from review.studies.phases import draw_more, latest_phase, traces_left
from review.studies.progress import board_of, discordant_items, preliminary_counts
from review.studies.stuck_items import stuck_items

# The board shows the most serious of the waiting items; adjudication lists them all.
MAX_WAITING_LISTED = 20
# Who may take all grades of a study away; adjudicators read its reports.
ARCHIVE_ROLES = {Role.LEAD, Role.AUDITOR}


@require_GET
@role_required(Role.LEAD, Role.ADJUDICATOR)
def study_list(request: SignedInRequest) -> HttpResponse:
    """All studies, newest first."""
    rows = [(study, board_of(study)) for study in access.studies_for(request.user)]
    context = {
        "rows": rows,
        "may_open": Role.LEAD in request.roles,
        "may_compare": bool(request.roles & {Role.LEAD, Role.AUDITOR}),
    }
    return render(request, "review/study_list.html", context)


@require_http_methods(["GET", "POST"])
@role_required(Role.LEAD)
def study_new(request: SignedInRequest) -> HttpResponse:
    """Preview a study over batches, then open it."""
    form = StudyForm(request.POST or None, initial={"batches": request.GET.getlist("batch")})
    forecast = None
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            if "preview" not in request.POST:
                study = lifecycle.open_study(form.plan(), opened_by=request.user)
                return redirect("review:study", study.pk)
            forecast = forecast_of(form.plan())
    template = "review/study_new.html" + ("#preview" if request.htmx else "")
    context = {"form": form, "forecast": forecast}
    return render(request, template, context, status=status_of(form))


@require_http_methods(["GET", "POST"])
@role_required(Role.LEAD)
def pairwise_new(request: SignedInRequest) -> HttpResponse:
    """Preview a pairwise study over two batches or more, then open it."""
    form = PairStudyForm(request.POST or None, initial={"batches": request.GET.getlist("batch")})
    forecast = None
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            if "preview" not in request.POST:
                study = open_pairwise(form.plan(), opened_by=request.user)
                return redirect("review:study", study.pk)
            forecast = forecast_pairs(form.plan())
    template = "review/pairwise_new.html" + ("#preview" if request.htmx else "")
    context = {"form": form, "forecast": forecast}
    return render(request, template, context, status=status_of(form))


@require_GET
@role_required(Role.LEAD, Role.ADJUDICATOR)
def study_detail(request: SignedInRequest, study_id: int) -> HttpResponse:
    """The board: htmx polls it while the study is not closed, and it ends the polling itself."""
    study = access.study_for(request.user, study_id)
    may_see_grades = access.may_see_grades(request.user, study)
    board = board_of(study)
    context = {
        "study": study,
        "board": board if may_see_grades else board.without_checks(),
        "preliminary": preliminary_counts(study) if may_see_grades else None,
        "stuck": stuck_items(study),
        "live": study.state != Study.State.CLOSED,
        "dealt": "pair" if study.is_pairwise else "item",
        "submitted": "judgement" if study.is_pairwise else "grade",
        "twins": twins_told(study.twins_left_out) if study.twins_left_out else "",
    }
    if request.htmx:
        return render(request, "review/study_detail.html#board", context)
    context |= {
        "may_steer": Role.LEAD in request.roles,
        "may_report": access.may_report(request.user, study),
        "may_archive": may_see_grades
        and not (study.is_pairwise or ARCHIVE_ROLES.isdisjoint(request.roles)),
        "open": study.state == Study.State.OPEN,
        "paused": study.state == Study.State.PAUSED,
        "discordant": discordant_items(study, most=MAX_WAITING_LISTED) if may_see_grades else [],
    }
    return render(request, "review/study_detail.html", context)


@require_http_methods(["GET", "POST"])
@role_required(Role.LEAD)
def study_extend(request: SignedInRequest, study_id: int) -> HttpResponse:
    """Add raters, raise the overlap; beside it the form that draws more items."""
    study = access.study_for(request.user, study_id)
    form = ExtendForm(request.POST or None, study=study)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            extend_study(study, **form.cleaned_data, by=request.user)
            messages.success(request, "The study was extended.")
            return redirect("review:study", study.pk)
    draw = DrawForm(prefix="draw", initial={"after": latest_phase(study)})
    return _extend_page(request, study, form, draw)


@require_POST
@role_required(Role.LEAD)
def study_draw(request: SignedInRequest, study_id: int) -> HttpResponse:
    """Draw more items, in a further phase of the sample."""
    study = access.study_for(request.user, study_id)
    form = DrawForm(request.POST, prefix="draw")
    if form.is_valid():
        with refusals_on(form):
            phase = draw_more(study, **form.cleaned_data, by=request.user)
            messages.success(request, f"Phase {phase} of the sample was drawn.")
            return redirect("review:study", study.pk)
    return _extend_page(request, study, ExtendForm(study=study), form)


def _extend_page(
    request: SignedInRequest, study: Study, form: ExtendForm, draw: DrawForm
) -> HttpResponse:
    left = 0 if study.is_pairwise else traces_left(study)
    context = {"study": study, "form": form, "draw": draw, "left": left}
    return render(request, "review/study_extend.html", context, status=status_of(form, draw))


@require_POST
@role_required(Role.LEAD)
def study_steer(request: SignedInRequest, study_id: int, action: str) -> HttpResponse:
    """Pause, resume or close."""
    study = access.study_for(request.user, study_id)
    steer = {
        "pause": lifecycle.pause_study,
        "resume": lifecycle.resume_study,
        "close": lifecycle.close_study,
    }[action]
    with refusals_as_messages(request):
        steer(study, by=request.user)
    return redirect("review:study", study.pk)
