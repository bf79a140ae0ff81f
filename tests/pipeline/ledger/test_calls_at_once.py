"""Calls at once: never more in flight than an endpoint may have, and fewer once some were late."""

import threading
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection, connections

from pipeline.core.errors import EndpointUnavailable, NoAnswer, ReasonerFailure, TransientFailure
from pipeline.core.llm.base import Answer, Message, Request
from pipeline.jobs.claims import claim_item
from pipeline.ledger import call_rows, calls_at_once
from pipeline.ledger.call import ItemCalls
from pipeline.ledger.ledgered_model import LedgeredModel
from pipeline.ledger.retry import RetryPolicy
from pipeline.models import Batch, Endpoint, EndpointPace, LLMCall, Trace
from tests import factories
from tests.factories.endpoints import call, endpoint
from tests.peers.scripted import ANSWER, REQUEST, Scripted, Time

pytestmark = [pytest.mark.django_db, pytest.mark.database_dialect]

LATE = TransientFailure("It was late.", stage="extraction", maybe_charged=True, late=True)


@pytest.fixture
def served() -> Endpoint:
    return endpoint(timeout_seconds=60)


def in_flight(served: Endpoint, calls: int, *, batch: Batch | None = None) -> list[int]:
    batch = batch or factories.batch(1, name="busy")
    row = {"served_by": served, "status": "in_flight", "settled_at": None}
    trace = batch.traces.first()
    return [call(batch, trace=trace, **row).pk for _ in range(calls)]


def allowed() -> int | None:
    return EndpointPace.objects.get().calls_at_once


def asked(number: int) -> Request:
    return replace(REQUEST, messages=(Message("user", f"Case {number}"),))


def ledgered(served: Endpoint, model: Any, **changes: Any) -> LedgeredModel:
    trace = factories.model_batch(1, reasoner_endpoint=served).traces.get()
    return LedgeredModel(model, trace, served_by=served, **({"clock": Time().clock} | changes))


def test_a_call_waits_while_the_endpoint_works_on_as_many_as_it_may(served):
    served.dialect_stated |= {"calls_at_once": 2}
    busy, waits, time = in_flight(served, 2), [], Time()

    def one_ends(seconds):
        waits.append(LLMCall.objects.filter(status="in_flight").count())
        if len(waits) == 3:
            LLMCall.objects.filter(pk=busy[0]).update(status="uncertain")

    clock = replace(time.clock, sleep=one_ends)
    assert ledgered(served, Scripted(), clock=clock).ask(REQUEST) == ANSWER
    assert waits == [2, 2, 2]


def test_endpoints_at_one_base_url_are_one_server(served):
    served.dialect_stated |= {"calls_at_once": 1}
    for base_url, has_room in [("http://127.0.0.1:9999/v1", True), (served.base_url, False)]:
        other = endpoint(f"at{base_url[-7:-3]}", base_url=base_url)
        EndpointPace.objects.get_or_create(endpoint=served)
        call(
            batch := factories.batch(1, name=other.name),
            trace=batch.traces.get(),
            served_by=other,
            status="in_flight",
            settled_at=None,
        )
        assert calls_at_once.has_room(served) == has_room


def test_tests_of_an_endpoint_take_nobodys_place(served):
    served.dialect_stated |= {"calls_at_once": 1}
    call(None, served_by=served, status="in_flight", settled_at=None)
    assert ledgered(served, Scripted()).ask(REQUEST) == ANSWER


def test_who_waits_for_room_sees_that_the_circuit_has_opened(served):
    served.dialect_stated |= {"calls_at_once": 1}
    in_flight(served, 1)
    time, calls = Time(), ItemCalls()

    def it_goes_down(seconds):
        until = time.at.replace(year=2027)
        EndpointPace.objects.update(open_until=until, open_reason="it is down")

    model = ledgered(
        served, Scripted(), item_calls=calls, clock=replace(time.clock, sleep=it_goes_down)
    )
    with pytest.raises(EndpointUnavailable):
        model.ask(REQUEST)
    assert calls.halt_reason == "it is down"


