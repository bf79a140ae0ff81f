"""Retries are the ledger's: when a call is sent again, how long it waits, when it gives up."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from pipeline.core.errors import EndpointUnavailable, OverBudget, TransientFailure, TruncatedOutput
from pipeline.jobs.claims import claim_item, return_expired_leases
from pipeline.ledger import call_rows, limits
from pipeline.ledger.call import ItemCalls
from pipeline.ledger.ledgered_model import LedgeredModel
from pipeline.ledger.limits import Permit
from pipeline.ledger.retry import Clock, RetryPolicy
from pipeline.models import EndpointPace, LLMCall, Trace
from tests import factories
from tests.factories.endpoints import endpoint
from tests.peers.scripted import ANSWER, REQUEST, Scripted, Time

pytestmark = pytest.mark.django_db


def busy(**how) -> TransientFailure:
    return TransientFailure("busy (503)", stage="extraction", **how)


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.mark.parametrize("asked", [0.0, 0.01])
def test_a_server_that_always_says_at_once_is_left_alone_ever_longer(time, asked):
    policy = RetryPolicy()
    delays = [
        policy.next_delay(attempt, busy(retry_after=asked), elapsed=0, clock=time.clock)
        for attempt in range(1, 5)
    ]
    assert delays == pytest.approx([1, 2, 4, 8], abs=0.1)


@pytest.fixture
def ask(time):
    """Ask once with these outcomes; returns the scripted model and the trace's calls."""

    def asking(*outcomes, **changes):
        model, calls = Scripted(list(outcomes)), ItemCalls()
        trace = factories.batch(1).traces.get()
        fields = {"clock": time.clock, "item_calls": calls} | changes
        ledgered = LedgeredModel(model, trace, **fields)
        try:
            ledgered.ask(REQUEST)
        except TransientFailure as failure:
            return model, calls, failure
        return model, calls, None

    return asking


def test_waits_double_up_to_a_bound_and_the_row_counts_attempts(ask, time):
    policy = RetryPolicy(max_attempts=9, first_delay=1.0, max_delay=20.0)
    model, _, failure = ask(*[busy()] * 7, ANSWER, retry_policy=policy)
    assert failure is None
    assert time.slept == [1, 2, 4, 8, 16, 20, 20]
    call = LLMCall.objects.get()
    assert (call.status, call.attempts, len(model.asked)) == ("settled", 8, 8)


def test_the_wait_is_drawn_from_nothing_to_the_most():
    drawn = []
    policy, clock = RetryPolicy(), Time().clock.__class__(uniform=lambda *ends: drawn.append(ends))
    with pytest.raises(TypeError):
        policy.next_delay(3, busy(), elapsed=0, clock=clock)
    assert drawn == [(0.0, 4.0)]


def test_waiting_for_an_equal_call_is_no_attempt_and_takes_no_turn(time, monkeypatch):
    served, model = endpoint(requests_per_minute=1), Scripted([busy(), ANSWER])
    first, second = factories.batch(2).traces.all()
    ledgered = LedgeredModel(
        model, second, served_by=served, retry_policy=RetryPolicy(max_attempts=2)
    )
    equal = ledgered.for_item(first, ItemCalls()).call_for(REQUEST)
    row, naps, admitted = call_rows.open_call(equal, repair_of=None), [], []

    assert isinstance(row, LLMCall)

    def ends_in_time(seconds):
        naps.append(seconds)
        if len(naps) == 10:
            call_rows.settle_failed(row, equal, busy(), answered=False, milliseconds=1)

    def acquire(*_, **__):
        admitted.append(1)
        return Permit()

    monkeypatch.setattr(limits, "acquire", acquire)
    clock = Clock(now=lambda: time.at, sleep=ends_in_time, uniform=lambda least, most: most)
    assert replace(ledgered, clock=clock).ask(REQUEST) == ANSWER
    assert len(naps) == 10 + 1  # and the wait between its own two attempts
    assert len(admitted) == 1 + 2


def test_attempts_end_and_the_failure_comes_through(ask):
    model, calls, failure = ask(busy(), retry_policy=RetryPolicy(max_attempts=3))
    assert failure.detail == "busy (503)"
    call = LLMCall.objects.get()
    assert (call.status, call.attempts, len(model.asked)) == ("failed", 3, 3)
    assert call.error == "endpoint_unavailable: busy (503)"
    assert calls.halt_reason is None


def test_giving_up_on_an_endpoint_that_keeps_asking_to_wait_halts_the_trace(ask):
    policy = RetryPolicy(max_attempts=2)
    _, calls, failure = ask(busy(retry_after=1.0), retry_policy=policy, served_by=endpoint())
    assert failure is not None
    assert calls.halt_reason == "reasoner: busy (503)"


def test_a_failure_that_opens_the_circuit_ends_the_call_at_once(ask, time, settings):
    settings.LLM_CIRCUIT_FAILURES, settings.LLM_CIRCUIT_GRACE = 1, 0
    model, calls, failure = ask(busy(), served_by=endpoint())
    assert failure is not None
    assert [request.prompt_name for request in model.asked] == ["extract", *["probe"] * 3]
    assert calls.halt_reason == "reasoner: busy (503)"


def test_an_answer_ends_the_count_of_failures(ask):
    ask(busy(), ANSWER, served_by=endpoint())
    assert EndpointPace.objects.get().failures_in_a_row == 0


