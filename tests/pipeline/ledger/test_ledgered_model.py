"""The ledger: every call is a row before it is sent, and a settled one is never paid twice."""

from dataclasses import replace

import pytest
from pydantic import BaseModel

from pipeline.batches import lifecycle
from pipeline.core.errors import (
    EndpointUnavailable,
    MalformedOutput,
    Refused,
    RequestRejected,
    TruncatedOutput,
)
from pipeline.core.llm.base import Message, Named
from pipeline.ledger import limits
from pipeline.ledger.call import ItemCalls
from pipeline.ledger.ledgered_model import LedgeredModel
from pipeline.models import Endpoint, LLMCall, Trace
from tests import factories
from tests.factories.endpoints import endpoint
from tests.peers.scripted import ANSWER, REQUEST, Scripted

pytestmark = pytest.mark.django_db


class Nothing(BaseModel):
    pass


@pytest.fixture
def trace() -> Trace:
    return factories.batch(1).traces.get()


@pytest.fixture
def scripted() -> Scripted:
    return Scripted()


def test_the_row_stands_before_the_call_is_sent_and_is_settled_after(trace, scripted):
    seen = []
    scripted.meanwhile = lambda: seen.append(LLMCall.objects.get().status)
    assert LedgeredModel(scripted, trace).ask(REQUEST) == ANSWER
    assert seen == ["in_flight"]
    call = LLMCall.objects.get()
    assert call.status == LLMCall.Status.SETTLED
    assert (call.answer_value, call.input_tokens, call.output_tokens) == (ANSWER.value, 31, 9)
    assert call.settled_at is not None
    assert call.latency_ms is not None


def test_the_row_says_what_was_asked_of_whom_for_which_trace(trace, scripted):
    LedgeredModel(scripted, trace).ask(REQUEST)
    call = LLMCall.objects.get()
    assert (call.trace, call.batch, call.stage) == (trace, trace.batch, "extraction")
    assert (call.endpoint, call.model) == ("llm.example", "scripted-1")
    assert (call.prompt_name, call.prompt_version) == ("extract", "v1")
    assert call.messages[1] == {"role": "user", "content": "A child wheezes."}
    assert call.parameters["max_output_tokens"] == 200
    assert call.cost is None


def test_the_row_keeps_who_answered_as_the_answer_says_and_so_does_its_replay(trace):
    named = Named("scripted-1-0930", "Provider", "fp_7")
    model = LedgeredModel(Scripted([replace(ANSWER, named=named)]), trace)
    assert model.ask(REQUEST).named == model.ask(REQUEST).named == named
    for call in LLMCall.objects.all():
        assert (call.model, call.answer_model) == ("scripted-1", "scripted-1-0930")
        assert (call.answer_provider, call.answer_fingerprint) == ("Provider", "fp_7")


def test_an_equal_call_replays_the_answer_without_a_second_one(trace, scripted):
    first = LedgeredModel(scripted, trace).ask(REQUEST)
    assert LedgeredModel(scripted, trace).ask(REQUEST) == first
    assert len(scripted.asked) == 1
    paid, replayed = LLMCall.objects.all()
    assert (replayed.status, replayed.replay_of) == (LLMCall.Status.REPLAYED, paid)


def test_an_answer_that_came_since_the_ledger_was_asked_is_taken_too(scripted, monkeypatch):
    trace, other = factories.batch(2).traces.all()
    first = LedgeredModel(scripted, trace, served_by=endpoint())
    second, acquire = first.for_item(other, ItemCalls()), limits.acquire

    def overtaken(*args, **kwargs):
        monkeypatch.setattr(limits, "acquire", acquire)
        assert second.ask(REQUEST) == ANSWER
        return acquire(*args, **kwargs)

    monkeypatch.setattr(limits, "acquire", overtaken)
    assert first.ask(REQUEST) == ANSWER
    assert len(scripted.asked) == 1
    assert set(LLMCall.objects.values_list("trace", "status")) == {
        (other.pk, LLMCall.Status.SETTLED),
        (trace.pk, LLMCall.Status.REPLAYED),
    }


