"""The card's figures are the dashboard's, to the last digit, whatever the study is like."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from pipeline.models import Event
from pipeline.statistics.estimate import Estimate
from review.evidence.policies import save_policy
from review.models import Release, Study
from review.releases.manifest import ACCEPTABLE
from review.reports.document import Cell
from review.reports.facts import read_facts
from review.reports.registry import build_report
from tests import actors, factories
from tests.factories import make_release
from tests.review.disagreeing import grade_row, settle
from tests.review.modelled import model_study

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead():
    return actors.lead()


def nobody_graded(lead) -> Study:
    return factories.study(actors.reviewer("ann"), opened_by=lead, size=8)


def some_unanswered(lead) -> Study:
    """Two raters: agreeing, disagreeing, settled, disputed and ungraded items."""
    ann, ben = actors.reviewer("ann"), actors.reviewer("ben")
    study = factories.study(ann, ben, opened_by=lead, size=12, overlap=2)
    first, second, third, fourth, fifth, *_ = study.items.order_by("pk")
    for person in (ann, ben):
        grade_row(first, person)
        grade_row(second, person, decision="reject", cot_precision=2, cot_coherence=2)
    grade_row(third, ann)
    grade_row(third, ben, decision="reject", cot_precision=1)
    settle(third, lead)
    grade_row(fourth, ann)
    grade_row(fourth, ben, decision="reject", cot_precision=1)
    grade_row(fifth, ann, answer_key_disputed=True)
    return study


def thin_strata(lead) -> Study:
    """One answer in one of several strata, several in another: thin ones are joined."""
    study = some_unanswered(lead)
    items = list(study.items.order_by("pk"))
    population = {"a": 6, "b": 9, "c": 4}
    for index, item in enumerate(items):
        item.stratum = "a" if index < 3 else "b" if index < 9 else "c"
        item.inclusion_probability = 0.5
        item.save()
    Study.objects.filter(pk=study.pk).update(design=study.design | {"population": population})
    return Study.objects.get(pk=study.pk)


def a_models(lead) -> Study:
    """Forty traces of a language model, most graded by two: enough for the learned score."""
    ann, ben = actors.reviewer("ann"), actors.reviewer("ben")
    study, draw = model_study(ann, ben, opened_by=lead, size=20, samples=2), random.Random(5)
    for item in study.items.order_by("pk")[:36]:
        good = draw.random() < 0.6
        verdict: dict[str, Any] = {} if good else {"decision": "reject", "cot_precision": 2}
        grade_row(item, ann, **verdict)
        if draw.random() < 0.5:
            grade_row(item, ben, **verdict)
    return study


def dashboard(study: Study) -> dict[str, list[Cell]]:
    """What the reports' tables say, by the titles of the card."""
    facts = read_facts(study)
    quality, filters = build_report(facts, "quality"), build_report(facts, "filters")
    plain, assisted = (row[1] for row in quality.table("estimators").rows)
    measures = [row[2] for row in filters.table("overall").rows]
    return {
        "Share acceptable of all traces made": [plain],
        "Share acceptable of all traces made, with the learned score": [assisted],
        "Share acceptable of the traces the filters kept": measures[:1],
        "Sensitivity of the filters: share kept of the acceptable traces": measures[1:2],
        "Specificity of the filters: share discarded of the other traces": measures[2:3],
        "False-discard rate: share acceptable of the discarded traces": measures[3:],
        **_agreement(facts),
    }


def _agreement(facts) -> dict[str, list[Cell]]:
    report = build_report(facts, "agreement")
    kinds = {"kappa": "Krippendorff's alpha (ordinal)", "ac": "Gwet's AC2 (quadratic weights)"}
    tables = [report.table("criteria"), report.table("criteria_raters")]
    keys = [column.key for column in tables[0].columns]
    weighted = report.table("criteria_weighted")
    return {
        f"{row[0]}: {title}": [table.rows[index][keys.index(key)] for table in tables]
        for index, row in enumerate(tables[0].rows[:3])
        for key, title in kinds.items()
    } | {
        f"{row[0]}: {title}, weighted to the batch": [row[keys.index(key)]]
        for row in (weighted.rows[:3] if weighted else ())
        for key, title in kinds.items()
    }


STUDIES: list[Callable[[Any], Study]] = [nobody_graded, some_unanswered, thin_strata, a_models]


@pytest.mark.parametrize("build", STUDIES, ids=lambda one: one.__name__)
def test_the_card_says_what_the_dashboard_says(build, lead):
    study = build(lead)
    policy = save_policy("all", rules=factories.UNGRADED, saved_by=lead)
    expected, head = dashboard(study), read_facts(study).head
    release = make_release("first", study=study, policy=policy, made_by=lead)
    frozen = Release.objects.get(pk=release.pk).manifest["figures"]
    of_study = [figure for figure in frozen if not figure["title"].startswith(ACCEPTABLE)]
    estimates = [figure for figure in of_study if figure["unit"] != "count"]
    assert {figure["title"] for figure in estimates} == expected.keys()
    for title, cells in expected.items():
        figures = [figure for figure in estimates if figure["title"] == title]
        assert [_numbers(cell) for cell in figures] == [_of(cell) for cell in cells], title
    begun = Event.objects.get(action="release.begun")
    assert (begun.previous, begun.digest) == (head, release.manifest["audits"][0]["head"])


def _numbers(figure: dict[str, Any]) -> tuple[float | None, ...]:
    return tuple(figure[name] for name in ("value", "low", "high", "n"))


def _of(cell: Cell) -> tuple[float | None, ...]:
    assert isinstance(cell, Estimate)
    return cell.value, cell.low, cell.high, cell.n


def test_joined_strata_and_what_an_interval_covers_are_said(lead):
    study = thin_strata(lead)
    policy = save_policy("all", rules=factories.UNGRADED, saved_by=lead)
    release = make_release("first", study=study, policy=policy, made_by=lead)
    notes = {figure["title"]: figure["note"] for figure in release.manifest["figures"]}
    assert "were joined: " in notes["Share acceptable of all traces made"]
    assert "the consensus of this panel" in notes["Share acceptable of all traces made"]
    assert "raters" in notes["Precision: Krippendorff's alpha (ordinal)"]
    card = release.texts["README.md"]
    assert "Gwet's AC2 (quadratic weights)" in card
