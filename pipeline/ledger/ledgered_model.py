"""The ledger: every call to a model is a row before it is sent, and is settled after.

A settled call is never paid twice: an equal fingerprint replays its answer. An attempt that
may have been charged without an answer is a row of its own, UNCERTAIN and charged in full;
any other failed attempt only counts on its row. When the budget is spent or the endpoint's
circuit is open, the call is refused and `course.halted` tells the batch to pause.
"""

import time
from dataclasses import dataclass, field, replace
from datetime import datetime

from pipeline.core.errors import (
    EndpointUnavailable,
    OverBudget,
    ReasonerFailure,
    TransientFailure,
)
from pipeline.core.llm.base import Answer, LanguageModel, Request, Usage
from pipeline.core.llm.pricing import TokenPrice
from pipeline.ledger import budgets, call_rows, limits
from pipeline.ledger.budgets import Density
from pipeline.ledger.call_rows import AskedElsewhere, Call, NotReserved
from pipeline.ledger.limits import Admission, CircuitOpen, Lane
from pipeline.ledger.retry import Clock, Patience
from pipeline.models import Endpoint, LLMCall, Trace


@dataclass
class Course:
    """How one trace's calls go, shared by its reasoner and its second reader.

    `halted` is set when the trace must go back unfinished: the reason for which its batch
    pauses, or an empty string when only the trace is no longer this worker's.
    """

    halted: str | None = None
    last_call: int | None = None


@dataclass(frozen=True)
class LedgeredModel:
    """A LanguageModel that writes every call of one trace into the ledger.

    A probe has no trace: it is never replayed, takes no budget and asks in spite of an open
    circuit. `served_by` carries limits, circuit and service tier.
    """

    language_model: LanguageModel
    trace: Trace | None
    replay: bool = True
    served_by: Endpoint | None = None
    price: TokenPrice | None = None
    course: Course = field(default_factory=Course)
    patience: Patience = field(default_factory=Patience.configured)
    clock: Clock = field(default_factory=Clock)
    lane: Lane = field(default_factory=Lane)
    density: Density = field(default_factory=Density)

    @property
    def endpoint(self) -> str:
        return self.language_model.endpoint

    @property
    def model(self) -> str:
        return self.language_model.model

    def for_trace(self, trace: Trace, course: Course) -> "LedgeredModel":
        """The same model, for the calls of a trace."""
        return replace(self, trace=trace, course=course)

    def ask(self, request: Request) -> Answer:
        """The model's answer, or the outcome that the ledger holds of an equal call.

        Raises OverBudget when the budget cannot cover the call, EndpointUnavailable when the
        endpoint does not answer, and whatever else the model's answer amounts to.
        """
        if self.course.halted is not None:
            raise OverBudget("The batch has halted.", stage=request.stage)
        call = self._call(request)
        attempts = _Attempts(self, call, started=self.clock.now())
        while True:
            earlier = call_rows.earlier_call(call) if self.trace else None
            if earlier is not None:
                self.course.last_call = earlier.pk
                return call_rows.replay(call, earlier)
            try:
                return attempts.send()
            except AskedElsewhere:
                attempts.await_equal()

    def _call(self, request: Request) -> Call:
        tier = self.served_by.service_tier if self.served_by else request.service_tier
        asked = replace(request, service_tier="flex" if tier == "flex" else "")
        return Call(
            asked,
            self.language_model,
            self.trace,
            self.served_by,
            self.price,
            self.replay,
            self.density,
        )


