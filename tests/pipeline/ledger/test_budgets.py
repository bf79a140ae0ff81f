"""Budgets: reserved before, settled after, and nothing is under-counted."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from pipeline.core.errors import (
    EndpointUnavailable,
    MalformedOutput,
    OverBudget,
    RequestRejected,
    TransientFailure,
)
from pipeline.core.llm.base import Message, Usage
from pipeline.core.llm.pricing import TokenPrice
from pipeline.jobs import claims
from pipeline.ledger import budgets, call_rows
from pipeline.ledger.budgets import Cost, TokenEstimator
from pipeline.ledger.call import ItemCalls
from pipeline.ledger.ledgered_model import LedgeredModel
from pipeline.models import Batch, LLMCall, Trace
from tests import factories
from tests.factories.endpoints import price
from tests.peers.scripted import ANSWER, REQUEST, Scripted, Time

pytestmark = [pytest.mark.django_db, pytest.mark.database_dialect]

# A call of REQUEST that is answered with ANSWER costs 31 and three times 9 millionths: 0.000058.
PRICE = TokenPrice(Decimal(1), Decimal(3), "USD")
COST = Decimal("0.000058")


def batch_of(**budget) -> Batch:
    for model in ("model-r", "model-s"):
        price(model)
    return factories.model_batch(2, **budget)


def ledgered(batch, *outcomes, **changes) -> Any:
    fields = {"item": batch.traces.first(), "price": PRICE, "clock": Time().clock}
    return LedgeredModel(Scripted(list(outcomes) or [ANSWER]), **(fields | changes))


def asked(number: int):
    return replace(REQUEST, messages=(Message("user", f"Case {number}"),))


def sums(batch):
    batch.refresh_from_db()
    return (batch.reserved_tokens, batch.reserved_money, batch.spent_tokens, batch.spent_money)


def test_the_most_is_reserved_while_in_flight_and_the_usage_spent_after():
    batch = batch_of()
    seen = []
    model = ledgered(batch)
    model.language_model.meanwhile = lambda: seen.append(sums(batch))
    model.ask(REQUEST)
    call = LLMCall.objects.get()
    assert seen == [(call.reserved_tokens, call.reserved_cost, 0, 0)]
    assert call.reserved_tokens >= 200 + len("Name the entities.A child wheezes.")
    assert sums(batch) == (0, 0, 40, COST)
    assert (call.cost, call.currency) == (COST, "USD")


def test_bytes_bound_the_tokens_of_any_script():
    call = ledgered(batch_of()).call_for(asked(1))
    longer = replace(REQUEST, messages=(Message("user", "\U0001f489" * 100),))
    assert ledgered(Batch.objects.get()).call_for(longer).max_input_tokens >= 400
    assert call.max_cost.tokens == call.max_input_tokens + 200


def test_the_bound_of_a_prompt_comes_down_to_a_quarter_over_the_densest_answer_seen():
    batch = batch_of()
    estimator = TokenEstimator()
    model = ledgered(batch, token_estimator=estimator)
    strict = model.call_for(REQUEST).max_input_tokens
    model.ask(REQUEST)
    assert model.call_for(REQUEST).max_input_tokens == 39  # 31 * 1.25
    other = replace(REQUEST, prompt_name="prune")
    assert model.call_for(other).max_input_tokens == strict
    dense = replace(ANSWER, usage=Usage(10 * strict, 9))
    ledgered(batch, dense, token_estimator=estimator).ask(asked(2))
    assert model.call_for(REQUEST).max_input_tokens == strict
    model.ask(asked(3))
    assert model.call_for(REQUEST).max_input_tokens == strict


@pytest.mark.parametrize("told", [0, 10**12])
def test_one_odd_report_of_tokens_is_forgotten_after_forty_more(told):
    estimator = TokenEstimator()
    estimator.learn(REQUEST, told)
    text = sum(len(message.content) for message in REQUEST.messages)
    assert text / 8 <= estimator.max_input_tokens(REQUEST) <= budgets.size_of(REQUEST)
    for _ in range(40):
        estimator.learn(REQUEST, 31)
    assert estimator.max_input_tokens(REQUEST) == 39


def test_another_worker_begins_with_what_the_ledger_has_seen():
    batch = batch_of()
    ledgered(batch, served_by=batch.reasoner_endpoint).ask(REQUEST)
    learnt = TokenEstimator.from_ledger(batch, batch.reasoner_endpoint)
    assert ledgered(batch, token_estimator=learnt).call_for(REQUEST).max_input_tokens == 39
    assert not TokenEstimator.from_ledger(batch, batch.reader_endpoint).tokens_per_byte


def test_an_unknown_price_costs_null_and_never_zero():
    batch = batch_of()
    ledgered(batch, price=None).ask(REQUEST)
    assert LLMCall.objects.get().cost is None
    assert sums(batch) == (0, 0, 40, 0)


@pytest.mark.parametrize(
    ("usage", "tokens"),
    [(Usage(None, 9), lambda most: most - 200 + 9), (Usage(31, None), lambda most: 31 + 200)],
)
def test_usage_that_is_not_told_is_charged_as_reserved(usage, tokens):
    batch = batch_of()
    ledgered(batch, replace(ANSWER, usage=usage)).ask(REQUEST)
    call = LLMCall.objects.get()
    assert (call.input_tokens, call.output_tokens) == (usage.input_tokens, usage.output_tokens)
    assert sums(batch)[2] == tokens(call.reserved_tokens)
    assert sums(batch)[3] == call.cost > COST


def test_an_answer_of_no_use_is_paid_for():
    batch = batch_of()
    failure = MalformedOutput("no", stage="extraction", input_tokens=31, output_tokens=9)
    with pytest.raises(MalformedOutput):
        ledgered(batch, failure).ask(REQUEST)
    assert sums(batch) == (0, 0, 40, COST)


@pytest.mark.parametrize("kind", [RequestRejected, EndpointUnavailable])
def test_a_call_that_was_not_taken_costs_nothing(kind):
    batch = batch_of()
    with pytest.raises(kind):
        ledgered(batch, kind("no", stage="extraction")).ask(REQUEST)
    assert sums(batch) == (0, 0, 0, 0)
    assert LLMCall.objects.get().cost == 0


def test_an_attempt_that_may_have_been_answered_is_charged_in_full_beside_the_next():
    batch = batch_of()
    lost = TransientFailure("hung up", stage="extraction", maybe_charged=True)
    ledgered(batch, lost, ANSWER).ask(REQUEST)
    first, second = LLMCall.objects.all()
    assert (first.status, first.cost) == ("uncertain", first.reserved_cost)
    assert (second.status, second.cost) == ("settled", COST)
    spent = first.reserved_tokens + 40
    assert sums(batch) == (0, 0, spent, first.reserved_cost + COST)


@pytest.mark.parametrize("unit", ["tokens", "money"])
def test_a_call_that_fits_exactly_is_sent_and_one_more_is_not(unit):
    reserved = ledgered(batch_of()).call_for(REQUEST).max_cost
    exact: dict[str, Any] = {"budget_tokens": 40 * 3 + reserved.tokens}
    if unit == "money":
        exact = {"budget_money": COST * 3 + reserved.money}
    batch = Batch.objects.get()
    Batch.objects.update(**exact)
    for number in range(4):
        ledgered(batch).ask(replace(REQUEST, sample_index=number))
    with pytest.raises(OverBudget, match="Budget spent"):
        ledgered(batch).ask(replace(REQUEST, sample_index=4))
    assert LLMCall.objects.count() == 4


def test_a_budget_is_exact_though_the_database_may_count_in_binary_fractions():
    trace = batch_of().traces.first()
    Batch.objects.update(budget_money=Decimal("0.3"), spent_money=Decimal("0.1"))
    assert not budgets.reserve(trace, Cost(1, Decimal("0.200001"), "USD"))
    assert budgets.reserve(trace, Cost(1, Decimal("0.2"), "USD"))  # 0.1 + 0.2 > 0.3


def test_a_refused_call_leaves_no_row_and_halts_the_trace_with_the_reason():
    batch, calls = batch_of(budget_tokens=100), ItemCalls()
    model = ledgered(batch, item_calls=calls)
    with pytest.raises(OverBudget):
        model.ask(REQUEST)
    assert calls.halt_reason.startswith(
        "Budget spent: 0 of 100 tokens are spent, and the next call"
    )
    assert not LLMCall.objects.exists()
    assert not model.language_model.asked
    with pytest.raises(OverBudget):
        model.ask(asked(2))


@pytest.mark.parametrize("unit", ["tokens", "money"])
def test_what_calls_in_flight_may_give_back_is_waited_for(unit):
    batch, waits = batch_of(), []
    need = getattr(ledgered(batch).call_for(REQUEST).max_cost, unit)
    Batch.objects.update(**{f"budget_{unit}": need, f"reserved_{unit}": need})
    model = ledgered(batch)

    def other_call_ends(seconds):
        waits.append(len(model.language_model.asked))
        if len(waits) == 3:
            Batch.objects.update(**{f"reserved_{unit}": 0})

    clock = replace(Time().clock, sleep=other_call_ends)
    assert replace(model, clock=clock).ask(REQUEST) == ANSWER
    assert waits == [0, 0, 0]


@pytest.mark.parametrize("unusable", [None, replace(PRICE, currency="EUR")], ids=["none", "EUR"])
def test_a_budget_in_money_refuses_a_model_without_a_price_in_its_currency(unusable):
    batch = batch_of(budget_money=Decimal(1))
    calls = ItemCalls()
    with pytest.raises(OverBudget):
        ledgered(batch, price=unusable, item_calls=calls).ask(REQUEST)
    assert "no price of the model in USD is known" in calls.halt_reason


def test_a_price_in_another_currency_is_kept_out_of_the_batchs_sum():
    batch = batch_of()
    ledgered(batch, price=replace(PRICE, currency="EUR")).ask(REQUEST)
    assert sums(batch) == (0, 0, 40, 0)
    assert LLMCall.objects.get().cost == COST


def in_flight(batch) -> tuple[Trace, LLMCall]:
    """A trace of the batch with a call that its worker never settles."""
    row = factories.claim_trace(batch)
    with pytest.raises(KeyboardInterrupt):
        ledgered(batch, KeyboardInterrupt(), item=row).ask(REQUEST)
    return row, LLMCall.objects.get(status="in_flight")


def check_charged_in_full(batch, call):
    call.refresh_from_db()
    assert (call.status, call.cost) == ("uncertain", call.reserved_cost)
    assert call.settled_at is not None
    assert sums(batch) == (0, 0, call.reserved_tokens, call.reserved_cost)


def test_a_call_whose_worker_died_is_charged_in_full_when_the_lease_returns():
    batch = batch_of()
    row, call = in_flight(batch)
    assert claims.return_expired_leases() == 0
    assert LLMCall.objects.get().status == "in_flight"
    Trace.objects.filter(pk=row.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    assert claims.return_expired_leases() == 1
    check_charged_in_full(batch, call)
    assert claims.return_expired_leases() == 0
    check_charged_in_full(batch, call)


def test_a_call_whose_worker_died_is_charged_in_full_when_the_trace_is_claimed_again():
    batch = batch_of()
    row, call = in_flight(batch)
    Trace.objects.filter(pk=row.pk).update(state="pending", lease_token=None)
    assert factories.claim_trace(batch).pk == row.pk
    check_charged_in_full(batch, call)


def test_the_answer_that_comes_too_late_changes_nothing():
    batch = batch_of()
    row, call = in_flight(batch)
    call_rows.charge_in_flight([row])
    model = ledgered(batch)
    call_rows.settle(call, model.call_for(REQUEST), ANSWER, milliseconds=1)
    check_charged_in_full(batch, call)


def test_a_call_of_a_cancelled_batch_is_charged_once_nobody_can_be_waiting():
    batch = batch_of()
    row, call = in_flight(batch)
    Trace.objects.filter(pk=row.pk).update(state="cancelled", lease_token=None)
    claims.return_expired_leases()
    assert LLMCall.objects.get().status == "in_flight"
    LLMCall.objects.update(sent_at=timezone.now() - timedelta(hours=2))
    claims.return_expired_leases()
    check_charged_in_full(batch, call)


def test_a_call_that_a_worker_waits_for_is_not_charged_however_old():
    in_flight(batch_of())
    LLMCall.objects.update(sent_at=timezone.now() - timedelta(hours=2))
    claims.return_expired_leases()
    assert LLMCall.objects.get().status == "in_flight"


def test_a_worker_that_lost_its_lease_sends_nothing_more():
    batch, calls = batch_of(), ItemCalls()
    row = factories.claim_trace(batch)
    Trace.objects.filter(pk=row.pk).update(state="pending", lease_token=None)
    model = ledgered(batch, item=row, item_calls=calls)
    with pytest.raises(OverBudget):
        model.ask(REQUEST)
    assert not model.language_model.asked
    assert calls.halt_reason == ""