def test_replay_can_be_declined(trace, scripted):
    LedgeredModel(scripted, trace).ask(REQUEST)
    LedgeredModel(scripted, trace, replay=False).ask(REQUEST)
    assert len(scripted.asked) == 2
    assert LLMCall.objects.filter(status=LLMCall.Status.SETTLED).count() == 2


@pytest.mark.parametrize(
    "change",
    [
        {"messages": (Message("user", "Another question."),)},
        {"answer_type": Nothing},
        {"temperature": 0.7},
        {"max_output_tokens": 201},
        {"prompt_version": "v2"},
        {"sample_index": 1},
    ],
    ids=lambda change: next(iter(change)),
)
def test_any_difference_in_the_question_is_another_call(trace, scripted, change):
    LedgeredModel(scripted, trace).ask(REQUEST)
    LedgeredModel(scripted, trace).ask(replace(REQUEST, **change))
    assert len(scripted.asked) == 2


def test_another_model_or_endpoint_never_answers_for_this_one(trace, scripted):
    others = Scripted(model="scripted-2"), Scripted(endpoint="other.example")
    LedgeredModel(scripted, trace).ask(REQUEST)
    for other in others:
        LedgeredModel(other, trace).ask(REQUEST)
        assert len(other.asked) == 1


def test_another_address_of_the_endpoint_never_answers_for_this_one(trace, scripted):
    served = endpoint()
    LedgeredModel(scripted, trace, served_by=served).ask(REQUEST)
    Endpoint.objects.update(base_url="http://127.0.0.1:9999/v1")
    served.refresh_from_db()
    LedgeredModel(scripted, trace, served_by=served).ask(REQUEST)
    assert len(scripted.asked) == 2


def test_another_batch_replays_what_this_one_paid(trace, scripted):
    LedgeredModel(scripted, trace).ask(REQUEST)
    other = factories.batch(1, name="other").traces.get()
    assert LedgeredModel(scripted, other).ask(REQUEST) == ANSWER
    assert len(scripted.asked) == 1


def test_a_batch_without_replay_neither_takes_nor_gives_answers(trace, scripted):
    LedgeredModel(scripted, trace).ask(REQUEST)
    apart = factories.batch(1, name="apart").traces.get()
    LedgeredModel(scripted, apart, replay=False).ask(REQUEST)
    assert len(scripted.asked) == 2
    LLMCall.objects.filter(trace=trace).delete()
    LedgeredModel(scripted, trace).ask(REQUEST)
    assert len(scripted.asked) == 3


def test_even_without_replay_a_crash_does_not_pay_the_same_trace_twice(trace, scripted):
    for _ in range(2):
        LedgeredModel(scripted, trace, replay=False).ask(REQUEST)
    assert len(scripted.asked) == 1


@pytest.mark.parametrize("kind", [MalformedOutput, TruncatedOutput, Refused])
def test_a_paid_failure_comes_again_for_its_trace_and_for_no_other(trace, scripted, kind):
    failure = kind("no use", stage="extraction", text="{", input_tokens=31, output_tokens=9)
    scripted.outcomes = [failure, ANSWER]
    for _ in range(2):
        with pytest.raises(kind, match="no use") as raised:
            LedgeredModel(scripted, trace).ask(REQUEST)
        assert (raised.value.text, raised.value.input_tokens) == ("{", 31)
    assert len(scripted.asked) == 1
    failed, replayed = LLMCall.objects.all()
    assert (failed.status, failed.error) == ("failed", f"{kind.reason}: no use")
    assert (failed.answer_text, failed.input_tokens, failed.output_tokens) == ("{", 31, 9)
    assert (replayed.status, replayed.replay_of) == ("replayed", failed)
    other = factories.batch(1, name="other").traces.get()
    assert LedgeredModel(scripted, other).ask(REQUEST) == ANSWER


