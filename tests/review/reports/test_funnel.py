"""Funnel and cost: counts of the batches, and what a kept and an accepted trace cost."""

from decimal import Decimal

import pytest

from pipeline.batches.funnel import funnel_of
from pipeline.models import Batch, Trace
from pipeline.statistics.estimate import Estimate, undefined
from review.models import Study
from review.reports.facts import read_facts
from review.reports.funnel import funnel_report, per_accepted
from tests import actors, factories
from tests.factories import endpoints
from tests.review.submitting import grade_all

pytestmark = pytest.mark.django_db


@pytest.fixture
def study() -> Study:
    ann = actors.reviewer("ann")
    study = factories.study(ann, opened_by=actors.lead(), size=8)
    grade_all(study, ann)
    return study


def rows(study, key):
    return funnel_report(read_facts(study)).table(key).rows


def test_stages_and_reasons_are_those_of_the_batches(study):
    funnel = funnel_of(study.batches.get())
    stages = rows(study, "stages")
    assert stages[0][1:3] == ("Traces processed", funnel.settled)
    assert [(row[1], row[2]) for row in stages[1:]] == [
        (stage.title, stage.passed) for stage in funnel.stages
    ]
    left = sum(row[3] for row in rows(study, "reasons"))
    assert left == funnel.settled - funnel.kept


def test_sources_are_apart_and_together(study):
    other = factories.made_batch(2, name="other")
    type(other.question_set).objects.filter(pk=other.question_set_id).update(source="medqa")
    study.batches.add(other)
    stages = rows(study, "stages") + rows(study, "stages_by_source")
    settled = {row[0]: row[2] for row in stages if row[1].startswith("Traces processed")}
    assert settled == {"all sources": 10, "house": 8, "medqa": 2}
    assert {row[0] for row in rows(study, "reasons")} == {"all sources"}
    assert {row[0] for row in rows(study, "reasons_by_source")} <= {"house", "medqa"}


def test_the_headline_says_of_how_many(study):
    funnel = funnel_of(study.batches.get())
    headline = funnel_report(read_facts(study)).headline
    assert headline.title == "Kept, of 8 traces processed"
    assert headline.figure == funnel.kept / funnel.settled


def test_a_batch_that_called_nobody_has_no_cost(study):
    report = funnel_report(read_facts(study))
    assert report.table("calls").rows == ()
    assert report.table("cost_usd") is None


def priced(study, *costs: str | None, **changes) -> None:
    batch = study.batches.get()
    for cost in costs:
        endpoints.call(batch, cost=cost and Decimal(cost), currency="USD", **changes)


def test_money_is_shared_out_over_kept_and_accepted_traces(study):
    priced(study, "0.30", "0.50")
    kept = Trace.objects.filter(batch=study.batches.get(), kept=True).count()
    ((_, spent, count, per_kept, acceptable, accepted),) = rows(study, "cost_usd")
    assert (spent, count) == (0.8, kept)
    assert per_kept == pytest.approx(0.8 / kept)
    assert acceptable.value == 1
    assert accepted.value == pytest.approx(per_kept / acceptable.value)
    assert accepted.high == pytest.approx(per_kept / acceptable.low)


def test_a_call_of_unknown_price_leaves_the_cost_unknown(study):
    priced(study, "0.30", None)
    ((_, spent, _, per_kept, _, accepted),) = rows(study, "cost_usd")
    assert spent == 0.3
    assert per_kept.reason == accepted.reason == "calls of unknown price: 1"


def test_replayed_calls_are_counted_and_free(study):
    first = endpoints.call(study.batches.get(), cost=Decimal("0.2"), currency="USD")
    priced(study, None, status="replayed", replay_of=first)
    ((_, sent, replayed, *_),) = rows(study, "calls")
    assert (sent, replayed) == (1, 1)
    assert rows(study, "cost_usd")[0][1] == 0.2


def test_what_an_accepted_trace_costs_by_hand():
    result = per_accepted(0.10, Estimate(0.5, 0.4, 0.8, 30))
    assert (result.value, result.low, result.high) == pytest.approx((0.2, 0.125, 0.25))
    assert per_accepted(0.10, undefined("nothing graded")).reason == "nothing graded"
    assert per_accepted(0.10, Estimate(0.0, 0.0, 0.2, 30)).value is None
    assert "no upper end" in per_accepted(0.10, Estimate(0.1, 0.0, 0.2, 30)).reason


def test_no_batch_is_asked_for_more_than_its_own(study):
    factories.made_batch(3, name="stranger")
    assert Batch.objects.count() == 2
    assert rows(study, "stages")[0][2] == 8