def test_who_waits_for_room_with_a_lost_lease_stops(served):
    served.dialect_stated |= {"calls_at_once": 1}
    in_flight(served, 1)
    calls, batch = ItemCalls(), factories.model_batch(1, reasoner_endpoint=served)
    trace = claim_item(batch)
    Trace.objects.filter(pk=trace.pk).update(state="pending", lease_token=None)
    model = LedgeredModel(Scripted(), trace, served_by=served, item_calls=calls)
    with pytest.raises(ReasonerFailure):
        model.ask(REQUEST)
    assert (calls.halt_reason, LLMCall.objects.count()) == ("", 1)


def test_the_count_reads_only_what_is_in_flight(served):
    with connection.cursor() as cursor:
        sql = calls_at_once.IN_FLIGHT
        if connection.vendor == "sqlite":
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}", [served.base_url] * 2)
            plan = str(cursor.fetchall())
            assert "call_in_flight_by_endpoint" in plan
            assert "call_in_flight_of_evaluation" in plan


@pytest.mark.parametrize(("others", "fewer"), [(63, 16), (7, 2), (3, 1), (0, 1)])
def test_a_late_answer_leaves_a_quarter_of_the_calls_in_flight(served, others, fewer):
    EndpointPace.objects.create(endpoint=served)
    (newest, *_) = in_flight(served, others)[-1:] or [1]
    assert calls_at_once.lower(served, late_call=newest)
    assert allowed() == fewer


def test_calls_that_were_sent_together_lower_it_once(served):
    EndpointPace.objects.create(endpoint=served)
    cohort = in_flight(served, 8)
    for late in cohort:
        assert calls_at_once.lower(served, late_call=late)
        LLMCall.objects.filter(pk=late).update(status="uncertain")
    assert allowed() == 2


def test_a_call_that_was_late_alone_lowers_nothing_more(served):
    EndpointPace.objects.create(endpoint=served, calls_at_once=1, slowed_after=5)
    assert calls_at_once.lower(served, late_call=5)
    assert not calls_at_once.lower(served, late_call=6)


def test_a_late_answer_lowers_what_all_endpoints_of_the_server_may_have(served):
    other = endpoint("other", base_url=served.base_url)
    for row in (served, other):
        EndpointPace.objects.create(endpoint=row)
    busy = in_flight(served, 1) + in_flight(other, 6, batch=Batch.objects.get())
    calls_at_once.lower(served, late_call=busy[0])
    assert set(EndpointPace.objects.values_list("calls_at_once", flat=True)) == {2}


def test_a_call_is_not_alone_while_another_endpoint_of_the_server_is_asked(served):
    EndpointPace.objects.create(endpoint=served, calls_at_once=1)
    busy = in_flight(endpoint("other", base_url=served.base_url), 1)
    assert calls_at_once.lower(served, late_call=busy[0])
    assert EndpointPace.objects.get().calls_at_once == 1


def test_answers_in_good_time_allow_more_again_until_all_are(served, settings):
    settings.TRACE_THREADS = 8
    EndpointPace.objects.create(endpoint=served, calls_at_once=2)
    seen = [allowed()]
    while seen[-1] is not None:
        calls_at_once.take_note(served, seconds=29)
        seen += [allowed()] if allowed() != seen[-1] else []
    assert seen == [2, 3, 4, 5, 6, 7, None]


def test_answers_that_take_half_of_the_time_limit_allow_no_more(served):
    EndpointPace.objects.create(endpoint=served, calls_at_once=2)
    for seconds in (29, 31) * 20:
        calls_at_once.take_note(served, seconds=seconds)
    assert allowed() == 2


def test_one_late_answer_among_timely_ones_changes_nothing(served):
    model = Scripted([LATE, ANSWER])
    ledger = ledgered(served, model)
    other = factories.batch(1, name="other")
    model.meanwhile = lambda: call(other, served_by=served, trace=other.traces.get())
    assert ledger.ask(REQUEST) == ANSWER
    assert EndpointPace.objects.get().calls_at_once is None


def test_a_call_that_is_late_three_times_among_timely_ones_is_late_by_its_own_fault(served):
    model, calls = Scripted([LATE]), ItemCalls()
    other = factories.batch(1, name="other")
    model.meanwhile = lambda: call(other, served_by=served, trace=other.traces.get())
    with pytest.raises(NoAnswer, match="within the time limit of 60 seconds, though the endpoint"):
        ledgered(served, model, item_calls=calls).ask(REQUEST)
    assert (len(model.asked), calls.halt_reason) == (3, None)


