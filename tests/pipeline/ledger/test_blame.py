"""A failure is this prompt's or the endpoint's, and asking another question tells which."""

from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from django.utils import timezone

from pipeline.core.errors import (
    EndpointUnavailable,
    MalformedOutput,
    NoAnswer,
    ParameterRejected,
    ReasonerFailure,
    Refused,
    RequestRejected,
    TransientFailure,
)
from pipeline.core.llm.base import Answer, Request
from pipeline.jobs.lifecycle import pause_job, resume_job
from pipeline.ledger import blame
from pipeline.ledger.call import ItemCalls
from pipeline.ledger.ledgered_model import LedgeredModel
from pipeline.ledger.retry import RetryPolicy
from pipeline.models import Batch, EndpointPace, LLMCall, Trace
from tests import factories
from tests.factories.endpoints import call, endpoint
from tests.peers.scripted import ANSWER, REQUEST, Time

pytestmark = pytest.mark.django_db


def forbidden() -> EndpointUnavailable:
    return EndpointUnavailable("It refuses (403).", stage="extraction", may_be_prompt=True)


def crashed(**how: Any) -> TransientFailure:
    return TransientFailure("It failed (500).", stage="extraction", may_be_prompt=True, **how)


@dataclass
class Picky:
    """A model that fails at the prompts of traces as told, and at the canary as told."""

    failure: Exception
    canary: Answer | ReasonerFailure = ANSWER
    then: Answer | None = None
    endpoint: str = "reasoner"
    model: str = "model-r"
    asked: list[str] = field(default_factory=list)

    def ask(self, request: Request) -> Answer:
        self.asked.append(request.prompt_name)
        outcome = self.canary if request.prompt_name == "probe" else self.failure
        if self.then and request.prompt_name == "probe":
            self.failure = self.then  # type: ignore[assignment]
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


@pytest.fixture
def batch() -> Batch:
    return factories.model_batch(1, reasoner_endpoint=endpoint())


@pytest.fixture
def ask(batch):
    """Ask for the batch's trace; returns the failure that ended the call, and how calls go."""

    def asking(model, **changes):
        calls, time = ItemCalls(), Time()
        ledgered = LedgeredModel(
            model,
            batch.traces.first(),
            served_by=batch.reasoner_endpoint,
            item_calls=calls,
            clock=changes.pop("clock", time.clock),
            retry_policy=RetryPolicy(max_attempts=4),
        )
        try:
            ledgered.ask(replace(REQUEST, **changes))
        except ReasonerFailure as failure:
            return failure, calls
        return None, calls

    return asking


def circuit_is_open() -> bool:
    return EndpointPace.objects.filter(open_until__isnull=False).exists()


def test_a_refusal_of_one_prompt_ends_one_trace(ask, batch):
    model = Picky(forbidden())
    failure, calls = ask(model)
    assert isinstance(failure, Refused)
    assert failure.detail.startswith("It refuses (403). It answers other questions")
    assert model.asked == ["extract", "probe"]
    assert (calls.halt_reason, circuit_is_open()) == (None, False)
    refused, canary = LLMCall.objects.all()
    assert (refused.status, refused.error.partition(":")[0]) == ("failed", "refused")
    assert (canary.status, canary.batch, canary.trace) == ("settled", None, None)
    batch.refresh_from_db()
    assert (batch.reserved_tokens, batch.spent_tokens) == (0, 0)


@pytest.mark.parametrize(
    "canary",
    [forbidden(), crashed(), RequestRejected("It rejects (400).", stage="probe")],
    ids=["refuses", "fails", "rejects"],
)
def test_an_endpoint_that_refuses_the_canary_too_pauses_the_batch(ask, canary):
    _, calls = ask(Picky(forbidden(), canary))
    assert calls.halt_reason == f"reasoner: {canary.detail}"
    assert circuit_is_open()
    assert not LLMCall.objects.filter(status="in_flight").exists()


@pytest.mark.parametrize("kind", [MalformedOutput, Refused])
def test_a_canary_answered_badly_is_answered(ask, kind):
    failure, calls = ask(Picky(forbidden(), kind("no", stage="probe")))
    assert isinstance(failure, Refused)
    assert calls.halt_reason is None


def test_a_closed_door_needs_no_canary(ask):
    model = Picky(EndpointUnavailable("The key is refused (401).", stage="extraction"))
    _, calls = ask(model)
    assert (model.asked, calls.halt_reason) == (["extract"], "reasoner: The key is refused (401).")


def test_who_was_answered_since_proves_that_the_endpoint_is_at_work(ask, batch):
    model = Picky(forbidden())
    answer_another(model, batch)
    failure, calls = ask(model)
    assert isinstance(failure, Refused)
    assert (model.asked, calls.halt_reason) == (["extract"], None)


def answer_another(model: Picky, batch: Batch, **changes: Any) -> None:
    """Another trace's call is opened while this one is sent."""
    other = factories.batch(1, name="other").traces.get()
    sent = model.ask

    def ask(request: Request) -> Answer:
        row = {"served_by": batch.reasoner_endpoint, "trace": other} | changes
        call(other.batch, **row)
        return sent(request)

    model.ask = ask  # type: ignore[method-assign]


def test_what_was_answered_before_proves_nothing(ask, batch):
    other = factories.batch(1, name="other").traces.get()
    call(other.batch, served_by=batch.reasoner_endpoint, trace=other)
    model = Picky(forbidden(), forbidden())
    assert ask(model)[1].halt_reason
    assert model.asked == ["extract", "probe"]


