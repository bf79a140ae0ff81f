"""What the calls of a job cost: an unknown price is unknown, never nothing."""

from decimal import Decimal

import pytest

from pipeline.batches.costs import cost_per_kept
from pipeline.jobs.costs import Costs, costs_of
from pipeline.models import Batch, LLMCall
from tests import factories
from tests.factories.endpoints import call

pytestmark = pytest.mark.django_db


@pytest.fixture
def batch() -> Batch:
    made = factories.made_batch(4)
    made.traces.update(kept=False)
    made.traces.filter(pk__in=made.traces.values_list("pk")[:2]).update(kept=True)
    return made


def counted(batch: Batch) -> Costs:
    return costs_of(LLMCall.objects.of_job(batch))


def test_calls_are_counted_by_what_became_of_them(batch):
    first = call(batch)
    call(batch, status="failed")
    call(batch, status="uncertain", input_tokens=None, output_tokens=None)
    call(batch, status="replayed", replay_of=first, cost=None)
    call(batch, status="in_flight", cost=None, settled_at=None)
    call(None)
    costs = counted(batch)
    assert (costs.calls, costs.sent, costs.failed, costs.uncertain) == (5, 3, 1, 1)
    assert (costs.replayed, costs.in_flight) == (1, 1)
    assert (costs.input_tokens, costs.output_tokens, costs.tokens) == (2000, 400, 2400)


def test_the_cost_of_a_kept_trace_counts_every_call(batch):
    for _ in range(5):
        call(batch)
    costs = counted(batch)
    assert costs.total == ("USD", Decimal("0.008"))
    assert cost_per_kept(batch, costs) == costs.per(2) == ("USD", Decimal("0.004"))
    batch.traces.update(kept=False)
    assert cost_per_kept(batch, costs) is None


@pytest.mark.parametrize("other", [{"cost": None, "currency": ""}, {"currency": "EUR"}], ids=str)
def test_one_unknown_price_or_another_currency_leaves_no_total(batch, other):
    call(batch)
    call(batch, **other)
    costs = counted(batch)
    assert costs.unknown == (1 if other["currency"] == "" else 0)
    assert costs.total is None
    assert costs.per(2) is None
    assert dict(costs.money)["USD"] == Decimal("0.0016")
    assert "" not in dict(costs.money)


def test_replayed_and_flying_calls_are_no_unknown_cost(batch):
    call(batch)
    call(batch, status="replayed", cost=None, currency="")
    call(batch, status="in_flight", cost=None, currency="", settled_at=None)
    costs = counted(batch)
    assert costs.unknown == 0
    assert costs.total == ("USD", Decimal("0.0016"))