class OnlyCanary(Scripted):
    """A server that manages a few words in time, and nothing longer."""

    def ask(self, request: Request) -> Answer:
        super().ask(request)
        if request.prompt_name == "probe":
            return ANSWER
        raise LATE


def test_two_calls_that_are_late_among_timely_ones_pause_no_batch(served):
    model, calls = Scripted([LATE]), ItemCalls()
    ledger = ledgered(served, model, item_calls=calls)
    other = factories.batch(1, name="other")
    model.meanwhile = lambda: call(other, served_by=served, trace=other.traces.get())
    trace = Trace.objects.get(pk=ledger.item.pk)
    batch, question = trace.batch, trace.question
    second = Trace.objects.create(batch=batch, question=question, sample_index=1, attempt=1)
    call(batch, served_by=served, trace=second, status="uncertain", error="it was late")
    with pytest.raises(NoAnswer):
        ledger.ask(REQUEST)
    assert calls.halt_reason is None


def test_one_long_answer_ends_its_trace_when_it_is_late_even_alone(served):
    model, calls = OnlyCanary(), ItemCalls()
    with pytest.raises(NoAnswer, match="Raise its time limit or lower its output limit"):
        ledgered(served, model, item_calls=calls).ask(REQUEST)
    assert [request.prompt_name for request in model.asked] == ["extract", "extract", "probe"]
    assert calls.halt_reason is None


def test_an_endpoint_that_is_late_with_one_call_at_a_time_pauses_the_batch(served):
    model, calls = OnlyCanary(), ItemCalls()
    ledger = ledgered(served, model, item_calls=calls)
    trace = Trace.objects.get(pk=ledger.item.pk)
    batch = trace.batch
    second = Trace.objects.create(batch=batch, question=trace.question, sample_index=1, attempt=1)
    call(None, served_by=served, output_tokens=90, latency_ms=10_000)
    call(batch, served_by=served, trace=second, status="uncertain", error="it was late")
    with pytest.raises(ReasonerFailure):
        ledger.ask(REQUEST)
    assert calls.halt_reason.startswith("reasoner: No answer came within its time limit of 60")
    assert "it writes about 9.0 tokens a second, and an answer may have 200" in calls.halt_reason
    assert {row.status for row in LLMCall.objects.filter(trace=trace)} == {"uncertain"}


def test_time_that_a_call_waits_for_room_is_not_its_own(served):
    served.dialect_stated |= {"calls_at_once": 1}
    (busy,), time = in_flight(served, 1), Time()
    busy_again = TransientFailure("busy", stage="extraction")

    def an_hour_passes(seconds):
        time.pass_by(3600)
        LLMCall.objects.filter(pk=busy).update(status="uncertain")

    clock = replace(time.clock, sleep=an_hour_passes, uniform=lambda least, most: least)
    policy = RetryPolicy(max_attempts=2, max_total=900)
    model = ledgered(served, Scripted([busy_again, ANSWER]), clock=clock, retry_policy=policy)
    assert model.ask(REQUEST) == ANSWER


@pytest.mark.django_db(transaction=True)
def test_threads_never_have_more_calls_in_flight_than_the_endpoint_may(served):
    served.dialect_stated |= {"calls_at_once": 2}
    batch = factories.model_batch(12, reasoner_endpoint=served)
    seen, model = [], Scripted()

    def look():
        seen.append(LLMCall.objects.filter(status="in_flight").count())
        threading.Event().wait(0.02)

    model.meanwhile = look

    def work(trace):
        try:
            LedgeredModel(model, trace, served_by=served).ask(asked(trace.pk))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(trace,)) for trace in batch.traces.all()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(model.asked), max(seen)) == (12, 2)
    assert LLMCall.objects.filter(status="settled").count() == 12


def test_a_call_of_a_dead_worker_gives_its_place_back_with_its_trace(served):
    served.dialect_stated |= {"calls_at_once": 1}
    batch = factories.model_batch(1, reasoner_endpoint=served)
    in_flight(served, 1, batch=batch)
    EndpointPace.objects.create(endpoint=served)
    assert not calls_at_once.has_room(served)
    call_rows.charge_in_flight([batch.traces.get()])
    assert calls_at_once.has_room(served)
