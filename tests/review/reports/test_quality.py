"""The quality report on samples small enough to work out by hand."""

from typing import Any

import numpy as np
import pytest

from pipeline.core.features import TraceFeatures
from pipeline.core.records import Edge, Polarity
from review.reports.quality.report import quality_report
from tests.factories.reports import GOOD, POOR, grade_record, make_evidence, make_facts
from tests.review.reports.test_agreement import row

STRATA = {"large": 90, "small": 10}


def sampled(*answers: tuple[str, Any], **changes: Any):
    """Items of strata, ten in a hundred from the large one and half of the small one."""
    probability = {"large": 0.1, "small": 0.5}
    return [
        make_evidence(
            number,
            *([] if grade == "none" else [grade_record("R-A", grade)]),
            stratum=stratum,
            probability=probability[stratum],
            **changes,
        )
        for number, (stratum, grade) in enumerate(answers)
    ]


ITEMS = [*[("large", GOOD)] * 6, *[("large", POOR)] * 3, *[("small", POOR)] * 4, ("small", "none")]


def test_shares_are_weighted_to_the_batch():
    report = quality_report(make_facts(sampled(*ITEMS), strata=STRATA))
    result = row(report, "acceptable", "all traces")
    assert result["share"].value == pytest.approx((90 * 6 / 9 + 10 * 0) / 100)
    assert result["share"].low < result["share"].value < result["share"].high
    assert (result["share"].n, result["items"], result["unanswered"]) == (13, 14, 1)
    assert result["lowest"].value == pytest.approx(0.6)
    assert result["highest"].value == pytest.approx((90 * 6 / 9 + 10 * 1 / 5) / 100)
    assert result["more"] > len(ITEMS)  # counted against the batch, not the sample
    assert report.headline.figure == result["share"]


def test_who_did_not_answer_is_named():
    items = [
        make_evidence(1, grade_record("R-A", GOOD)),
        make_evidence(2, grade_record("R-A", None)),
        make_evidence(3, declines=1),
        make_evidence(4, grade_record("R-A", GOOD), grade_record("R-B", POOR)),
        make_evidence(5, grade_record("R-A", GOOD), key_exclusion="answer key disputed"),
    ]
    result = quality_report(make_facts(items)).table("response")
    assert {cells[0]: cells[1] for cells in result.rows} == {
        "answered": 1,
        "cannot judge": 1,
        "declined": 1,
        "not adjudicated": 1,
        "answer key disputed": 1,
    }


def test_traces_that_answers_stand_for_add_up_to_the_batch():
    """Two of three were drawn: each stands for one and a half."""
    items = [make_evidence(n, grade_record("R-A", GOOD), probability=2 / 3) for n in range(4)]
    result = quality_report(make_facts(items, strata={"all": 6})).table("response")
    assert result.rows == (("answered", 4, 1.0, 6),)


def test_thin_strata_are_joined_and_named():
    report = quality_report(
        make_facts(sampled(*[("large", GOOD), ("large", POOR)] * 3, ("small", GOOD)), strata=STRATA)
    )
    assert report.cautions == ("Strata with fewer than two answers were joined: large + small.",)


def test_parts_of_the_batch():
    good, poor = TraceFeatures(path_length=2), TraceFeatures(path_length=1)
    items = [
        *[make_evidence(n, grade_record("R-A", GOOD), features=good) for n in range(4)],
        *[
            make_evidence(n, grade_record("R-A", POOR), features=poor, kept=False)
            for n in range(4, 6)
        ],
    ]
    report = quality_report(make_facts(items))
    assert row(report, "by_path_length", "2 edges")["share"].value == 1
    assert row(report, "by_path_length", "1 edge")["share"].value == 0
    assert row(report, "by_verdict", "discarded")["items"] == 2


def test_one_answer_in_a_part_is_no_certainty():
    """Fifteen discarded traces, of which one is answered: the interval may not be a point."""
    items = [
        *[make_evidence(n, grade_record("R-A", GOOD if n % 2 else POOR)) for n in range(20)],
        make_evidence(90, grade_record("R-A", POOR), kept=False),
        *[make_evidence(n, kept=False) for n in range(91, 105)],
    ]
    figure = row(quality_report(make_facts(items)), "by_verdict", "discarded")["share"]
    assert figure.value == 0
    assert figure.high > 0.5


