"""The agreement report on studies small enough to work out by hand."""

from typing import Any

import pytest

from pipeline.core.records import Edge, Polarity
from pipeline.statistics.estimate import Estimate
from review.reports.agreement.report import agreement_report
from review.reports.document import Report
from review.reports.facts import Rater
from tests.factories.reports import GOOD, POOR, evidence, facts, given


def row(report: Report, table: str, first: str, **more: str) -> dict[str, Any]:
    """The row of a table that begins so, by column."""
    found = report.table(table)
    keys = [column.key for column in found.columns]
    rows = [dict(zip(keys, cells, strict=True)) for cells in found.rows if cells[0] == first]
    (one,) = [each for each in rows if all(each[key] == value for key, value in more.items())]
    return one


def both(*pairs: tuple[tuple, tuple], **changes: object):
    """Items that two raters judged, from what each said of each."""
    return [
        evidence(number, given("R-A", first), given("R-B", second), **changes)
        for number, (first, second) in enumerate(pairs)
    ]


FOUR = ((GOOD, GOOD), (GOOD, GOOD), (POOR, POOR), (GOOD, POOR))


def test_yes_and_no_on_four_items():
    """Ratings: 5 yes, 3 no; three of four items agree. Krippendorff (2011), Gwet (2008)."""
    report = agreement_report(facts(both(*FOUR)))
    found = row(report, "criteria", "Accepted: yes or no")
    assert found["percent"].value == pytest.approx(3 / 4)
    assert found["kappa"].value == pytest.approx(1 - (2 / 8) / (2 * 5 * 3 / (8 * 7)))
    by_chance = 2 * 0.625 * 0.375
    assert found["ac"].value == pytest.approx((0.75 - by_chance) / (1 - by_chance))
    assert found["commonest"] == "yes, 62.5 %"
    assert "not to be trusted" in found["ac"].caution


def test_positive_and_negative_agreement():
    found = row(agreement_report(facts(both(*FOUR))), "yes_and_no", "Accepted: yes or no")
    assert found["positive"].value == pytest.approx(4 / 5)
    assert found["negative"].value == pytest.approx(2 / 3)


def test_all_alike_is_undefined_for_kappa_and_one_for_ac():
    found = row(agreement_report(facts(both(*[(GOOD, GOOD)] * 30))), "criteria", "Precision")
    assert found["kappa"].value is None
    assert "one category" in found["kappa"].reason
    assert found["ac"].value == 1


def test_two_raters_cannot_be_resampled_and_five_can():
    two = agreement_report(facts(both(*FOUR)))
    assert "three raters" in row(two, "criteria_raters", "Precision")["ac"].reason
    said = [(GOOD, GOOD, POOR, GOOD, GOOD), (POOR,) * 5, (GOOD, POOR, GOOD, GOOD, POOR)] * 8
    five = [
        evidence(number, *(given(f"R-{rater}", one) for rater, one in enumerate(each)))
        for number, each in enumerate(said)
    ]
    report = agreement_report(facts(five))
    other = row(report, "criteria_raters", "Precision")["ac"]
    assert other.low < other.value < other.high
    assert other.half_width > row(report, "criteria", "Precision")["ac"].half_width


def test_what_was_amended_on_request_or_not_judged_does_not_count():
    amended = evidence(
        9,
        given("R-A", POOR),
        given("R-B", POOR),
        independent=(given("R-A", GOOD), given("R-B", POOR)),
    )
    unjudged = evidence(10, given("R-A", None), given("R-B", GOOD))
    report = agreement_report(facts([*both(*FOUR), amended, unjudged]))
    found = row(report, "criteria", "Accepted: yes or no")
    assert found["percent"].value == pytest.approx(3 / 5)
    assert found["percent"].n == 5


def test_control_items_and_repeats_are_reported_apart():
    expected = {"precision": 5, "coherence": 5, "decision": "accept", "tolerance": 1}
    controls = tuple(
        evidence(number, given("R-A", said), kind="control", expected=expected)
        for number, said in enumerate([GOOD, GOOD, POOR, (4, 5, "revise")], 100)
    )
    repeats = tuple(
        evidence(number, given("R-A", said), kind="repeat", repeat_of=twin)
        for number, (said, twin) in enumerate([(GOOD, 0), (POOR, 1), (POOR, 2), (GOOD, 3)], 200)
    )
    report = agreement_report(facts(both(*FOUR), controls=controls, repeats=repeats))
    assert row(report, "criteria", "Precision")["percent"].n == 4
    met = row(report, "controls", "R-A")
    assert [met[key].value for key in ("precision", "coherence", "decision", "all")] == [
        pytest.approx(share) for share in (3 / 4, 3 / 4, 2 / 4, 2 / 4)
    ]
    again = row(report, "retest", "Decision")
    assert (again["exact"].value, again["exact"].n) == (pytest.approx(3 / 4), 4)
    assert row(report, "retest", "Precision")["shift"].value == pytest.approx(-3 / 4)
    assert row(report, "retest_raters", "R-A")["decision"].value == pytest.approx(3 / 4)


