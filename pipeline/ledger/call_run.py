"""One call to a model as a state machine, drawn in docs/decisions/0010-ledger.md."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NoReturn

from pipeline.core.errors import EndpointUnavailable, OverBudget, ReasonerFailure
from pipeline.core.llm.base import Answer, Usage
from pipeline.ledger import blame, budgets, call_rows, calls_at_once, limits
from pipeline.ledger.call import Call, ItemCalls
from pipeline.ledger.call_rows import Obstacle
from pipeline.ledger.limits import CircuitCache, Permit
from pipeline.ledger.retry import Clock, RetryPolicy
from pipeline.models import Endpoint, LLMCall

# How long a call in doubt waits for one that was sent after it, before it asks a question itself.
OTHERS_MAY_TAKE = timedelta(seconds=5)
# Once others are answered in time, a call that is late so often is late by its own fault.
MAX_LATE = 3


# A state is the method of CallRun that does its work.
State = Callable[[], "State | Answer"]


@dataclass
class CallRun:
    """Each public method but `run` is a state: it does one thing and returns the next state or
    the answer, or raises the failure that ends the call.

    `row` is unsaved until a request is sent. `newest_call` is the newest call to the endpoint
    when this one was last sent. `ask_canary` asks a question that any endpoint at work answers,
    and returns why it was not answered.
    """

    call: Call
    item_calls: ItemCalls
    retry_policy: RetryPolicy
    clock: Clock
    circuit_cache: CircuitCache
    ask_canary: Callable[[], EndpointUnavailable | None]
    started: datetime
    is_paced: bool
    row: LLMCall = field(default_factory=LLMCall)
    permit: Permit = field(default_factory=lambda: Permit(after_failures=True))
    newest_call: int = 0
    attempts: int = 0
    late: int = 0
    was_alone: bool = False
    waited: float = 0.0
    delay: float | None = None
    doubted_at: datetime | None = None
    failure: EndpointUnavailable = field(
        default_factory=lambda: EndpointUnavailable("It was not asked.", stage="")
    )

    def run(self) -> Answer:
        state: State | Answer = self.look_up
        while not isinstance(state, Answer):
            state = state()
        return state

    def look_up(self) -> State | Answer:
        """Take the answer of an equal call from the ledger, or the failure this item paid for."""
        earlier = call_rows.earlier_call(self.call)
        if earlier is None:
            return self.acquire
        self.item_calls.last_call = earlier.pk
        return call_rows.replay(self.call, earlier)

    def acquire(self) -> State:
        """Wait for the endpoint's limits. An open circuit ends the call and pauses the job."""
        if self.call.served_by is not None and self.is_paced:
            self.permit = limits.acquire(
                self.call.served_by,
                tokens=self.call.expected_tokens,
                clock=self.clock,
                cache=self.circuit_cache,
            )
        if self.permit.refusal is not None:
            self.failure = EndpointUnavailable(self.permit.refusal, stage=self.call.request.stage)
            self._settle_unanswered(self.failure)
            self._halt(self.permit.refusal, self.failure)
        if not self.row.pk:
            return self.reserve
        if not budgets.holds_lease(self.call.item):
            self._settle_unanswered(self.failure)
            self._halt_without_lease()
        if not call_rows.count_attempt(self.row):
            self._halt_without_lease()
        if self.call.served_by is not None:
            self.newest_call = calls_at_once.newest_call(self.call.served_by)
        return self.send

    def reserve(self) -> State:
        """Write the call's row and reserve the most it may cost, in one transaction."""
        row = call_rows.open_call(
            self.call,
            repair_of=self.item_calls.last_call if self.call.request.repair else None,
            bounded_at=None if self.permit.most is None else self.call.served_by,
        )
        if row is Obstacle.DUPLICATE_IN_FLIGHT:
            return self.await_duplicate
        if row is Obstacle.TOO_MANY_AT_ONCE:
            return self.await_room
        if row is Obstacle.BUDGET_UNAVAILABLE:
            return self.await_budget
        self.row, self.item_calls.last_call, self.newest_call = row, row.pk, row.pk
        return self.send

    def await_duplicate(self) -> State:
        """Wait for an equal call in flight; that is no attempt, and takes no turn."""
        self._poll()
        is_waiting = call_rows.is_in_flight(self.call, waited=self.waited)
        return self.await_duplicate if is_waiting else self.look_up

    def await_room(self) -> State:
        """Wait while the endpoint works on as many calls as it may."""
        self._poll()
        if limits.is_open(self._endpoint, now=self.clock.now()):
            self.circuit_cache.closed_at = None
            return self.acquire
        return self.reserve if calls_at_once.has_room(self._endpoint) else self.await_room

    def await_budget(self) -> State:
        """Wait while calls in flight may give enough back; else the job pauses."""
        shortage = budgets.shortage(self.call.item, self.call.max_cost)
        if shortage:
            self._halt(shortage, OverBudget(shortage, stage=self.call.request.stage))
        self._poll()
        return self.reserve

    def send(self) -> State | Answer:
        """Send one request, and record in the row what comes of it."""
        self.attempts += 1
        sent = time.monotonic()
        try:
            answer = self.call.language_model.ask(self.call.request)
        except EndpointUnavailable as failure:
            return self._unanswered(failure)
        except ReasonerFailure as failure:
            call_rows.settle_failed(
                self.row, self.call, failure, answered=True, milliseconds=_since(sent)
            )
            self._answered(Usage(failure.input_tokens, failure.output_tokens), sent)
            self._halt_if_all_meet(failure)
            raise
        except Exception as defect:
            call_rows.settle_uncertain(self.row, f"{type(defect).__name__}: {defect}")
            raise
        call_rows.settle(self.row, self.call, answer, milliseconds=_since(sent))
        self._answered(answer.usage, sent)
        return answer

    def back_off(self) -> State:
        """Wait before the next attempt."""
        self.clock.sleep(self.delay or 0.0)
        return self.acquire

    def slow_down(self) -> State:
        """After a late answer make fewer calls at once; if it was alone, someone is to blame."""
        if blame.is_answering(self.call, since=self.newest_call):
            self.late += 1
            may_go_on = self.late < MAX_LATE
        else:
            may_go_on = calls_at_once.lower(self._endpoint, late_call=self.newest_call)
            self.was_alone = not may_go_on
        if may_go_on and self.delay is not None:
            return self.back_off
        self.delay = None
        return self.ask_another

    def ask_another(self) -> State:
        """Whose failure it is shows in whether the endpoint answers others meanwhile."""
        if limits.is_open(self._endpoint, now=self.clock.now()):
            return self.acquire
        if blame.is_answering(self.call, since=self.newest_call):
            return self.spare_endpoint
        self.doubted_at = self.doubted_at or self.clock.now()
        is_early = self.clock.now() < self.doubted_at + OTHERS_MAY_TAKE
        if is_early and blame.may_be_answered(self.call, since=self.newest_call):
            self._poll()
            return self.ask_another
        unanswered = self.ask_canary()
        if unanswered is None:
            return self.spare_endpoint
        self.failure = blame.failure_of_endpoint(self.call, self.failure, unanswered)
        return self.blame_endpoint

    def spare_endpoint(self) -> State:
        """It answers others: try again, and if that is over, the failure is this item's own."""
        self.doubted_at = None
        if self.delay is not None:
            return self.back_off
        self._halt_if_all_meet(self.failure)
        self._end(blame.failure_of_prompt(self.call, self.failure, attempts=self.attempts))

    def blame_endpoint(self) -> NoReturn:
        """It answers nobody: its circuit opens and the job pauses."""
        self._settle_unanswered(self.failure)
        reason = limits.open_circuit(self._endpoint, self.failure, now=self.clock.now())
        self._halt(reason, self.failure)

    def give_up(self) -> NoReturn:
        """No further attempt."""
        self._end(self.failure)

    def _end(self, failure: ReasonerFailure) -> NoReturn:
        self._settle_unanswered(failure)
        raise failure

    def _answered(self, usage: Usage, sent: float) -> None:
        """The endpoint is at work: close its circuit, and account for the tokens it used."""
        self.call.token_estimator.learn(self.call.request, usage.input_tokens)
        if self.call.served_by is not None:
            limits.record_success(self.call.served_by, self.permit)
            if self.permit.is_slowed:
                calls_at_once.take_note(self.call.served_by, seconds=time.monotonic() - sent)
            unused = self.call.expected_tokens - self.call.cost_of(usage).tokens
            limits.give_back(self.call.served_by, tokens=unused)

    def _unanswered(self, failure: EndpointUnavailable) -> State:
        """Try again later, unless the attempts are used up or the endpoint is in doubt."""
        self.failure = failure
        self.delay = self.retry_policy.next_delay(
            self.attempts, failure, elapsed=self._elapsed(), clock=self.clock
        )
        self._charge()
        self.circuit_cache.closed_at = None
        if self.call.served_by is None:
            return self.give_up if self.delay is None else self.back_off
        if limits.is_certain(failure):
            return self.blame_endpoint
        if self.call.item is None:  # it asks for others
            return self.give_up if self.delay is None else self.back_off
        if failure.late:
            return self.slow_down
        in_doubt = limits.count_failure(self.call.served_by, failure, now=self.clock.now())
        return self.ask_another if in_doubt or self.delay is None else self.back_off

    def _charge(self) -> None:
        """An attempt that was paid for, or may be, ends its row: the next has a row of its own."""
        failure = self.failure
        if (failure.input_tokens, failure.output_tokens) != (None, None):
            self._settle_unanswered(self.failure)
        elif failure.maybe_charged:
            call_rows.settle_uncertain(self.row, f"{failure.reason}: {failure.detail}")
            self.row = LLMCall()

    def _settle_unanswered(self, failure: ReasonerFailure) -> None:
        """End the row of a call that was never answered, with the time of all its attempts."""
        if self.row.pk:
            milliseconds = round(self._elapsed() * 1000)
            call_rows.settle_failed(
                self.row, self.call, failure, answered=False, milliseconds=milliseconds
            )
            self.row = LLMCall()

    def _halt_if_all_meet(self, failure: ReasonerFailure) -> None:
        reason = blame.reason_to_halt(self.call, failure, was_alone=self.was_alone)
        if reason:
            self._settle_unanswered(failure)
            self._halt(reason, failure)

    def _poll(self) -> None:
        """Let others go on for a moment, and see whether the item is still this worker's."""
        if not budgets.holds_lease(self.call.item):
            self._halt_without_lease()
        began = self.clock.now()
        self.clock.sleep_until_poll()
        self.waited += (self.clock.now() - began).total_seconds()

    def _halt_without_lease(self) -> NoReturn:
        stage = self.call.request.stage
        self._halt("", OverBudget("It is another worker's now.", stage=stage))

    def _halt(self, reason: str, failure: ReasonerFailure) -> NoReturn:
        """End the call, and with it the work on its item."""
        self.item_calls.halt_reason = reason
        raise failure

    def _elapsed(self) -> float:
        """Seconds since the call began, but for those in which it waited its turn."""
        return (self.clock.now() - self.started).total_seconds() - self.waited

    @property
    def _endpoint(self) -> Endpoint:
        """The endpoint, in states to which no call without one comes."""
        if self.call.served_by is None:
            raise RuntimeError("A call without an endpoint came to a state that needs one.")
        return self.call.served_by


def _since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)