def test_points_decisions_and_labels_are_shares_of_grades():
    labels = ("correct", "incorrect", "correct", "unsupported")
    items = [
        make_evidence(
            1,
            grade_record("R-A", (5, 4, "accept"), labels=labels),
            grade_record("R-B", (4, 4, "accept")),
        ),
        make_evidence(2, grade_record("R-A", (5, 4, "revise"), labels=("correct",) * 4)),
    ]
    report = quality_report(make_facts(items))
    assert row(report, "scales", "Precision")["point_5"].value == pytest.approx(3 / 4)
    assert row(report, "scales", "Precision")["point_4"].value == pytest.approx(1 / 4)
    assert row(report, "decisions", "revise")["share"].value == pytest.approx(1 / 2)
    assert row(report, "steps", "correct")["share"].value == pytest.approx(3 / 4)
    assert row(report, "first_error", "step 2")["share"].value == pytest.approx(1 / 2)
    assert row(report, "first_error", "no incorrect step")["share"].value == pytest.approx(1 / 2)


def test_items_whose_key_is_in_doubt_are_in_no_distribution():
    doubted = make_evidence(1, grade_record("R-A", POOR), key_exclusion="answer key disputed")
    report = quality_report(
        make_facts([doubted, *[make_evidence(n, grade_record("R-A")) for n in range(2, 5)]])
    )
    assert row(report, "decisions", "accept")["share"].value == 1


def test_safety_flags_by_the_highest_severity():
    items = [
        make_evidence(
            1, grade_record("R-A", safety_flag="mild"), grade_record("R-B", safety_flag="severe")
        ),
        *[make_evidence(n, grade_record("R-A")) for n in range(2, 5)],
    ]
    report = quality_report(make_facts(items))
    assert row(report, "safety", "raised, highest severity severe")["share"].value == pytest.approx(
        1 / 4
    )
    assert row(report, "safety", "raised, highest severity mild")["share"].value == 0


def test_reasons_for_not_judging_are_counted():
    items = [
        make_evidence(1, grade_record("R-A", None), grade_record("R-B", None), declines=2),
        make_evidence(2),
    ]
    result = quality_report(make_facts(items))
    assert row(result, "cannot_judge", "outside my specialty") == {
        "reason": "outside my specialty",
        "grades": 2,
        "items": 1,
    }
    assert row(result, "cannot_judge", "declined")["grades"] == 2


def test_invalid_edges_by_relation():
    drug = Edge(1, 2, "indication", "indication", Polarity.SUPPORTING)
    not_drug = Edge(1, 3, "contraindication", "contraindication", Polarity.NEGATIVE)
    items = [
        make_evidence(
            1, grade_record("R-A", paths=[(2, 2, 1)]), grade_record("R-B", paths=[(2, 2)])
        ),
        make_evidence(2, grade_record("R-A", paths=[(5, 5)])),
        make_evidence(3, grade_record("R-A")),
    ]
    edges = {("trace-1", 0): (drug, not_drug), ("trace-2", 0): (drug,)}
    report = quality_report(make_facts(items, edges=edges))
    assert row(report, "invalid_edges", "indication")["share"].value == 0
    result = row(report, "invalid_edges", "contraindication")["share"]
    assert (result.value, result.n) == (pytest.approx(1 / 2), 1)
    assert row(report, "invalid_edges", "every negative edge")["share"] == result


def test_a_study_of_kept_traces_says_so():
    study_facts = make_facts(sampled(*ITEMS), strata=STRATA)
    study_facts.study.design["include_discarded"] = False
    assert "kept traces only" in quality_report(study_facts).cautions[-1]


def test_figures_are_numbers_or_reasons_for_a_study_without_grades():
    report = quality_report(
        make_facts(sampled(("large", "none"), ("small", "none")), strata=STRATA)
    )
    result = row(report, "acceptable", "all traces")["share"]
    assert result.value is None
    assert "nothing graded yet" in result.reason
    numbers = [cell for table in report.tables for cells in table.rows for cell in cells]
    assert not any(isinstance(cell, float) and np.isnan(cell) for cell in numbers)


def test_grades_of_items_whose_key_is_in_doubt_do_not_count_for_other_raters():
    items = [
        make_evidence(1, grade_record("R-A", GOOD)),
        make_evidence(2, grade_record("R-A", POOR)),
        make_evidence(3, grade_record("R-A", GOOD), key_exclusion="answer key disputed"),
    ]
    report = quality_report(make_facts(items, strata={"all": 3}))
    assert row(report, "other_raters", "all traces")["share"].value == 0.5
