"""Evaluations on one benchmark, side by side: a page with an address, and its files."""

from collections.abc import Sequence

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from pipeline import access
from pipeline.accounts.roles import Role, SignedInRequest, role_required
from pipeline.benchmarks.scoring import contamination
from pipeline.db.snapshot import read_snapshot
from pipeline.models import Evaluation, QuestionSet
from pipeline.refusals import refusals_on, status_of
from review.forms.evaluation_report import EvaluationReportForm
from review.releases.contamination.in_releases import release_contamination
from review.reports.as_csv import report_csv, table_csv
from review.reports.as_json import report_json
from review.reports.evaluation.accuracy import forest_of
from review.reports.evaluation.answers import answers_table
from review.reports.evaluation.facts import EvaluationFacts, InReleases, read_facts
from review.reports.evaluation.report import EvaluationReport, evaluation_report, imprint_of
from review.reports.imprint import preamble

TYPES = {"csv": "text/csv", "answers": "text/csv", "json": "application/json"}
ENDINGS = {"csv": "-figures.csv", "answers": "-answers.csv", "json": ".json"}
# How a question matches, as releases word it and as the scoring does.
KINDS: dict[str, contamination.MatchKind] = {kind: kind for kind in contamination.SUREST_FIRST}


@require_GET
@role_required(Role.LEAD)
def evaluation_report_page(request: SignedInRequest, items_sha256: str) -> HttpResponse:
    """The finished evaluations of the questions with this hash, all or those chosen.

    `?evaluation=&evaluation=&baseline=`, and `form=csv`, `answers` or `json` for a file.
    """
    finished = access.evaluations_for(request.user).filter(state=Evaluation.State.FINISHED)
    offered = finished.filter(items_sha256=items_sha256).order_by("pk")
    if not offered:
        raise Http404
    data = request.GET.copy()
    data.pop("form", None)
    if "evaluation" not in data:
        data.setlist("evaluation", [str(row.pk) for row in offered])
    form = EvaluationReportForm(data, evaluations=offered, others=finished)
    context = {"form": form, "items_sha256": items_sha256, "offered": offered}
    if form.is_valid():
        with refusals_on(form):
            facts = _facts(form.chosen(), form.cleaned_data["baseline"])
            return _answer(request, facts, context | {"chosen": data.urlencode()})
    return render(request, "review/evaluation_report.html", context, status=status_of(form))


def _answer(
    request: SignedInRequest, facts: EvaluationFacts, context: dict[str, object]
) -> HttpResponse:
    made = evaluation_report(facts)
    wanted = request.GET.get("form", "")
    if wanted in TYPES:
        return _file(facts, made, wanted)
    context |= {
        "report": made.report,
        "methods": made.methods,
        "imprint": imprint_of(facts),
        "forest": forest_of(facts),
    }
    return render(request, "review/evaluation_report.html", context)


def _facts(evaluations: Sequence[Evaluation], baseline: Evaluation | None) -> EvaluationFacts:
    sets = {row.question_set_id: row.question_set for row in evaluations}
    found = {pk: _in_releases(questions) for pk, questions in sets.items()}
    with read_snapshot():
        return read_facts(evaluations, baseline=baseline, in_releases=found)


def _in_releases(questions: QuestionSet) -> InReleases:
    """The matches of each release as the scoring reads them."""
    return {
        release: [
            contamination.Match(question, KINDS[match.by], release.name, match.question)
            for question, match in matches.items()
        ]
        for release, matches in release_contamination(questions).items()
    }


def _file(facts: EvaluationFacts, made: EvaluationReport, wanted: str) -> HttpResponse:
    imprint = imprint_of(facts)
    lines = preamble(made.report, imprint)
    if wanted == "json":
        content = report_json(made.report, imprint, made.further)
    elif wanted == "answers":
        content = table_csv(answers_table(facts), lines)
    else:
        content = report_csv(made.report, lines)
    response = HttpResponse(content, content_type=f"{TYPES[wanted]}; charset=utf-8")
    name = f"evaluations-{facts.items_sha256[:12]}{ENDINGS[wanted]}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