def test_a_call_in_flight_is_waited_for_before_a_canary_is_sent(ask, batch):
    model, time = Picky(forbidden()), Time()
    answer_another(model, batch, status="in_flight", settled_at=None)

    def others_are_answered(seconds):
        time.pass_by(seconds)
        LLMCall.objects.filter(status="in_flight", batch__name="other").update(
            status="settled", settled_at=timezone.now()
        )

    clock = replace(time.clock, sleep=others_are_answered)
    assert isinstance(ask(model, clock=clock)[0], Refused)
    assert (model.asked, len(time.slept)) == (["extract"], 1)


def test_a_prompt_that_always_fails_ends_its_trace_when_attempts_are_used_up(ask):
    model = Picky(crashed())
    failure, calls = ask(model)
    assert isinstance(failure, NoAnswer)
    assert failure.detail.startswith("It failed (500). So it was 4 times, though")
    assert model.asked == ["extract"] * 4 + ["probe"]
    assert (calls.halt_reason, circuit_is_open()) == (None, False)
    assert LLMCall.objects.get(trace__isnull=False).error.startswith("no_answer: ")


def test_failures_in_a_row_end_no_call_while_the_endpoint_answers_others(ask, settings):
    settings.LLM_CIRCUIT_FAILURES, settings.LLM_CIRCUIT_GRACE = 1, 0
    model = Picky(crashed(), then=ANSWER)
    assert ask(model)[0] is None
    assert model.asked == ["extract", "probe", "extract"]
    assert EndpointPace.objects.get().failures_in_a_row == 0


def test_a_refused_prompt_that_probes_an_endpoint_closes_its_circuit_all_the_same(ask, batch):
    time = Time()
    EndpointPace.objects.create(
        endpoint=batch.reasoner_endpoint, open_until=time.at, open_reason="it was down"
    )
    failure, calls = ask(Picky(forbidden()), clock=time.clock)
    assert isinstance(failure, Refused)
    assert (calls.halt_reason, circuit_is_open()) == (None, False)


def test_usage_that_comes_with_no_answer_is_charged_once_an_attempt(ask, batch):
    nothing = NoAnswer("It is empty.", stage="extraction", input_tokens=31, output_tokens=0)
    failure, _ = ask(Picky(nothing))
    assert failure.detail.startswith("It is empty. So it was 4 times")
    batch.refresh_from_db()
    assert (batch.reserved_tokens, batch.spent_tokens) == (0, 4 * 31)
    assert set(LLMCall.objects.filter(batch=batch).values_list("status", "input_tokens")) == {
        ("failed", 31)
    }


def test_a_refused_parameter_pauses_the_batch_with_its_name(ask):
    model = Picky(ParameterRejected("It refuses top_k.", stage="extraction", parameter="top_k"))
    _, calls = ask(model)
    assert model.asked == ["extract"]
    assert calls.halt_reason.startswith("reasoner: It refuses top_k. Every call sends this")
    assert "set top_k" in calls.halt_reason


def refused_before(batch: Batch, times: int, **changes: Any) -> None:
    """Calls of so many other traces to the same prompt, none of them answered."""
    question = batch.traces.get().question
    for number in range(times):
        trace = Trace.objects.create(
            batch=batch, question=question, sample_index=number + 1, attempt=1
        )
        row = {"status": "failed", "error": "refused: no", "trace": trace, "cost": None}
        call(batch, served_by=batch.reasoner_endpoint, **(row | changes))


@pytest.mark.parametrize(("before", "halts"), [(18, False), (19, True)])
@pytest.mark.parametrize(
    "failure",
    [forbidden(), RequestRejected("It rejects (400).", stage="extraction")],
    ids=["refused", "rejected"],
)
def test_a_prompt_refused_to_twenty_traces_in_a_row_is_refused_to_all(
    ask, batch, before, halts, failure
):
    refused_before(batch, before)
    _, calls = ask(Picky(failure))
    assert bool(calls.halt_reason) == halts
    if halts:
        assert "the extract prompt of 20 traces in a row, so it is not" in calls.halt_reason
        assert not circuit_is_open()


@pytest.mark.parametrize(
    "between", [{"status": "settled"}, {"status": "failed", "error": "malformed_output: no"}]
)
def test_an_answer_in_between_begins_the_count_of_refusals_anew(ask, batch, between):
    refused_before(batch, 15)
    call(batch, served_by=batch.reasoner_endpoint, **between)
    refused_before_again = [{"status": "failed", "error": "refused: no"}] * 15
    for row in refused_before_again:
        call(batch, served_by=batch.reasoner_endpoint, trace=batch.traces.last(), **row)
    assert ask(Picky(forbidden()))[1].halt_reason is None


@pytest.mark.parametrize("other", [{"prompt_name": "prune"}, {"status": "replayed"}])
def test_other_prompts_and_replays_do_not_count_as_refusals(ask, batch, other):
    refused_before(batch, 25, **other)
    assert ask(Picky(forbidden()))[1].halt_reason is None


def test_a_lead_who_resumes_lets_twenty_more_be_refused(ask, batch):
    refused_before(batch, 25)
    pause_job(batch)
    resume_job(batch)
    assert ask(Picky(forbidden()))[1].halt_reason is None


def test_reasons_fit_where_they_are_kept(batch):
    model = LedgeredModel(Picky(forbidden()), batch.traces.get(), served_by=batch.reasoner_endpoint)
    late = TransientFailure("x", stage="extraction", late=True)
    refused_before(batch, 25)
    sentences = [
        blame.reason_to_halt(model.call_for(REQUEST), failure, was_alone=failure.late)
        for failure in (late, replace_detail(forbidden()))
    ]
    assert all(200 < len(sentence) < 400 for sentence in sentences)


def replace_detail(failure: EndpointUnavailable) -> EndpointUnavailable:
    failure.detail = "generativelanguage.googleapis.com does not allow this call (403)."
    return failure
