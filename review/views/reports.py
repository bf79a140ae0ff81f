"""Reports of a study: an overview, a page each, their files and plots."""

import hashlib

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response, patch_cache_control
from django.views.decorators.http import require_GET

from pipeline.accounts.roles import Role, SignedInRequest, role_required
from review import access
from review.reports.as_csv import report_csv, table_csv
from review.reports.as_json import report_json
from review.reports.document import Report, Table
from review.reports.facts import Facts, read_facts
from review.reports.imprint import imprint_of, preamble
from review.reports.plots import draw_plot
from review.reports.plots.style import Style
from review.reports.registry import build_report, reports_of

TYPES = {"csv": "text/csv", "json": "application/json", "svg": "image/svg+xml", "png": "image/png"}


@require_GET
@role_required(Role.LEAD, Role.ADJUDICATOR)
def overview(request: SignedInRequest, study_id: int) -> HttpResponse:
    """Each report with its headline figure."""
    study = access.study_to_report(request.user, study_id)
    facts = read_facts(study)
    rows = [(entry, build_report(facts, entry.key)) for entry in reports_of(study)]
    context = {
        "study": study,
        "rows": rows,
        "imprint": imprint_of(facts),
        "preliminary": facts.preliminary,
    }
    return render(request, "review/report_list.html", context)


@require_GET
@role_required(Role.LEAD, Role.ADJUDICATOR)
def report(request: SignedInRequest, study_id: int, key: str) -> HttpResponse:
    """One report as a page, which prints as a document."""
    facts = read_facts(access.study_to_report(request.user, study_id))
    context = {"study": facts.study, "report": _report(facts, key), "imprint": imprint_of(facts)}
    return render(request, "review/report.html", context)


@require_GET
@role_required(Role.LEAD, Role.ADJUDICATOR)
def report_file(request: SignedInRequest, study_id: int, key: str, form: str) -> HttpResponse:
    """One report whole, as JSON or as CSV."""
    facts = read_facts(access.study_to_report(request.user, study_id))
    report_data = _report(facts, key)
    content = (
        report_json(report_data, imprint_of(facts))
        if form == "json"
        else report_csv(report_data, preamble(report_data, imprint_of(facts)))
    )
    return _download(content, f"{facts.study.pk}-{key}", form)


@require_GET
@role_required(Role.LEAD, Role.ADJUDICATOR)
def report_table(request: SignedInRequest, study_id: int, key: str, table: str) -> HttpResponse:
    """One table as CSV."""
    facts = read_facts(access.study_to_report(request.user, study_id))
    report_data = _report(facts, key)
    content = table_csv(_table(report_data, table), preamble(report_data, imprint_of(facts)))
    return _download(content, f"{facts.study.pk}-{key}-{table}", "csv")


@require_GET
@role_required(Role.LEAD, Role.ADJUDICATOR)
def report_plot(
    request: SignedInRequest, study_id: int, key: str, table: str, form: str
) -> HttpResponse:
    """One table's plot; `theme` and `size` as pages ask for them, else light and wide."""
    facts = read_facts(access.study_to_report(request.user, study_id))
    report_data = _table(_report(facts, key), table)
    if report_data.plot is None or not report_data.rows:
        raise Http404
    look = Style(
        "dark" if request.GET.get("theme") == "dark" else "light",
        "narrow" if request.GET.get("size") == "narrow" else "wide",
    )
    content = draw_plot(report_data, look, "png" if form == "png" else "svg")
    response = HttpResponse(content, content_type=TYPES[form])
    # Browsers keep a plot and ask whether it is still valid: it is sent again only if it differs.
    patch_cache_control(response, private=True, no_cache=True)
    etag = response["ETag"] = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    return get_conditional_response(request, etag=etag, response=response) or response


def _report(facts: Facts, key: str) -> Report:
    if key not in {entry.key for entry in reports_of(facts.study)}:
        raise Http404
    return build_report(facts, key)


def _table(report_data: Report, key: str) -> Table:
    table = report_data.table(key)
    if table is None:
        raise Http404
    return table


def _download(content: str, name: str, form: str) -> HttpResponse:
    response = HttpResponse(content, content_type=f"{TYPES[form]}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="study-{name}.{form}"'
    return response