def test_steps_are_items_of_their_own_and_questions_their_clusters():
    items = [
        evidence(
            number,
            given("R-A", labels=("correct", "incorrect", "correct")),
            given("R-B", labels=("correct", "correct", "correct")),
        )
        for number in range(7)
    ]
    report = agreement_report(facts(items))
    found = row(report, "criteria", "Label of a step")
    assert (found["percent"].value, found["percent"].n) == (pytest.approx(2 / 3), 21)
    assert row(report, "criteria", "An incorrect step found: yes or no")["percent"].value == 0


def test_items_of_one_question_are_one_cluster():
    one_question = agreement_report(facts(both(*FOUR * 6, question=1)))
    assert row(one_question, "criteria", "Precision")["ac"].reason.startswith("all of one question")
    assert row(agreement_report(facts(both(*FOUR * 6))), "criteria", "Precision")["ac"].low


def test_every_edge_of_a_graded_path_is_judged():
    edge = Edge(1, 2, "indication", "indication", Polarity.SUPPORTING)
    items = [
        evidence(n, given("R-A", paths=[(5, 5, 0)]), given("R-B", paths=[(4, 5)])) for n in range(5)
    ]
    edges = {(f"trace-{n}", 0): (edge, edge) for n in range(5)}
    report = agreement_report(facts(items, edges=edges))
    found = row(report, "criteria", "Edge marked invalid: yes or no")
    assert (found["percent"].value, found["percent"].n) == (pytest.approx(1 / 2), 10)
    assert row(report, "criteria", "Coherence of a path")["percent"].value == 1


def test_sources_and_specialties_are_parts_of_their_own():
    items = [
        *both(*FOUR, source="medqa"),
        evidence(50, given("R-A", GOOD, specialty="surgery"), given("R-B", GOOD)),
    ]
    report = agreement_report(facts(items))
    assert row(report, "by_source", "medqa", criterion="Precision")["percent"].n == 4
    assert row(report, "by_source", "house", criterion="Precision")["percent"].n == 1
    assert row(report, "by_specialty", "not stated", criterion="Precision")["percent"].n == 4
    surgeon = row(report, "by_specialty", "surgery", criterion="Precision")
    assert surgeon["percent"].reason == "no item has two ratings"


def test_a_severe_rater_shows_beside_peers():
    items = both(*[((4, 4, "revise"), (2, 4, "revise"))] * 6)
    report = agreement_report(facts(items))
    assert row(report, "severity_precision", "R-B")["residual"].value == -2
    assert row(report, "severity_coherence", "R-B")["residual"].value == 0


def test_each_rater_is_followed_through_four_quarters_of_their_work():
    items = both(*[((4, 4, "revise"), (2, 4, "revise"))] * 8)
    drift = agreement_report(facts(items)).table("drift_precision")
    assert [row[0] for row in drift.rows] == ["R-A", "R-B"]
    quarters = [one for one in drift.rows[1][1:] if isinstance(one, Estimate)]
    assert [one.value for one in quarters] == [-2, -2, -2, -2]


def test_the_confusion_counts_each_pair_from_both_sides():
    found = row(agreement_report(facts(both(*FOUR))), "confusion_decision", "reject")
    assert (found["p_reject"], found["p_accept"]) == (2, 1)
    pair = row(agreement_report(facts(both(*FOUR))), "pairs_decision", "R-A")
    assert (pair["c_accept_accept"], pair["c_accept_reject"], pair["c_reject_accept"]) == (2, 1, 0)


def test_grras_has_fifteen_items_and_says_what_is_not_recorded():
    panel = (Rater("R-A", "surgery", "resident"), Rater("R-B", "", ""))
    found = agreement_report(facts(both(*FOUR), panel=panel)).table("grras")
    answers = [str(cells[3]) for cells in found.rows]
    assert len(answers) == 15
    assert "Not recorded" in answers[0]
    assert "Specialty: not stated 1, surgery 1." in answers[11]
    assert "2 raters; 4 sampled items rated, 4 of them by two or more; 8 grades" in answers[10]


def test_an_old_rubric_is_not_asked_for_steps_and_flags():
    made = facts(both(*FOUR))
    made.study.rubric_version = "1"
    titles = [str(cells[0]) for cells in agreement_report(made).table("criteria").rows]
    assert "Label of a step" not in titles
    assert not any("Safety" in title for title in titles)
