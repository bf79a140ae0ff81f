"""Describe my file: its columns, what they mean, five questions with their keys, then the load."""

from pathlib import Path
from typing import BinaryIO, Final

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from pipeline import access
from pipeline.accounts.roles import Role, SignedInRequest, role_required
from pipeline.core.datasets.mapping.field_mapping import CountsFrom, FieldMapping
from pipeline.core.datasets.mapping.preview import Previewed, preview
from pipeline.core.datasets.mapping.proposal import propose_mapping
from pipeline.core.datasets.source_file import ReadLimits, Sample, sample_records
from pipeline.core.errors import Refusal
from pipeline.core.records import Question
from pipeline.forms.descriptions import DescriptionForm
from pipeline.forms.questions import QuestionFileForm, QuestionTermsForm
from pipeline.refusals import refusals_on, status_of
from pipeline.sources.described_files import save_mapping, saved_mapping
from pipeline.sources.questions import load_file
from pipeline.uploads import keep_upload, remove_upload

SAMPLE_SIZE: Final = 200
MAX_COLUMNS: Final = 100
MAX_UPLOAD_REJECTIONS: Final = 1000

Reading = tuple[CountsFrom | None, Question]


def upload_limits() -> ReadLimits:
    return ReadLimits(total=settings.UPLOAD_UNPACKED_BYTES, rejected=MAX_UPLOAD_REJECTIONS)


def keep_to_describe(file: BinaryIO, name: str, *, request: SignedInRequest) -> str:
    """Keep a file that can be described; its token. Raises Refusal for one that cannot."""
    _sample(file, name)
    return keep_upload(file, name, owner=request.user)


def _sample(file: BinaryIO | Path, name: str) -> Sample:
    sample = sample_records(file, name, upload_limits(), SAMPLE_SIZE)
    if not sample.fields:
        raise Refusal("It holds no record with fields.")
    if (count := len(sample.fields)) > MAX_COLUMNS:
        raise Refusal(
            f"It has {count:,} columns. Up to {MAX_COLUMNS} can be described here: use "
            "manage.py describe_questions."
        )
    return sample


@require_http_methods(["GET", "POST"])
@role_required(Role.LEAD)
def description_new(request: SignedInRequest) -> HttpResponse:
    """Choose the file."""
    sent = request.method == "POST"  # with nothing beside the file
    form = QuestionFileForm(request.POST, request.FILES) if sent else QuestionFileForm()
    if form.is_valid():
        file = form.cleaned_data["file"]
        with refusals_on(form, field="file"):
            upload = keep_to_describe(file.file, file.name, request=request)
            return redirect("pipeline:description", upload)
    return render(request, "pipeline/description_new.html", {"form": form}, status=status_of(form))


@never_cache
@require_http_methods(["GET", "POST"])
@role_required(Role.LEAD)
def description(request: SignedInRequest, upload: str) -> HttpResponse:
    """What the columns mean, and how five questions read by it; nothing is stored yet."""
    path = access.upload_for(request.user, upload)
    sample = _sample(path, path.name)
    proposal = propose_mapping(sample.records)
    mapping = saved_mapping(request.GET.get("mapping", "")) or proposal.mapping
    form = DescriptionForm(request.POST or None, sample=sample, proposed=mapping)
    if form.is_valid() and "save" in request.POST and _save(request, form):
        return redirect("pipeline:description_load", upload, form.cleaned_data["name"])
    context = {
        "form": form,
        "file_name": path.name,
        "doubts": proposal.uncertain,
        "shown": _shown(form.mapping, sample),
    }
    if request.htmx:
        return render(request, "pipeline/description.html#preview", context)
    return render(request, "pipeline/description.html", context, status=status_of(form))


def _save(request: SignedInRequest, form: DescriptionForm) -> bool:
    """Save the mapping; False, with the reason on the form, where it cannot be."""
    readings = _shown(form.mapping, form.sample)
    if form.mapping and any(questions for _, questions in readings):
        with refusals_on(form):
            save_mapping(form.cleaned_data["name"], form.mapping, saved_by=request.user)
            return True
    else:
        form.add_error(None, "None of the first records gives a question: see below.")
    return False


def _shown(mapping: FieldMapping | None, sample: Sample) -> list[tuple[Previewed, list[Reading]]]:
    """Five records, each with the question it gives under each count of its key."""
    found = preview(mapping, sample.records) if mapping else ()
    return [(one, list(zip(one.counts_from, one.questions, strict=True))) for one in found]


@never_cache
@require_http_methods(["GET", "POST"])
@role_required(Role.LEAD)
def description_load(request: SignedInRequest, upload: str, name: str) -> HttpResponse:
    """Load the file that was described into a set; then the copy of it is removed."""
    path = access.upload_for(request.user, upload)
    mapping = access.file_mapping_for(request.user, name)
    form = QuestionTermsForm(request.POST or None)
    counted = FieldMapping.from_json(mapping.mapping).counted
    if counted is None or counted.counts_from is not None:
        del form.fields["key_counts_from"]
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            load = load_file(
                form.cleaned_data["name"],
                path,
                file_name=path.name,
                source=mapping.name,
                terms=form.terms(),
                loaded_by=request.user,
                key_counts_from=form.cleaned_data.get("key_counts_from"),
                limits=upload_limits(),
            )
            remove_upload(path)
            return redirect("pipeline:question_load", load.pk)
    context = {"form": form, "file_name": path.name, "mapping": mapping, "upload": upload}
    return render(request, "pipeline/description_load.html", context, status=status_of(form))
