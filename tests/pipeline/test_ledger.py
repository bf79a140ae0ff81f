"""The ledger: every call is a row before it is sent, and a settled one is never paid twice."""

from dataclasses import dataclass, field, replace

import pytest
from pydantic import BaseModel

from pipeline.core.errors import EndpointUnavailable, TruncatedOutput
from pipeline.core.llm.base import Answer, Message, Request, Usage
from pipeline.ledger import LedgeredModel
from pipeline.models import LLMCall, Trace
from tests import factories

pytestmark = pytest.mark.django_db


class Mentions(BaseModel):
    mentions: list[str]


class Nothing(BaseModel):
    pass


REQUEST = Request(
    stage="extraction",
    prompt_name="extract",
    prompt_version="v1",
    messages=(Message("system", "Name the entities."), Message("user", "A child wheezes.")),
    answer_type=Mentions,
    max_output_tokens=200,
)
ANSWER = Answer('{"mentions": ["wheeze"]}', {"mentions": ["wheeze"]}, "stop", Usage(31, 9))


@dataclass
class Scripted:
    """A LanguageModel that answers what it is told and looks at the ledger while it does."""

    endpoint: str = "llm.example"
    model: str = "scripted-1"
    failure: Exception | None = None
    seen_in_flight: list[str] = field(default_factory=list)

    def ask(self, request: Request) -> Answer:
        self.seen_in_flight += LLMCall.objects.values_list("status", flat=True).order_by("-pk")[:1]
        if self.failure is not None:
            raise self.failure
        return ANSWER


@pytest.fixture
def trace() -> Trace:
    return factories.batch(1).traces.get()


@pytest.fixture
def scripted() -> Scripted:
    return Scripted()


def test_the_row_stands_before_the_call_is_sent_and_is_settled_after(trace, scripted):
    assert LedgeredModel(scripted, trace).ask(REQUEST) == ANSWER
    assert scripted.seen_in_flight == ["in_flight"]
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


def test_an_equal_call_replays_the_answer_without_a_second_one(trace, scripted):
    first = LedgeredModel(scripted, trace).ask(REQUEST)
    assert LedgeredModel(scripted, trace).ask(REQUEST) == first
    assert len(scripted.seen_in_flight) == 1
    paid, replayed = LLMCall.objects.all()
    assert (replayed.status, replayed.replay_of) == (LLMCall.Status.REPLAYED, paid)


def test_replay_can_be_declined(trace, scripted):
    LedgeredModel(scripted, trace).ask(REQUEST)
    LedgeredModel(scripted, trace, replay=False).ask(REQUEST)
    assert len(scripted.seen_in_flight) == 2
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
    assert len(scripted.seen_in_flight) == 2


def test_another_model_or_endpoint_never_answers_for_this_one(trace, scripted):
    others = Scripted(model="scripted-2"), Scripted(endpoint="other.example")
    LedgeredModel(scripted, trace).ask(REQUEST)
    for other in others:
        LedgeredModel(other, trace).ask(REQUEST)
        assert other.seen_in_flight == ["in_flight"]


def test_a_failure_is_recorded_raised_and_never_replayed(trace, scripted):
    scripted.failure = TruncatedOutput("cut at 200 tokens", stage="extraction")
    with pytest.raises(TruncatedOutput):
        LedgeredModel(scripted, trace).ask(REQUEST)
    call = LLMCall.objects.get()
    assert (call.status, call.error) == ("failed", "truncated_output: cut at 200 tokens")
    scripted.failure = None
    assert LedgeredModel(scripted, trace).ask(REQUEST) == ANSWER


def test_a_failed_replay_source_is_not_asked_for_its_answer(trace, scripted):
    scripted.failure = EndpointUnavailable("no answer", stage="extraction")
    with pytest.raises(EndpointUnavailable):
        LedgeredModel(scripted, trace).ask(REQUEST)
    with pytest.raises(EndpointUnavailable):
        LedgeredModel(scripted, trace).ask(REQUEST)
    assert len(scripted.seen_in_flight) == 2


def test_a_call_without_an_answer_stays_in_flight_for_the_record(trace, scripted):
    scripted.failure = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        LedgeredModel(scripted, trace).ask(REQUEST)
    assert LLMCall.objects.get().status == LLMCall.Status.IN_FLIGHT
