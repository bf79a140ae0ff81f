"""Study beside study: planted differences, cautions, who may not be compared."""

from dataclasses import replace

import pytest
from django.urls import reverse

from pipeline.core.errors import Refusal
from review.reports.comparison.studies import studies_report
from review.reports.facts import Rater
from tests import actors, factories
from tests.factories.reports import GOOD, POOR, grade_record, make_evidence, make_facts
from tests.review.scripted_study import ScriptedStudy
from tests.review.submitting import grade_all

pytestmark = pytest.mark.django_db


def study(accepted: int, of: int, name: str, *, raters=("ann", "ben"), first=1):
    """A study graded in full by agreeing raters, with so many acceptable items."""
    items = [
        make_evidence(
            number,
            *(grade_record(one, GOOD if number < first + accepted else POOR) for one in raters),
        )
        for number in range(first, first + of)
    ]
    made = make_facts(
        items, strata={"all": 10 * of}, panel=tuple(Rater(one, "", "") for one in raters)
    )
    made.study.name = name
    return replace(made, items=tuple(replace(one, probability=0.1) for one in made.items))


def row(report, table, name):
    found = report.table(table)
    keys = [column.key for column in found.columns]
    return next(dict(zip(keys, one, strict=True)) for one in found.rows if one[0] == name)


def test_a_planted_difference_is_recovered_independently_and_paired():
    report = studies_report(study(30, 40, "a"), study(20, 40, "b"))
    share = row(report, "shares", "Share acceptable")["difference"]
    assert share.value == pytest.approx(0.25)
    assert share.low < 0.25 < share.high
    assert share.low > 0
    paired = row(report, "paired_shares", "Acceptable")
    assert paired["difference"].value == pytest.approx(0.25)
    assert paired["difference"].n == 40
    assert (paired["first_more"], paired["second_more"]) == (10, 0)
    width = paired["difference"].high - paired["difference"].low
    assert width < share.high - share.low
    precision = row(report, "scales", "Precision")
    assert precision["first"].value == pytest.approx(5 * 0.75 + 2 * 0.25)
    assert precision["difference"].value == pytest.approx(0.75)


def test_the_same_study_twice_differs_by_nothing_with_an_interval():
    report = studies_report(study(30, 40, "a"), study(30, 40, "again"))
    for table, name in (("shares", "Share acceptable"), ("paired_shares", "Acceptable")):
        difference = row(report, table, name)["difference"]
        assert difference.value == 0
        assert difference.low < 0 < difference.high


def test_without_a_common_question_only_the_paired_figures_are_missing():
    report = studies_report(study(30, 40, "a"), study(20, 40, "b", first=100))
    assert row(report, "shares", "Share acceptable")["difference"].value == pytest.approx(0.25)
    paired = row(report, "paired_shares", "Acceptable")
    assert paired["difference"].reason == "no question has both"
    assert paired["p"] is None


def test_scripted_batches_of_known_quality_hold_their_difference():
    held = 0
    for seed in range(0, 8, 2):
        worlds = [ScriptedStudy(one, traces=300, drawn=150) for one in (seed, seed + 1)]
        truth = worlds[0].truth("share") - worlds[1].truth("share")
        facts = [with_edges(world.facts()) for world in worlds]
        found = row(studies_report(*facts), "shares", "Share acceptable")["difference"]
        held += found.low <= truth <= found.high
    assert held >= 3


def with_edges(facts):
    """Facts whose graded paths have no edges."""
    return replace(
        facts, edges={(item.trace, path): () for item in facts.items for path in range(2)}
    )


def test_raters_in_both_and_panels_apart_are_named():
    same = studies_report(study(3, 4, "a"), study(2, 4, "b", raters=("ben", "cat")))
    assert any(one.startswith("1 rater is in both panels (2 and 2") for one in same.cautions)
    apart = studies_report(study(3, 4, "a"), study(2, 4, "b", raters=("cat", "dan")))
    assert any("no rater in common" in one for one in apart.cautions)


def test_preliminary_figures_stay_preliminary():
    waiting = study(20, 40, "b")
    disputed = make_evidence(99, grade_record("ann"), grade_record("ben", POOR))
    waiting = replace(
        waiting, items=(*waiting.items, replace(disputed, probability=0.1)), strata={"all": 410}
    )
    report = studies_report(study(30, 40, "a"), waiting)
    assert "1 of 81 graded items" in report.preliminary.text
    assert any(one.startswith("b: Preliminary") for one in report.cautions)
    settled = row(report, "shares", "Share acceptable")["difference"].once_settled
    assert settled.waiting == 1
    assert settled.lowest < 0.25 < settled.highest + 0.03


def test_other_rubrics_are_refused():
    older = study(2, 4, "old")
    older.study.rubric_version = "1"
    with pytest.raises(Refusal, match="rubric version 1"):
        studies_report(older, study(2, 4, "new"))


def test_the_page_is_for_who_may_see_grades():
    ann = actors.reviewer("ann")
    first, second = (
        factories.study(ann, opened_by=actors.lead(f"opener {name}"), size=4, name=name)
        for name in ("one", "two")
    )
    grade_all(first, ann)
    address = f"{reverse('review:compare_studies')}?first={first.pk}&second={second.pk}"
    page = actors.signed_in(actors.lead("reader")).get(address)
    assert page.status_code == 200
    text = page.content.decode()
    assert "one beside two" in text
    assert "in both panels" in text
    assert actors.signed_in(ann.user).get(address).status_code == 403
