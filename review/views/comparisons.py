"""Two batches side by side, two studies side by side: pages with an address, and their files."""

from collections.abc import Callable, Mapping

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from pipeline import access as pipeline_access
from pipeline.accounts.roles import Role, SignedInRequest, role_required
from pipeline.core.errors import Refusal
from pipeline.models import Batch
from review import access
from review.forms.comparison import TwoBatchesForm, TwoForm, TwoStudiesForm
from review.reports.as_csv import report_csv
from review.reports.as_json import report_json
from review.reports.comparison.batches import batches_report
from review.reports.comparison.studies import studies_report
from review.reports.document import Report
from review.reports.facts import read_facts
from review.reports.imprint import imprint_of, preamble

Imprint = Mapping[str, str]
CHOSEN = ("first", "second")
TYPES = {"csv": "text/csv", "json": "application/json"}


@require_GET
@role_required(Role.LEAD)
def compare_batches(request: SignedInRequest) -> HttpResponse:
    """Batch beside batch; `?first=&second=`, and `form=csv` or `json` for a file."""
    batches = pipeline_access.batches_for(request.user).filter(is_trial=False)
    form = TwoBatchesForm(request.GET or None, batches=batches)
    return _answer(request, form, _batches, "Batch beside batch")


@require_GET
@role_required(Role.LEAD)
def compare_studies(request: SignedInRequest) -> HttpResponse:
    """Study beside study; `?first=&second=`, and `form=csv` or `json` for a file."""
    form = TwoStudiesForm(request.GET or None, studies=access.studies_to_settle(request.user))
    return _answer(request, form, _studies, "Study beside study")


def _answer(
    request: SignedInRequest,
    form: TwoForm,
    build: Callable[[TwoForm], tuple[Report, Imprint]],
    title: str,
) -> HttpResponse:
    context = {"form": form, "title": title}
    if not form.is_bound or not form.is_valid():
        return render(request, "review/comparison.html", context, status=_status(form))
    try:
        report, imprint = build(form)
    except Refusal as error:
        form.add_error(None, forms.ValidationError(str(error)))
        return render(request, "review/comparison.html", context, status=_status(form))
    wanted = request.GET.get("form", "")
    if wanted in TYPES:
        return _file(report, imprint, wanted)
    chosen = "&".join(f"{name}={form.cleaned_data[name].pk}" for name in CHOSEN)
    context |= {"report": report, "imprint": imprint, "chosen": chosen}
    return render(request, "review/comparison.html", context)


def _status(form: TwoForm) -> int:
    return 422 if form.is_bound else 200


def _batches(form: TwoForm) -> tuple[Report, Imprint]:
    first, second = (form.cleaned_data[name] for name in CHOSEN)
    report = batches_report(first, second)
    imprint = {
        "first": _batch_said(first),
        "second": _batch_said(second),
        "as of": timezone.now().strftime("%d %B %Y, %H:%M UTC"),
    }
    return report, imprint


def _batch_said(batch: Batch) -> str:
    return f"{batch.name} (number {batch.pk}, {batch.state})"


def _studies(form: TwoForm) -> tuple[Report, Imprint]:
    first, second = (read_facts(form.cleaned_data[name]) for name in CHOSEN)
    report = studies_report(first, second)
    imprints = {"first": imprint_of(first), "second": imprint_of(second)}
    imprint = {
        f"{which} {name}": value
        for which, of_study in imprints.items()
        for name, value in of_study.items()
    }
    return report, imprint


def _file(report: Report, imprint: Imprint, form: str) -> HttpResponse:
    content = (
        report_json(report, imprint)
        if form == "json"
        else report_csv(report, preamble(report, imprint))
    )
    response = HttpResponse(content, content_type=f"{TYPES[form]}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="compare-{report.key}.{form}"'
    return response
