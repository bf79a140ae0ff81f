"""Imports: a lead imports chains of thought that others made."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from pipeline.accounts.roles import Role, SignedInRequest, role_required
from pipeline.batches.imported.formats import format_titles
from pipeline.batches.imported.importing import Origin, import_chains
from pipeline.forms.imports import ImportForm
from pipeline.models import Batch
from pipeline.refusals import refusals_on, status_of
from pipeline.views.questions.descriptions import upload_limits


@require_http_methods(["GET", "POST"])
@role_required(Role.LEAD)
def batch_import(request: SignedInRequest) -> HttpResponse:
    """Import a file as a finished batch."""
    form = ImportForm(request.POST or None, request.FILES or None, formats=format_titles())
    if request.method == "POST" and form.is_valid():
        with refusals_on(form, field="file"):
            batch = _import(request, form)
            messages.success(request, "The chains of thought are imported.")
            return redirect("pipeline:batch", batch.pk)
    return render(request, "pipeline/batch_import.html", {"form": form}, status=status_of(form))


def _import(request: SignedInRequest, form: ImportForm) -> Batch:
    data = form.cleaned_data
    return import_chains(
        data["name"],
        data["file"].file,
        file_name=data["file"].name,
        questions=data["questions"],
        origin=Origin(data["author"], data["licence"], data["may_be_released"]),
        chains=data["chains"],
        columns=form.columns(),
        limits=upload_limits(),
        delimiter=data["delimiter"] or None,
        by=request.user,
    )
