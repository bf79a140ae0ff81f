"""Question sets: list, one set, upload, the report of a load."""

from contextlib import suppress
from typing import BinaryIO, cast

from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from pipeline import access
from pipeline.accounts.roles import Role, SignedInRequest, role_required
from pipeline.core.datasets.mapping.roles import ROLES, roles_of
from pipeline.core.errors import Refusal
from pipeline.forms.questions import QuestionUploadForm
from pipeline.forms.search import QuestionSearchForm
from pipeline.lists.questions import search_questions, specialties_of
from pipeline.models import QuestionLoad
from pipeline.refusals import refusals_on, status_of
from pipeline.sources.benchmarks.facts import benchmark_facts
from pipeline.sources.described_files import saved_mapping
from pipeline.sources.questions import load_file
from pipeline.views.questions.descriptions import keep_to_describe, upload_limits

PAGE_SIZE = 50


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
    rows = row.questions.all()
    form = QuestionSearchForm(request.GET, specialties=specialties_of(rows))
    found = search_questions(rows, **form.cleaned_data) if form.is_valid() else rows.none()
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    mapping = saved_mapping(row.source)
    roles = roles_of(mapping) if mapping else {}
    context = {
        "question_set": row,
        "form": form,
        "page": page,
        "loads": row.loads.all(),
        "roles": [(column, ROLES[role]) for column, role in roles.items()],
        "mapping": mapping,
        "benchmark": benchmark_facts([row])[0] if row.is_benchmark else None,
        "evaluations": row.evaluations.count(),
        "may_steer": Role.LEAD in request.roles,
    }
    return render(request, "pipeline/question_set_detail.html", context)


@require_http_methods(["GET", "POST"])
@role_required(Role.LEAD)
def question_upload(request: SignedInRequest) -> HttpResponse:
    """Load a file into a new or known set."""
    form = QuestionUploadForm(request.POST or None, request.FILES or None)
    kept = None
    if request.method == "POST" and form.is_valid():
        with refusals_on(form, field="file"):
            return redirect("pipeline:question_load", _load(request, form).pk)
        if form.has_error("file"):
            kept = _kept_to_describe(request)
    context = {"form": form, "kept": kept}
    return render(request, "pipeline/question_upload.html", context, status=status_of(form))


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
        delimiter=data["delimiter"] or None,
        limits=upload_limits(),
    )


def _kept_to_describe(request: SignedInRequest) -> str | None:
    """The token of a refused file, kept so that its owner may describe it; None where it cannot."""
    file = request.FILES["file"]
    if not isinstance(file, UploadedFile) or file.file is None:
        return None
    with suppress(Refusal):
        return keep_to_describe(cast(BinaryIO, file.file), str(file.name), request=request)
    return None


@require_GET
@role_required(Role.LEAD)
def question_load(request: SignedInRequest, load_id: int) -> HttpResponse:
    """What one load added, knew and rejected, line by line."""
    load = access.question_load_for(request.user, load_id)
    return render(request, "pipeline/question_load.html", {"load": load})
