"""The pairwise report: scripted raters with planted preferences, and what it says of them."""

import csv
import json
import math
import random
import uuid
from typing import Any

import pytest

from pipeline.statistics.estimate import Estimate
from review.models import PairJudgement, Study
from review.pairwise.positions import positions_of
from review.pairwise.submit import amend_pair
from review.queue.claim import next_slot
from review.reports.as_csv import report_csv
from review.reports.as_json import report_json
from review.reports.facts import read_facts
from review.reports.registry import build_report, reports_of
from tests import actors
from tests.review.pairwise.pairing import (
    batches_on_the_same,
    judge,
    judge_all,
    judged,
    pairwise_study,
)

pytestmark = pytest.mark.django_db
RATERS = 6
# By criterion: how much stronger (in logarithms) each batch is than the next.
PLANTED = {"more_precise": 1.0, "more_coherent": 0.0, "better": 0.6}


def scripted(order: dict[int, int]):
    """A rater who follows Davidson's model; `order` ranks batches, the strongest first.

    What the first and the second rater of a pair choose is fixed, whoever they are: codes of
    items, and with them the order of dealing, differ from run to run.
    """

    def prefer(slot, criterion: str) -> str:
        meeting = (order[slot.item.trace.batch_id], order[slot.item.rival_trace.batch_id])
        place = (slot.item.trace.question.id_in_source, meeting, slot.number)
        generator = random.Random(f"1:{place}:{criterion}")
        apart = order[slot.item.rival_trace.batch_id] - order[slot.item.trace.batch_id]
        strength = PLANTED[criterion] * apart
        weights = [math.exp(strength / 2), 0.6, math.exp(-strength / 2)]
        return generator.choices(["first", "tie", "second"], weights)[0]

    return prefer


@pytest.fixture(scope="module")
def study(module_db) -> Study:
    """Three batches, 72 pairs, each judged by two of six raters."""
    people = [actors.reviewer(f"rater{number}") for number in range(RATERS)]
    batches = batches_on_the_same(24, count=3)
    lead = actors.lead()
    study = pairwise_study(*people, opened_by=lead, batches=batches, overlap=2)
    order = {batch.pk: number for number, batch in enumerate(batches)}
    judge_all(study, *people, prefer=scripted(order))
    return study


@pytest.fixture(scope="module")
def report(study):
    return build_report(read_facts(study), "pairwise")


def rows_of(report, table: str) -> list[dict[str, Any]]:
    found = report.table(table)
    keys = [column.key for column in found.columns]
    return [dict(zip(keys, row, strict=True)) for row in found.rows]


def test_planted_strengths_are_recovered_within_the_interval(report):
    apart = {"rival-0 over rival-1": 1, "rival-0 over rival-2": 2, "rival-1 over rival-2": 1}
    titles = {
        "More precise": "more_precise",
        "More coherent": "more_coherent",
        "Better as a whole": "better",
    }
    rows = rows_of(report, "chances")
    assert len(rows) == 9
    missed = []
    for row in rows:
        title, batches = row["comparison"].split(": ")
        planted = 1 / (1 + math.exp(-PLANTED[titles[title]] * apart[batches]))
        for column in ("chance", "across"):
            if not row[column].low <= planted <= row[column].high:
                missed.append((row["comparison"], column, planted, row[column]))
    assert missed == []


def test_the_counts_are_those_that_were_given(study, report):
    for row in rows_of(report, "counts"):
        field = {"More precise": "more_precise", "More coherent": "more_coherent"}.get(
            row["criterion"], "better"
        )
        given = PairJudgement.objects.filter(
            item__trace__batch__name=row["batch"], item__rival_trace__batch__name=row["other"]
        )
        assert row["preferred"] == given.filter(**{field: "first"}).count()
        assert row["ties"] == given.filter(**{field: "tie"}).count()
        assert row["not_preferred"] == given.filter(**{field: "second"}).count()
        total = row["preferred"] + row["ties"] + row["not_preferred"]
        expected = (row["preferred"] + row["ties"] / 2) / total
        assert row["share"].value == pytest.approx(expected)


def test_positions_are_checked_for_bias(report):
    """They differ from run to run: an interval may miss, four errors practically never."""
    shares = [row["left"] for row in rows_of(report, "position")]
    assert all(abs(share.value - 0.5) < 4 * share.standard_error for share in shares)
    missed = [share for share in shares if not share.low <= 0.5 <= share.high]
    assert bool(missed) == any("left" in caution for caution in report.cautions)


