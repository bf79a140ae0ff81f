"""Reports while graded items still wait: named preliminary, with what the figures may become."""

import csv
import io
import json
from dataclasses import replace
from typing import Any

import pytest

from pipeline.statistics.estimate import Estimate
from review.reports.as_csv import report_csv
from review.reports.as_json import report_json
from review.reports.document import Report
from review.reports.filters.measures import overall_table
from review.reports.imprint import imprint_of, preamble
from review.reports.quality.report import quality_report
from review.reports.shares import weighted_sample
from tests.factories.reports import GOOD, POOR, grade_record, make_evidence, make_facts
from tests.review.reports.test_agreement import graded_by_two, row

WORDS = "Preliminary: 4 of 12 graded items await adjudication."


def study(settled: str = ""):
    """Of 20 traces in the batch 12 are graded: 6 good, 2 poor, 4 on which raters disagree.

    `settled`: what the adjudicator decided of the four.
    """
    items = graded_by_two(*[(GOOD, GOOD)] * 6, *[(POOR, POOR)] * 2, *[(GOOD, POOR)] * 4)
    if settled:
        agreed = replace(items[0].consensus, decision=settled, basis="adjudicated")
        last = [replace(one, consensus=agreed, adjudicated=True, waits_for="") for one in items[8:]]
        items[8:] = last
    items = [replace(one, probability=0.6) for one in items]
    return make_facts(items, strata={"all": 20})


def headline(report: Report) -> Any:
    """The figure that the report begins with."""
    return report.headline.figure


def test_what_waits_is_said_first_and_the_figure_carries_what_it_may_become():
    report = quality_report(study())
    assert report.preliminary.text == WORDS
    share = row(report, "acceptable", "all traces")["share"]
    assert share.value == pytest.approx(6 / 8)
    assert share.once_settled.waiting == 4
    assert share.once_settled.lowest == pytest.approx(6 / 12)
    assert share.once_settled.highest == pytest.approx(10 / 12)
    assert headline(report).once_settled == share.once_settled


@pytest.mark.parametrize(("decision", "end"), [("accept", "highest"), ("reject", "lowest")])
def test_once_nothing_waits_the_word_is_gone_and_the_figure_lies_within_its_bounds(decision, end):
    before = headline(quality_report(study())).once_settled
    after = quality_report(study(decision))
    assert not after.preliminary
    assert headline(after).once_settled is None
    assert headline(after).value == pytest.approx(getattr(before, end))
    assert "preliminary:" not in report_csv(after).lower()


def test_bounds_of_the_unanswered_hold_those_of_the_waiting():
    """Two more items were declined: they wait for nothing, and may be anything."""
    items = [*study().items, *(make_evidence(n, declines=1, probability=0.6) for n in (90, 91))]
    result = row(quality_report(make_facts(items, strata={"all": 24})), "acceptable", "all traces")
    settled = result["share"].once_settled
    assert (settled.waiting, result["unanswered"]) == (4, 6)
    assert settled.lowest == pytest.approx(6 / 12)
    assert result["lowest"].value == pytest.approx(6 / 14)
    assert settled.highest == pytest.approx(10 / 12)
    assert result["highest"].value == pytest.approx(12 / 14)


def test_an_item_that_lacks_a_grade_has_an_answer_for_now_and_may_get_another():
    items = list(study("accept").items)
    items[0] = replace(items[0], waits_for="grade")
    report = quality_report(make_facts(items, strata={"all": 20}))
    share = headline(report)
    assert share.value == share.once_settled.highest == pytest.approx(10 / 12)
    assert share.once_settled.lowest == pytest.approx(9 / 12)
    # It lacks a grade, not an adjudication, and it is an unsure item for the outer bounds too.
    result = row(report, "acceptable", "all traces")
    assert result["adjudications"] == 0
    assert result["lowest"].value == pytest.approx(9 / 12)


def test_a_disputed_key_is_not_settled_by_adjudicating():
    items = [replace(one, key_exclusion="answer key disputed") for one in study().items[8:9]]
    items += study().items[:8]
    report = quality_report(make_facts(items, strata={"all": 20}))
    assert report.preliminary.awaiting_adjudication == 1
    assert headline(report).once_settled is None


def test_the_waiting_items_are_counted_apart_from_more_grades():
    result = row(quality_report(study()), "acceptable", "all traces")
    needed = row(quality_report(study("accept")), "acceptable", "all traces")
    assert result["adjudications"] == 4
    assert needed["adjudications"] == 0
    sample = weighted_sample(study(), lambda item: item.acceptable)
    none_wait = replace(sample, sample=replace(sample.sample, waiting=None))
    answers = none_wait.more(sample.share()).items
    assert result["more"] == (answers - 4) * sample.overlap


def test_the_filter_measures_carry_their_bounds():
    table = overall_table(study())
    keys = [column.key for column in table.columns]
    measure: dict[str, Any] = dict(zip(keys, table.rows[0], strict=True))
    assert measure["estimate"].once_settled.lowest == pytest.approx(6 / 12)
    assert measure["adjudications"] == 4


def test_json_and_csv_say_it_first():
    report = quality_report(study())
    content = json.loads(report_json(report, {}))
    assert next(iter(content)) == "preliminary"
    assert content["preliminary"] == {
        "graded": 12,
        "awaiting_adjudication": 4,
        "awaiting_grade": 0,
        "text": WORDS,
    }
    share = content["sections"][0]["tables"][0]["rows"][0]["share"]
    assert share["once_settled"] == {
        "waiting": 4,
        "lowest": pytest.approx(0.5),
        "highest": pytest.approx(10 / 12),
    }
    text = report_csv(report, preamble(report, imprint_of(study())))
    assert text.startswith(f"# {WORDS}")
    rows = [line for line in csv.reader(io.StringIO(text)) if line[:2] == ["acceptable", "1"]]
    note = next(line[-1] for line in rows if line[3] == "share")
    assert note.startswith("preliminary: 0.5000 to 0.8333 once 4 waiting items are settled")
    assert json.loads(report_json(quality_report(study("accept")), {}))["preliminary"] is None


def test_grades_that_are_not_a_consensus_wait_for_none():
    report = quality_report(study())
    cells = [cell for line in report.table("decisions").rows for cell in line]
    assert not any(cell.once_settled for cell in cells if isinstance(cell, Estimate))


def test_a_flag_alone_waits_too():
    flagged = make_evidence(1, grade_record("R-A", GOOD, safety_flag="mild"))
    report = quality_report(make_facts([flagged, *graded_by_two((GOOD, GOOD))]))
    assert report.preliminary.text == "Preliminary: 1 of 2 graded items awaits adjudication."