def test_a_new_attempt_at_the_trace_asks_anew(trace, scripted):
    scripted.outcomes = [TruncatedOutput("cut", stage="extraction"), ANSWER]
    with pytest.raises(TruncatedOutput):
        LedgeredModel(scripted, trace).ask(REQUEST)
    Trace.objects.update(state="failed", failure_reason="truncated_output")
    lifecycle.retry_failed(trace.batch, reason="truncated_output")
    assert LedgeredModel(scripted, Trace.objects.get(attempt=2)).ask(REQUEST) == ANSWER


@pytest.mark.parametrize("kind", [EndpointUnavailable, RequestRejected])
def test_a_failure_that_cost_nothing_is_never_replayed(trace, scripted, kind):
    scripted.outcomes = [kind("not now", stage="extraction"), ANSWER]
    with pytest.raises(kind):
        LedgeredModel(scripted, trace).ask(REQUEST)
    assert LedgeredModel(scripted, trace).ask(REQUEST) == ANSWER


def test_a_repair_names_the_call_it_mends(trace, scripted):
    scripted.outcomes = [MalformedOutput("no JSON", stage="extraction"), ANSWER]
    ledgered = LedgeredModel(scripted, trace)
    with pytest.raises(MalformedOutput):
        ledgered.ask(REQUEST)
    ledgered.ask(replace(REQUEST, messages=(Message("user", "Again."),), repair=True))
    first, second = LLMCall.objects.all()
    assert (first.repair_of, second.repair_of) == (None, first)


def test_a_repair_after_a_replay_names_the_call_that_was_paid_for(trace, scripted):
    scripted.outcomes = [MalformedOutput("no JSON", stage="extraction"), ANSWER]
    for _ in range(2):
        ledgered = LedgeredModel(scripted, trace)
        with pytest.raises(MalformedOutput):
            ledgered.ask(REQUEST)
    ledgered.ask(replace(REQUEST, messages=(Message("user", "Again."),), repair=True))
    paid, _, repair = LLMCall.objects.all()
    assert repair.repair_of == paid


def test_the_endpoints_service_tier_is_asked_for(trace, scripted):
    LedgeredModel(scripted, trace, served_by=endpoint(service_tier="flex")).ask(REQUEST)
    assert scripted.asked[0].service_tier == "flex"
    assert LLMCall.objects.get().parameters["service_tier"] == "flex"


def test_reasoning_is_kept_and_comes_back_with_a_replay(trace, scripted):
    scripted.outcomes = [replace(ANSWER, reasoning="wheezing suggests ...")]
    for _ in range(2):
        answer = LedgeredModel(scripted, trace).ask(REQUEST)
        assert answer.reasoning == "wheezing suggests ..."
    assert len(scripted.asked) == 1


def test_a_call_without_an_answer_stays_in_flight_for_the_record(trace, scripted):
    scripted.outcomes = [KeyboardInterrupt()]
    with pytest.raises(KeyboardInterrupt):
        LedgeredModel(scripted, trace).ask(REQUEST)
    assert LLMCall.objects.get().status == LLMCall.Status.IN_FLIGHT


def test_a_defect_leaves_the_call_uncertain_and_nothing_reserved(trace, scripted):
    scripted.outcomes = [ZeroDivisionError("ours")]
    with pytest.raises(ZeroDivisionError):
        LedgeredModel(scripted, trace).ask(REQUEST)
    call = LLMCall.objects.get()
    assert (call.status, call.error) == ("uncertain", "ZeroDivisionError: ours")
    trace.batch.refresh_from_db()
    assert (trace.batch.reserved_tokens, trace.batch.spent_tokens) == (0, call.reserved_tokens)


def test_a_probe_is_recorded_without_a_batch_and_never_replayed(scripted):
    for _ in range(2):
        LedgeredModel(scripted, None, served_by=endpoint(f"e{_}")).ask(REQUEST)
    assert LLMCall.objects.filter(batch=None, trace=None, status="settled").count() == 2
