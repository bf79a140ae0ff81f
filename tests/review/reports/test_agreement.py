"""The agreement report on studies small enough to work out by hand."""

from typing import Any

import pytest

from pipeline.core.records import Edge, Polarity
from pipeline.statistics.estimate import Estimate
from review.reports.agreement.report import agreement_report
from review.reports.document import Report
from review.reports.facts import Rater
from tests.factories.reports import GOOD, POOR, grade_record, make_evidence, make_facts


def row(report: Report, table: str, first: str, **more: str) -> dict[str, Any]:
    """The row of a table that begins so, by column."""
    result = report.table(table)
    keys = [column.key for column in result.columns]
    rows = [dict(zip(keys, cells, strict=True)) for cells in result.rows if cells[0] == first]
    (matching_row,) = [
        values for values in rows if all(values[key] == value for key, value in more.items())
    ]
    return matching_row


def graded_by_two(*pairs: tuple[tuple, tuple], **changes: object):
    """Items that two raters judged, from what each said of each."""
    return [
        make_evidence(number, grade_record("R-A", first), grade_record("R-B", second), **changes)
        for number, (first, second) in enumerate(pairs)
    ]


FOUR = ((GOOD, GOOD), (GOOD, GOOD), (POOR, POOR), (GOOD, POOR))


def test_yes_and_no_on_four_items():
    """Ratings: 5 yes, 3 no; three of four items agree. Krippendorff (2011), Gwet (2008)."""
    report = agreement_report(make_facts(graded_by_two(*FOUR)))
    result = row(report, "criteria", "Accepted: yes or no")
    assert result["percent"].value == pytest.approx(3 / 4)
    assert result["kappa"].value == pytest.approx(1 - (2 / 8) / (2 * 5 * 3 / (8 * 7)))
    by_chance = 2 * 0.625 * 0.375
    assert result["ac"].value == pytest.approx((0.75 - by_chance) / (1 - by_chance))
    assert result["commonest"] == "yes, 62.5 %"
    assert "not to be trusted" in result["ac"].caution


def test_positive_and_negative_agreement():
    result = row(
        agreement_report(make_facts(graded_by_two(*FOUR))), "yes_and_no", "Accepted: yes or no"
    )
    assert result["positive"].value == pytest.approx(4 / 5)
    assert result["negative"].value == pytest.approx(2 / 3)


def test_all_alike_is_undefined_for_kappa_and_one_for_ac():
    result = row(
        agreement_report(make_facts(graded_by_two(*[(GOOD, GOOD)] * 30))), "criteria", "Precision"
    )
    assert result["kappa"].value is None
    assert "one category" in result["kappa"].reason
    assert result["ac"].value == 1


def test_two_raters_cannot_be_resampled_and_five_can():
    two = agreement_report(make_facts(graded_by_two(*FOUR)))
    assert "three raters" in row(two, "criteria_raters", "Precision")["ac"].reason
    answers_of_items = [
        (GOOD, GOOD, POOR, GOOD, GOOD),
        (POOR,) * 5,
        (GOOD, POOR, GOOD, GOOD, POOR),
    ] * 8
    five = [
        make_evidence(
            number, *(grade_record(f"R-{rater}", answer) for rater, answer in enumerate(answers))
        )
        for number, answers in enumerate(answers_of_items)
    ]
    report = agreement_report(make_facts(five))
    other = row(report, "criteria_raters", "Precision")["ac"]
    assert other.low < other.value < other.high
    assert "only 5 raters" in other.caution
    assert other.half_width > row(report, "criteria", "Precision")["ac"].half_width


def test_what_was_amended_on_request_or_not_judged_does_not_count():
    amended = make_evidence(
        9,
        grade_record("R-A", POOR),
        grade_record("R-B", POOR),
        independent=(grade_record("R-A", GOOD), grade_record("R-B", POOR)),
    )
    unjudged = make_evidence(10, grade_record("R-A", None), grade_record("R-B", GOOD))
    report = agreement_report(make_facts([*graded_by_two(*FOUR), amended, unjudged]))
    result = row(report, "criteria", "Accepted: yes or no")
    assert result["percent"].value == pytest.approx(3 / 5)
    assert result["percent"].n == 5


def test_control_items_and_repeats_are_reported_apart():
    expected = {"precision": 5, "coherence": 5, "decision": "accept", "tolerance": 1}
    controls = tuple(
        make_evidence(number, grade_record("R-A", answer), kind="control", expected=expected)
        for number, answer in enumerate([GOOD, GOOD, POOR, (4, 5, "revise")], 100)
    )
    repeats = tuple(
        make_evidence(number, grade_record("R-A", answer), kind="repeat", repeat_of=twin)
        for number, (answer, twin) in enumerate([(GOOD, 0), (POOR, 1), (POOR, 2), (GOOD, 3)], 200)
    )
    report = agreement_report(make_facts(graded_by_two(*FOUR), controls=controls, repeats=repeats))
    assert row(report, "criteria", "Precision")["percent"].n == 4
    shares = row(report, "controls", "R-A")
    assert [shares[key].value for key in ("precision", "coherence", "decision", "all")] == [
        pytest.approx(share) for share in (3 / 4, 3 / 4, 2 / 4, 2 / 4)
    ]
    again = row(report, "retest", "Decision")
    assert (again["exact"].value, again["exact"].n) == (pytest.approx(3 / 4), 4)
    assert row(report, "retest", "Precision")["shift"].value == pytest.approx(-3 / 4)
    assert row(report, "retest_raters", "R-A")["decision"].value == pytest.approx(3 / 4)


