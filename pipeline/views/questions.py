"""Question sets: list, one set, upload, the report of a load."""

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from pipeline import access
from pipeline.accounts.roles import Role, SignedInRequest, role_required
from pipeline.core.datasets.source_file import ReadLimits
from pipeline.forms.questions import QuestionUploadForm
from pipeline.models import QuestionLoad
from pipeline.refusals import refusals_on, status_of
from pipeline.sources.questions import load_file

PAGE_SIZE = 50
MAX_UPLOAD_REJECTIONS = 1000


@require_GET
@role_required(Role.LEAD)
def question_set_list(request: SignedInRequest) -> HttpResponse:
    """All question sets with their sizes and terms."""
    sets = access.question_sets_for(request.user).annotate(size=Count("questions"))
    may_upload = Role.LEAD in request.roles
    context = {"question_sets": sets, "may_upload": may_upload}
    return render(request, "pipeline/question_set_list.html", context)


@require_GET
@role_required(Role.LEAD)
def question_set_detail(request: SignedInRequest, name: str) -> HttpResponse:
    """One set: terms, loads, questions."""
    row = access.question_set_for(request.user, name)
    page = Paginator(row.questions.all(), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"question_set": row, "page": page, "loads": row.loads.all()}
    return render(request, "pipeline/question_set_detail.html", context)


@require_http_methods(["GET", "POST"])
@role_required(Role.LEAD)
def question_upload(request: SignedInRequest) -> HttpResponse:
    """Load a file into a new or known set."""
    form = QuestionUploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form, field="file"):
            return redirect("pipeline:question_load", _load(request, form).pk)
    return render(request, "pipeline/question_upload.html", {"form": form}, status=status_of(form))


def _load(request: SignedInRequest, form: QuestionUploadForm) -> QuestionLoad:
    data = form.cleaned_data
    return load_file(
        data["name"],
        data["file"].file,
        file_name=data["file"].name,
        source=data["source"],
        terms=form.terms(),
        loaded_by=request.user,
        key_counts_from=data["key_counts_from"],
        limits=ReadLimits(total=settings.UPLOAD_UNPACKED_BYTES, rejected=MAX_UPLOAD_REJECTIONS),
    )


@require_GET
@role_required(Role.LEAD)
def question_load(request: SignedInRequest, load_id: int) -> HttpResponse:
    """What one load added, knew and rejected, line by line."""
    load = access.question_load_for(request.user, load_id)
    return render(request, "pipeline/question_load.html", {"load": load})
