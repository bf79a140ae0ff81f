"""Outputs of others: a lead sees what of a log fits a benchmark, then imports it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from pipeline import access
from pipeline.accounts.roles import Role, SignedInRequest, role_required
from pipeline.benchmarks.outputs.reading import TITLES, OutputsFile
from pipeline.benchmarks.outputs.records import OUTPUT_LIMITS
from pipeline.core.datasets.source_file import ReadLimits
from pipeline.evaluations.imported.held_against import HeldAgainst, OthersFile, hold_against
from pipeline.evaluations.imported.importing import ImportPlan, import_outputs
from pipeline.forms.imports import OutputsFileForm, OutputsImportForm
from pipeline.models import Evaluation, QuestionSet
from pipeline.refusals import refusals_as_messages, refusals_on, status_of
from pipeline.uploads import keep_upload, remove_upload
from pipeline.views.questions.descriptions import upload_limits


def _output_limits() -> ReadLimits:
    return replace(upload_limits(), record=OUTPUT_LIMITS.record)


@require_http_methods(["GET", "POST"])
@role_required(Role.LEAD)
def outputs_new(request: SignedInRequest) -> HttpResponse:
    """Choose a log of others' outputs and the benchmark that they answer."""
    chosen = {"benchmark": request.GET.get("benchmark")}
    form = OutputsFileForm(request.POST or None, request.FILES or None, initial=chosen)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        file = data["file"]
        with refusals_on(form, field="file"):
            OutputsFile(file.file, file.name, stated=data["format"], limits=_output_limits())
            upload = keep_upload(file.file, file.name, owner=request.user)
            page = reverse("pipeline:outputs_import", args=[upload, data["benchmark"].name])
            return redirect(f"{page}?{urlencode({'format': data['format']})}")
    return render(request, "pipeline/outputs_new.html", {"form": form}, status=status_of(form))


@never_cache
@require_http_methods(["GET", "POST"])
@role_required(Role.LEAD)
def outputs_import(request: SignedInRequest, upload: str, benchmark: str) -> HttpResponse:
    """What of the file fits the benchmark; nothing is stored before the lead says so."""
    path = access.upload_for(request.user, upload)
    questions = access.question_set_for(request.user, benchmark)
    with refusals_as_messages(request), _opened(request, path) as file:
        held = hold_against(file, questions)
        form = _form(request, held, file.part)
        if "send" in request.POST and form.is_valid():
            evaluation = _imported(request, form, questions, file)
            if evaluation is not None:
                remove_upload(path)
                return redirect("pipeline:evaluation", evaluation.pk)
        context = {
            "form": form,
            "held": held,
            "question_set": questions,
            "file_name": path.name,
            "format_title": TITLES[held.facts.format],
        }
        page = "pipeline/outputs_import.html"
        page += "#preview" if request.htmx else ""
        return render(request, page, context, status=200 if request.htmx else status_of(form))
    return redirect("pipeline:outputs_new")


@contextmanager
def _opened(request: SignedInRequest, path: Path) -> Iterator[OthersFile]:
    """The file, and which part of it was chosen."""
    with path.open("rb") as stream:
        yield OthersFile(
            stream,
            path.name,
            request.GET.get("format", ""),
            request.POST.get("part", ""),
            _output_limits(),
        )


def _form(request: SignedInRequest, held: HeldAgainst, part: str) -> OutputsImportForm:
    sent = request.POST if "send" in request.POST else None
    seen = {"model": held.facts.model, "part": part}
    return OutputsImportForm(sent, initial=seen, parts=held.facts.parts)


def _imported(
    request: SignedInRequest, form: OutputsImportForm, questions: QuestionSet, file: OthersFile
) -> Evaluation | None:
    """Import the file; None, with the reason on the form, where it cannot be."""
    data = form.cleaned_data
    with refusals_on(form):
        plan = ImportPlan(data["name"], questions, data["model"])
        evaluation = import_outputs(plan, file, by=request.user)
        messages.success(request, f"The outputs are imported as the evaluation {evaluation}.")
        return evaluation
    return None