def test_steps_are_items_of_their_own_and_questions_their_clusters():
    items = [
        make_evidence(
            number,
            grade_record("R-A", labels=("correct", "incorrect", "correct")),
            grade_record("R-B", labels=("correct", "correct", "correct")),
        )
        for number in range(7)
    ]
    report = agreement_report(make_facts(items))
    result = row(report, "criteria", "Label of a step")
    assert (result["percent"].value, result["percent"].n) == (pytest.approx(2 / 3), 21)
    assert row(report, "criteria", "An incorrect step found: yes or no")["percent"].value == 0


def test_items_of_one_question_are_one_cluster():
    one_question = agreement_report(make_facts(graded_by_two(*FOUR * 6, question=1)))
    assert row(one_question, "criteria", "Precision")["ac"].reason.startswith("all of one question")
    assert row(agreement_report(make_facts(graded_by_two(*FOUR * 6))), "criteria", "Precision")[
        "ac"
    ].low


def test_every_edge_of_a_graded_path_is_judged():
    edge = Edge(1, 2, "indication", "indication", Polarity.SUPPORTING)
    items = [
        make_evidence(
            n, grade_record("R-A", paths=[(5, 5, 0)]), grade_record("R-B", paths=[(4, 5)])
        )
        for n in range(5)
    ]
    edges = {(f"trace-{n}", 0): (edge, edge) for n in range(5)}
    report = agreement_report(make_facts(items, edges=edges))
    result = row(report, "criteria", "Edge marked invalid: yes or no")
    assert (result["percent"].value, result["percent"].n) == (pytest.approx(1 / 2), 10)
    assert row(report, "criteria", "Coherence of a path")["percent"].value == 1


def test_sources_and_specialties_are_parts_of_their_own():
    items = [
        *graded_by_two(*FOUR, source="medqa"),
        make_evidence(
            50, grade_record("R-A", GOOD, specialty="surgery"), grade_record("R-B", GOOD)
        ),
    ]
    report = agreement_report(make_facts(items))
    assert row(report, "by_source", "medqa", criterion="Precision")["percent"].n == 4
    assert row(report, "by_source", "house", criterion="Precision")["percent"].n == 1
    assert row(report, "by_specialty", "not stated", criterion="Precision")["percent"].n == 4
    surgeon = row(report, "by_specialty", "surgery", criterion="Precision")
    assert surgeon["percent"].reason == "no item has two ratings"


def test_a_severe_rater_shows_beside_peers():
    items = graded_by_two(*[((4, 4, "revise"), (2, 4, "revise"))] * 6)
    report = agreement_report(make_facts(items))
    assert row(report, "severity_precision", "R-B")["residual"].value == -2
    assert row(report, "severity_coherence", "R-B")["residual"].value == 0


def test_each_rater_is_followed_through_four_quarters_of_their_work():
    items = graded_by_two(*[((4, 4, "revise"), (2, 4, "revise"))] * 8)
    drift = agreement_report(make_facts(items)).table("drift_precision")
    assert [row[0] for row in drift.rows] == ["R-A", "R-B"]
    quarters = [estimate for estimate in drift.rows[1][1:] if isinstance(estimate, Estimate)]
    assert [estimate.value for estimate in quarters] == [-2, -2, -2, -2]


def test_the_confusion_counts_each_pair_from_both_sides():
    result = row(agreement_report(make_facts(graded_by_two(*FOUR))), "confusion_decision", "reject")
    assert (result["p_reject"], result["p_accept"]) == (2, 1)
    pair = row(agreement_report(make_facts(graded_by_two(*FOUR))), "pairs_decision", "R-A")
    assert (pair["c_accept_accept"], pair["c_accept_reject"], pair["c_reject_accept"]) == (2, 1, 0)


def test_grras_has_fifteen_items_and_says_what_is_not_recorded():
    panel = (Rater("R-A", "surgery", "resident"), Rater("R-B", "", ""))
    result = agreement_report(make_facts(graded_by_two(*FOUR), panel=panel)).table("grras")
    answers = [str(cells[3]) for cells in result.rows]
    assert len(answers) == 15
    assert "Not recorded" in answers[0]
    assert "Specialty: not stated 1, surgery 1." in answers[11]
    assert "2 raters; 4 sampled items rated, 4 of them by two or more; 8 grades" in answers[10]


def test_an_old_rubric_is_not_asked_for_steps_and_flags():
    study = make_facts(graded_by_two(*FOUR))
    study.study.rubric_version = "1"
    titles = [str(cells[0]) for cells in agreement_report(study).table("criteria").rows]
    assert "Label of a step" not in titles
    assert not any("Safety" in title for title in titles)
