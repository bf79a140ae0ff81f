"""Retries are the ledger's: when a call is sent again, how long it waits, when it gives up."""

from dataclasses import replace

import pytest

from pipeline.core.errors import EndpointUnavailable, TransientFailure, TruncatedOutput
from pipeline.ledger import call_rows, limits
from pipeline.ledger.ledgered_model import Course, LedgeredModel
from pipeline.ledger.limits import Admission
from pipeline.ledger.retry import Clock, Patience
from pipeline.models import EndpointPace, LLMCall
from tests import factories
from tests.factories.endpoints import endpoint
from tests.peers.scripted import ANSWER, REQUEST, Scripted, Time

pytestmark = pytest.mark.django_db


def busy(**how) -> TransientFailure:
    return TransientFailure("busy (503)", stage="extraction", **how)


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def ask(time):
    """Ask once with these outcomes; returns the scripted model and the course of the trace."""

    def asking(*outcomes, **changes):
        model, course = Scripted(list(outcomes)), Course()
        trace = factories.batch(1).traces.get()
        fields = {"clock": time.clock, "course": course} | changes
        ledgered = LedgeredModel(model, trace, **fields)
        try:
            ledgered.ask(REQUEST)
        except TransientFailure as failure:
            return model, course, failure
        return model, course, None

    return asking


def test_waits_double_up_to_a_bound_and_the_row_counts_attempts(ask, time):
    patience = Patience(attempts=9, first=1.0, longest=20.0)
    model, _, failure = ask(*[busy()] * 7, ANSWER, patience=patience)
    assert failure is None
    assert time.slept == [1, 2, 4, 8, 16, 20, 20]
    call = LLMCall.objects.get()
    assert (call.status, call.attempts, len(model.asked)) == ("settled", 8, 8)


def test_the_wait_is_drawn_from_nothing_to_the_most():
    drawn = []
    patience, clock = Patience(), Time().clock.__class__(uniform=lambda *ends: drawn.append(ends))
    with pytest.raises(TypeError):
        patience.wait_after(3, asked=None, elapsed=0, clock=clock)
    assert drawn == [(0.0, 4.0)]


def test_waiting_for_an_equal_call_is_no_attempt_and_takes_no_turn(time, monkeypatch):
    served, model = endpoint(requests_per_minute=1), Scripted([busy(), ANSWER])
    one, other = factories.batch(2).traces.all()
    ledgered = LedgeredModel(model, other, served_by=served, patience=Patience(attempts=2))
    equal = ledgered.for_trace(one, Course())._call(REQUEST)
    row, naps, admitted = call_rows.open_call(equal, repair_of=None), [], []

    def ends_in_time(seconds):
        naps.append(seconds)
        if len(naps) == 10:
            call_rows.settle_failed(row, equal, busy(), milliseconds=1)

    def admit(*_, **__):
        admitted.append(1)
        return Admission()

    monkeypatch.setattr(limits, "admit", admit)
    clock = Clock(now=lambda: time.at, sleep=ends_in_time, uniform=lambda least, most: most)
    assert replace(ledgered, clock=clock).ask(REQUEST) == ANSWER
    assert len(naps) == 10 + 1  # and the wait between its own two attempts
    assert len(admitted) == 1 + 2


def test_attempts_end_and_the_failure_comes_through(ask):
    model, course, failure = ask(busy(), patience=Patience(attempts=3))
    assert failure.detail == "busy (503)"
    call = LLMCall.objects.get()
    assert (call.status, call.attempts, len(model.asked)) == ("failed", 3, 3)
    assert call.error == "endpoint_unavailable: busy (503)"
    assert course.halted is None


def test_retry_after_is_obeyed(ask, time):
    ask(busy(retry_after=17.0), ANSWER)
    assert 17.0 <= time.slept[0] <= 18.0


def test_a_longer_wait_than_allowed_is_not_waited(ask, time):
    model, _, failure = ask(busy(retry_after=121.0), patience=Patience(longest_asked=120))
    assert failure is not None
    assert (len(model.asked), time.slept) == (1, [])


def test_no_call_goes_on_beyond_its_time_in_all(ask, time):
    patience = Patience(attempts=99, longest=60, in_all=100)
    model, _, failure = ask(busy(), patience=patience)
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
    ask(busy(maybe_charged=True), patience=Patience(attempts=2))
    assert set(LLMCall.objects.values_list("status", flat=True)) == {"uncertain"}


def test_a_closed_door_is_knocked_at_once_and_halts_the_trace():
    model = Scripted([EndpointUnavailable("does not accept the API key", stage="extraction")])
    course, served = Course(), endpoint()
    ledgered = LedgeredModel(
        model, factories.batch(1).traces.get(), served_by=served, course=course
    )
    with pytest.raises(EndpointUnavailable):
        ledgered.ask(REQUEST)
    assert len(model.asked) == 1
    assert course.halted == "reasoner: does not accept the API key"


def test_while_the_circuit_is_open_nothing_is_sent(time):
    served, course, model = endpoint(), Course(), Scripted()
    EndpointPace.objects.create(
        endpoint=served, open_until=time.at.replace(year=2027), open_reason="it was down"
    )
    ledgered = LedgeredModel(
        model,
        factories.batch(1).traces.get(),
        served_by=served,
        course=course,
        clock=time.clock,
    )
    with pytest.raises(EndpointUnavailable, match="it was down"):
        ledgered.ask(REQUEST)
    assert (course.halted, model.asked, LLMCall.objects.count()) == ("it was down", [], 0)


def test_a_circuit_that_opens_between_two_attempts_ends_the_call_unpaid(time):
    served, course = endpoint(), Course()
    model = Scripted([busy(), ANSWER])

    def others_failed(seconds):
        EndpointPace.objects.update(open_until=time.at.replace(year=2027), open_reason="it is down")

    clock = time.clock.__class__(now=lambda: time.at, sleep=others_failed)
    ledgered = LedgeredModel(
        model, factories.batch(1).traces.get(), served_by=served, course=course, clock=clock
    )
    with pytest.raises(EndpointUnavailable, match="it is down"):
        ledgered.ask(REQUEST)
    assert (len(model.asked), course.halted) == (1, "it is down")
    call = LLMCall.objects.get()
    assert (call.status, call.batch.reserved_tokens) == ("failed", 0)