def test_tokens_that_an_answer_did_not_use_are_given_back(ask, time):
    ask(ANSWER, served_by=endpoint(tokens_per_minute=60))
    free_at = EndpointPace.objects.get().free_at
    assert (free_at - time.at).total_seconds() == pytest.approx(31 + 9)


def test_retry_after_is_obeyed(ask, time):
    ask(busy(retry_after=17.0), ANSWER)
    assert time.slept == [18.0]  # and a second of jitter at most, which this clock draws


def test_a_longer_wait_than_allowed_is_not_waited(ask, time):
    model, _, failure = ask(busy(retry_after=121.0), retry_policy=RetryPolicy(max_retry_after=120))
    assert failure is not None
    assert (len(model.asked), time.slept) == (1, [])


def test_no_call_goes_on_beyond_its_time_in_all(ask, time):
    policy = RetryPolicy(max_attempts=99, max_delay=60, max_total=100)
    model, _, failure = ask(busy(), retry_policy=policy)
    assert failure is not None
    assert sum(time.slept) <= 100
    assert len(model.asked) == 7


def test_other_failures_are_not_tried_again(ask):
    with pytest.raises(TruncatedOutput):
        ask(TruncatedOutput("cut", stage="extraction"), ANSWER)
    assert LLMCall.objects.get().attempts == 1


def test_an_attempt_that_may_be_charged_is_a_row_of_its_own(ask):
    lost = busy(maybe_charged=True)
    model, _, _ = ask(lost, busy(), lost, ANSWER)
    rows = LLMCall.objects.values_list("status", "attempts")
    assert list(rows) == [("uncertain", 1), ("uncertain", 2), ("settled", 1)]
    assert sum(attempts for _, attempts in rows) == len(model.asked)


def test_a_last_attempt_that_may_be_charged_is_charged(ask):
    ask(busy(maybe_charged=True), retry_policy=RetryPolicy(max_attempts=2))
    assert set(LLMCall.objects.values_list("status", flat=True)) == {"uncertain"}


def test_a_closed_door_is_knocked_at_once_and_halts_the_trace():
    model = Scripted([EndpointUnavailable("does not accept the API key", stage="extraction")])
    calls, served = ItemCalls(), endpoint()
    ledgered = LedgeredModel(
        model, factories.batch(1).traces.get(), served_by=served, item_calls=calls
    )
    with pytest.raises(EndpointUnavailable):
        ledgered.ask(REQUEST)
    assert len(model.asked) == 1
    assert calls.halt_reason == "reasoner: does not accept the API key"


def test_while_the_circuit_is_open_nothing_is_sent(time):
    served, calls, model = endpoint(), ItemCalls(), Scripted()
    EndpointPace.objects.create(
        endpoint=served, open_until=time.at.replace(year=2027), open_reason="it was down"
    )
    ledgered = LedgeredModel(
        model, factories.batch(1).traces.get(), served_by=served, item_calls=calls, clock=time.clock
    )
    with pytest.raises(EndpointUnavailable, match="it was down"):
        ledgered.ask(REQUEST)
    assert (calls.halt_reason, model.asked, LLMCall.objects.count()) == ("it was down", [], 0)


def test_a_circuit_that_opens_between_two_attempts_ends_the_call_unpaid(time):
    served, calls = endpoint(), ItemCalls()
    model = Scripted([busy(), ANSWER])

    def others_failed(seconds):
        EndpointPace.objects.update(open_until=time.at.replace(year=2027), open_reason="it is down")

    clock = time.clock.__class__(now=lambda: time.at, sleep=others_failed)
    ledgered = LedgeredModel(
        model, factories.batch(1).traces.get(), served_by=served, item_calls=calls, clock=clock
    )
    with pytest.raises(EndpointUnavailable, match="it is down"):
        ledgered.ask(REQUEST)
    assert (len(model.asked), calls.halt_reason) == (1, "it is down")
    call = LLMCall.objects.get()
    assert (call.status, call.batch.reserved_tokens) == ("failed", 0)


def test_a_worker_that_lost_its_lease_waits_for_no_equal_call(time):
    batch, calls, polls = factories.batch(2), ItemCalls(), []
    first, second = claim_item(batch), claim_item(batch)
    scripted = Scripted()
    model = LedgeredModel(scripted, first)
    call_rows.open_call(model.call_for(REQUEST), repair_of=None)

    def lease_is_lost(seconds):
        polls.append(seconds)
        assert len(polls) == 1
        Trace.objects.filter(pk=second.pk).update(state="pending", lease_token=None)

    waiting = replace(model.for_item(second, calls), clock=replace(time.clock, sleep=lease_is_lost))
    with pytest.raises(OverBudget):
        waiting.ask(REQUEST)
    assert (scripted.asked, calls.halt_reason) == ([], "")


def test_a_worker_that_lost_its_lease_in_between_tries_no_more(time):
    calls, model = ItemCalls(), Scripted([busy(), ANSWER])
    trace = claim_item(factories.batch(1))

    def lease_expires(seconds):
        Trace.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        return_expired_leases()

    clock = replace(time.clock, sleep=lease_expires)
    with pytest.raises(OverBudget):
        LedgeredModel(model, trace, item_calls=calls, clock=clock).ask(REQUEST)
    assert (len(model.asked), calls.halt_reason) == (1, "")
    assert LLMCall.objects.get().status == "uncertain"