def test_a_rater_who_prefers_what_stands_left_is_found_out():
    ann = actors.reviewer("ann")
    study = pairwise_study(ann, opened_by=actors.lead("other"), questions=12, name="biased")
    judge_all(study, ann, prefer=lambda slot, _: positions_of(slot.item, reviewer=ann).left.value)
    report = build_report(read_facts(study), "pairwise")
    assert all(row["left"].value == 1 for row in rows_of(report, "position"))
    assert any("left" in caution for caution in report.cautions)


def test_agreement_is_measured_on_the_pairs_judged_twice(report):
    for row in rows_of(report, "agreement"):
        assert row["percent"].n == 72
        assert -1 <= row["alpha_ordinal"].value <= 1
        assert -1 <= row["ac2_ordinal"].value <= 1


def test_the_report_says_in_words_who_is_preferred(report):
    said = report.sections[0].text
    assert len(said) == 3
    assert "Better as a whole was rival-0 in" in said[1]
    assert "more than half, so rival-0 is preferred" in said[1]


def test_files_hold_the_same_figures_and_no_formula_runs(study, report):
    told = json.loads(report_json(report, {}))
    assert "NaN" not in json.dumps(told)
    lines = report_csv(report).splitlines()
    rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    chance = rows_of(report, "chances")[0]["chance"]
    in_csv = next(row for row in rows if row["table"] == "chances" and row["column"] == "chance")
    assert float(in_csv["value"]) == chance.value
    assert float(in_csv["low"]) == chance.low


def test_a_pairwise_study_has_this_report_alone(study):
    assert [entry.key for entry in reports_of(study)] == ["pairwise"]
    assert "pairwise" not in [entry.key for entry in reports_of(Study(mode="single"))]


def test_before_anyone_judged_there_is_nothing_to_show():
    empty = pairwise_study(actors.reviewer("new"), opened_by=actors.lead("l2"), name="empty")
    report = build_report(read_facts(empty), "pairwise")
    assert rows_of(report, "chances") == []
    assert report.headline.figure == 0
    assert report_json(report, {})


def test_an_all_won_study_has_a_reason_and_no_number():
    people = [actors.reviewer("one"), actors.reviewer("two")]
    study = pairwise_study(*people, opened_by=actors.lead("l3"), name="won")
    judge_all(study, people[0], prefer=lambda slot, criterion: "first")
    report = build_report(read_facts(study), "pairwise")
    for row in rows_of(report, "chances"):
        assert row["chance"].value is None
        assert "was never preferred over" in row["chance"].reason
    assert "No chance can be estimated" in report.sections[0].text[0]
    assert report.cautions[0].startswith("1 rater:")
    assert isinstance(report.headline.figure, Estimate)


def test_what_could_not_be_judged_counts_nowhere_but_for_its_flag_and_rater():
    person = actors.reviewer("careful")
    study = pairwise_study(person, opened_by=actors.lead("l4"), name="doubt", questions=2)
    nothing = {"more_precise": "", "more_coherent": "", "better": ""}
    slot = next_slot(study, reviewer=person)
    judge(slot, person, **nothing, cannot_judge="context_missing", flag_a="severe")
    judge(next_slot(study, reviewer=person), person)
    report = build_report(read_facts(study), "pairwise")
    counted = rows_of(report, "counts")
    assert {row["preferred"] + row["ties"] + row["not_preferred"] for row in counted} == {1}
    flags = rows_of(report, "flags")
    assert [row["shown"] for row in flags] == [2, 2]
    assert sum(row["severe"] for row in flags) == 1
    assert [(row["judged"], row["could_not"]) for row in rows_of(report, "raters")] == [(1, 1)]


def test_an_amended_judgement_counts_as_it_stands_now():
    person = actors.reviewer("changed")
    study = pairwise_study(person, opened_by=actors.lead("l5"), name="amended", questions=1)
    slot = next_slot(study, reviewer=person)
    judge(slot, person)
    first = build_report(read_facts(study), "pairwise")
    entry = judged(more_precise="tie", more_coherent="tie", better="tie")
    amend_pair(slot, reviewer=person, key=uuid.uuid4(), reason="read again", entry=entry)
    second = build_report(read_facts(study), "pairwise")
    assert [row["ties"] for row in rows_of(first, "counts")] == [0, 0, 0]
    assert [row["ties"] for row in rows_of(second, "counts")] == [1, 1, 1]
