"""The ledger: every call to a model is a row before it is sent, and is settled after.

A settled call is never paid twice: an equal fingerprint replays its answer. An attempt that
may have been charged without an answer is a row of its own, UNCERTAIN and charged in full;
any other failed attempt only counts on its row. When the budget is spent or the endpoint's
circuit is open, the call is refused and `trace_calls.halt_reason` tells the batch to pause.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NoReturn

from pipeline.core.errors import EndpointUnavailable, OverBudget, ReasonerFailure
from pipeline.core.llm.base import Answer, LanguageModel, Request, Usage
from pipeline.core.llm.pricing import TokenPrice
from pipeline.ledger import budgets, call_rows, limits
from pipeline.ledger.budgets import TokenEstimator
from pipeline.ledger.call_rows import Call, Obstacle
from pipeline.ledger.limits import CircuitCache, Permit
from pipeline.ledger.retry import Clock, RetryPolicy
from pipeline.models import Endpoint, LLMCall, Trace


@dataclass
class TraceCalls:
    """How the calls of one trace go, shared by its reasoner and its second reader.

    `halt_reason` is set when the trace must go back unfinished: the reason for which its batch
    pauses, or an empty string when only the trace is no longer this worker's.
    """

    halt_reason: str | None = None
    last_call: int | None = None


@dataclass(frozen=True)
class LedgeredModel:
    """A LanguageModel that writes every call of one trace into the ledger.

    A probe has no trace: it is never replayed, has no budget and asks in spite of an open
    circuit. Nor has what is asked for no batch (a graph's names) a trace, though it is paced.
    `served_by` carries limits, circuit and service tier.
    """

    language_model: LanguageModel
    trace: Trace | None
    replay: bool = True
    served_by: Endpoint | None = None
    price: TokenPrice | None = None
    trace_calls: TraceCalls = field(default_factory=TraceCalls)
    retry_policy: RetryPolicy = field(default_factory=RetryPolicy.from_settings)
    clock: Clock = field(default_factory=Clock)
    circuit_cache: CircuitCache = field(default_factory=CircuitCache)
    token_estimator: TokenEstimator = field(default_factory=TokenEstimator)
    is_paced: bool = False

    @property
    def endpoint(self) -> str:
        return self.language_model.endpoint

    @property
    def model(self) -> str:
        return self.language_model.model

    def for_trace(self, trace: Trace, trace_calls: TraceCalls) -> "LedgeredModel":
        """The same model, for the calls of a trace."""
        return replace(self, trace=trace, trace_calls=trace_calls)

    def ask(self, request: Request) -> Answer:
        """The model's answer, or the outcome that the ledger holds of an equal call.

        Raises OverBudget when the budget cannot cover the call, EndpointUnavailable when the
        endpoint does not answer, and whatever else the model's answer amounts to.
        """
        if self.trace_calls.halt_reason is not None:
            raise OverBudget("The batch has halted.", stage=request.stage)
        return _CallRun(self, self.call_for(request), started=self.clock.now()).run()

    def call_for(self, request: Request) -> Call:
        """The request as the ledger sees it, in the endpoint's service tier."""
        tier = self.served_by.service_tier if self.served_by else request.service_tier
        return Call(
            replace(request, service_tier="flex" if tier == "flex" else ""),
            self.language_model,
            self.trace,
            self.served_by,
            self.price,
            self.replay,
            self.token_estimator,
        )


# A state is the method of _CallRun that does its work.
State = Callable[[], "State | Answer"]


@dataclass
class _CallRun:
    """One call as a state machine, drawn in docs/decisions/0010-ledger.md.

    Each public method but `run` is a state: it does one thing and returns the next state or the
    answer, or raises the failure that ends the call. `row` is unsaved until a request is sent.
    """

    ledger: LedgeredModel
    call: Call
    started: datetime
    row: LLMCall = field(default_factory=LLMCall)
    permit: Permit = field(default_factory=lambda: Permit(after_failures=True))
    attempts: int = 0
    delay: float = 0.0

    def run(self) -> Answer:
        state: State | Answer = self.look_up
        while not isinstance(state, Answer):
            state = state()
        return state

    def look_up(self) -> State | Answer:
        """Take the answer of an equal call from the ledger, or the failure this trace paid for."""
        earlier = call_rows.earlier_call(self.call)
        if earlier is None:
            return self.acquire
        self.ledger.trace_calls.last_call = earlier.pk
        return call_rows.replay(self.call, earlier)

    def acquire(self) -> State:
        """Wait for the endpoint's limits. An open circuit ends the call and pauses the batch."""
        is_paced = self.call.trace is not None or self.ledger.is_paced
        if self.call.served_by is not None and is_paced:
            self.permit = limits.acquire(
                self.call.served_by,
                tokens=self.call.expected_tokens,
                clock=self.ledger.clock,
                cache=self.ledger.circuit_cache,
            )
        if self.permit.refusal is not None:
            failure = EndpointUnavailable(self.permit.refusal, stage=self.call.request.stage)
            self._settle_unanswered(failure)
            self._halt(self.permit.refusal, failure)
        if not self.row.pk:
            return self.reserve
        if not call_rows.count_attempt(self.row):
            self._halt_without_lease()
        return self.send

    def reserve(self) -> State:
        """Write the call's row and reserve the most it may cost, in one transaction."""
        calls = self.ledger.trace_calls
        repaired = calls.last_call if self.call.request.repair else None
        row = call_rows.open_call(self.call, repair_of=repaired)
        if row is Obstacle.DUPLICATE_IN_FLIGHT:
            return self.await_duplicate
        if row is Obstacle.BUDGET_UNAVAILABLE:
            return self.await_budget
        self.row, calls.last_call = row, row.pk
        return self.send

    def await_duplicate(self) -> State:
        """Wait for an equal call in flight; that is no attempt, and takes no turn."""
        self._check_lease()
        self.ledger.clock.sleep_until_poll()
        return self.await_duplicate if call_rows.is_in_flight(self.call) else self.look_up

    def await_budget(self) -> State:
        """Wait while calls in flight may give enough back; else the batch pauses."""
        self._check_lease()
        shortage = budgets.shortage(self.call.trace, self.call.max_cost)
        if shortage:
            self._halt(shortage, OverBudget(shortage, stage=self.call.request.stage))
        self.ledger.clock.sleep_until_poll()
        return self.reserve

    def send(self) -> State | Answer:
        """Send one request, and record in the row what comes of it."""
        self.attempts += 1
        sent = time.monotonic()
        try:
            answer = self.ledger.language_model.ask(self.call.request)
        except EndpointUnavailable as failure:
            return self._unanswered(failure)
        except ReasonerFailure as failure:
            call_rows.settle_failed(self.row, self.call, failure, milliseconds=_since(sent))
            self._answered(Usage(failure.input_tokens, failure.output_tokens))
            raise
        except Exception as defect:
            call_rows.settle_uncertain(self.row, f"{type(defect).__name__}: {defect}")
            raise
        call_rows.settle(self.row, self.call, answer, milliseconds=_since(sent))
        self._answered(answer.usage)
        return answer

    def back_off(self) -> State:
        """Wait before the next attempt."""
        self.ledger.clock.sleep(self.delay)
        return self.acquire

    def _answered(self, usage: Usage) -> None:
        """The endpoint is at work: close its circuit, and account for the tokens it used."""
        self.ledger.token_estimator.learn(self.call.request, usage.input_tokens)
        if self.call.served_by is not None:
            limits.record_success(self.call.served_by, self.permit)
            unused = self.call.expected_tokens - self.call.cost_of(usage).tokens
            limits.give_back(self.call.served_by, tokens=unused)

    def _unanswered(self, failure: EndpointUnavailable) -> State:
        """Try again later, unless the attempts are used up or the circuit opens over it."""
        delay = self.ledger.retry_policy.next_delay(
            self.attempts, failure, elapsed=self._elapsed(), clock=self.ledger.clock
        )
        circuit = self._report_failure(failure, gave_up=delay is None)
        if failure.maybe_charged:
            call_rows.settle_uncertain(self.row, f"{failure.reason}: {failure.detail}")
            self.row = LLMCall()
        if delay is not None and not circuit:
            self.delay = delay
            return self.back_off
        self._settle_unanswered(failure)
        if circuit:
            self._halt(circuit, failure)
        raise failure

    def _report_failure(self, failure: EndpointUnavailable, *, gave_up: bool) -> str:
        endpoint = self.call.served_by
        if endpoint is None:
            return ""
        self.ledger.circuit_cache.closed_at = None
        return limits.record_failure(endpoint, failure, gave_up=gave_up, clock=self.ledger.clock)

    def _settle_unanswered(self, failure: EndpointUnavailable) -> None:
        """End the row of a call that was never answered, with the time of all its attempts."""
        if self.row.pk:
            milliseconds = round(self._elapsed() * 1000)
            call_rows.settle_failed(self.row, self.call, failure, milliseconds=milliseconds)

    def _check_lease(self) -> None:
        if not budgets.holds_lease(self.call.trace):
            self._halt_without_lease()

    def _halt_without_lease(self) -> NoReturn:
        lost = "The trace is another worker's now."
        self._halt("", OverBudget(lost, stage=self.call.request.stage))

    def _halt(self, reason: str, failure: ReasonerFailure) -> NoReturn:
        """End the call, and with it the work on its trace."""
        self.ledger.trace_calls.halt_reason = reason
        raise failure

    def _elapsed(self) -> float:
        return (self.ledger.clock.now() - self.started).total_seconds()


def _since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)