@dataclass
class _Attempts:
    """The attempts at one call: each admitted, reserved for, sent, and its end recorded."""

    ledger: LedgeredModel
    call: Call
    started: datetime
    made: int = 0
    row: LLMCall | None = None

    def send(self) -> Answer:
        """Try until there is an answer or no use in trying. Raises AskedElsewhere."""
        while True:
            admission = self._admit()
            row = self._opened()
            try:
                return self._ask(row, admission)
            except TransientFailure as failure:
                self.ledger.clock.sleep(self._wait_after(row, failure))

    def await_equal(self) -> None:
        """Wait until the equal call has ended; that is no attempt, and takes no turn."""
        waiting = True
        while waiting:
            self.check_lease()
            self.ledger.clock.nap()
            waiting = call_rows.is_in_flight(self.call)

    def check_lease(self) -> None:
        """Raise OverBudget, and halt without a reason, when the trace is another worker's."""
        trace = self.ledger.trace
        if trace is not None and not budgets.holds_lease(trace):
            self._halt("")
            raise OverBudget("The trace is another worker's now.", stage=self.call.request.stage)

    def _admit(self) -> Admission:
        endpoint = self.call.served_by
        if endpoint is None or self.call.trace is None:
            return Admission(after_failures=True)
        try:
            return limits.admit(
                endpoint,
                tokens=self.call.likely_tokens,
                clock=self.ledger.clock,
                lane=self.ledger.lane,
            )
        except CircuitOpen as circuit:
            failure = EndpointUnavailable(str(circuit), stage=self.call.request.stage)
            if self.row is not None:
                self._give_up(self.row, failure)
            self._halt(str(circuit))
            raise failure from None

    def _opened(self) -> LLMCall:
        """The row of the next request: a new one, or the same with one attempt more."""
        if self.row is not None:
            call_rows.count_attempt(self.row)
        while self.row is None:
            try:
                self.row = call_rows.open_call(self.call, repair_of=self._repaired())
            except NotReserved:
                self._await_budget()
        self.made += 1
        self.ledger.course.last_call = self.row.pk
        return self.row

    def _repaired(self) -> int | None:
        return self.ledger.course.last_call if self.call.request.repair else None

    def _await_budget(self) -> None:
        """Wait while calls in flight may give enough back. Raises OverBudget when none can."""
        self.check_lease()
        if self.call.trace is not None:
            reason = budgets.shortage(self.call.trace.batch_id, self.call.reserved)
            if reason:
                self._halt(reason)
                raise OverBudget(reason, stage=self.call.request.stage)
        self.ledger.clock.nap()

    def _ask(self, row: LLMCall, admission: Admission) -> Answer:
        began = time.monotonic()
        try:
            answer = self.ledger.language_model.ask(self.call.request)
        except EndpointUnavailable as failure:
            if not isinstance(failure, TransientFailure):
                # It will not answer us at all: no further attempt, by anyone.
                self._give_up(row, failure)
                self._halt(self._circuit_after(failure, gave_up=True) or None)
            raise
        except ReasonerFailure as failure:
            usage = Usage(failure.input_tokens, failure.output_tokens)
            call_rows.settle_failed(row, self.call, failure, milliseconds=_since(began))
            self._endpoint_answered(admission, usage)
            raise
        except Exception as defect:
            call_rows.settle_uncertain(row, f"{type(defect).__name__}: {defect}")
            raise
        call_rows.settle(row, self.call, answer, milliseconds=_since(began))
        self._endpoint_answered(admission, answer.usage)
        return answer

    def _endpoint_answered(self, admission: Admission, usage: Usage) -> None:
        self.ledger.density.learn(self.call.request, usage.input_tokens)
        if self.call.served_by is not None:
            limits.succeeded(self.call.served_by, admission)
            unused = self.call.likely_tokens - self.call.taken(usage).tokens
            limits.give_back(self.call.served_by, tokens=unused)

    def _wait_after(self, row: LLMCall, failure: TransientFailure) -> float:
        """Seconds until the next attempt. Raises the failure when there shall be none."""
        wait = self.ledger.patience.wait_after(
            self.made, asked=failure.retry_after, elapsed=self._elapsed(), clock=self.ledger.clock
        )
        opened = self._circuit_after(failure, gave_up=wait is None)
        if failure.maybe_charged:
            call_rows.settle_uncertain(row, f"{failure.reason}: {failure.detail}")
            self.row = None
        elif wait is None or opened:
            self._give_up(row, failure)
        if opened:
            self._halt(opened)
        if wait is None or opened:
            raise failure
        return wait

    def _elapsed(self) -> float:
        return (self.ledger.clock.now() - self.started).total_seconds()

    def _give_up(self, row: LLMCall, failure: EndpointUnavailable) -> None:
        """End a call that was never answered; its time is that of all attempts and waits."""
        milliseconds = round(self._elapsed() * 1000)
        call_rows.settle_failed(row, self.call, failure, milliseconds=milliseconds)

    def _circuit_after(self, failure: EndpointUnavailable, *, gave_up: bool) -> str:
        endpoint = self.call.served_by
        if endpoint is None:
            return ""
        self.ledger.lane.seen = None
        return limits.failed(endpoint, failure, gave_up=gave_up, clock=self.ledger.clock)

    def _halt(self, reason: str | None) -> None:
        self.ledger.course.halted = reason


def _since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)
