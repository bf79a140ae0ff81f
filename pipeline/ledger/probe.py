"""Testing an endpoint: how it wants to be asked, found by asking, and remembered.

The small calls this takes are rows of the ledger like any other, without a batch. A fast server
is tested in a second or two; a slow one is given a minute.
"""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from dataclasses import dataclass, field, replace
from typing import Any

from pipeline.core.errors import EndpointRefused, ReasonerFailure, TransientFailure
from pipeline.core.llm.base import Answer, Request
from pipeline.core.llm.dialects import Dialect, dialect_of
from pipeline.core.llm.learning.learner import FREE_QUESTION, QUESTION, Learner
from pipeline.core.llm.learning.pace import CALLS_TOGETHER, Measured, pace_of
from pipeline.endpoints.registry import open_model, remember_failure, remember_found
from pipeline.ledger import call_rows
from pipeline.ledger.call import Call
from pipeline.ledger.call_rows import Obstacle
from pipeline.ledger.embeddings import probe_embeddings
from pipeline.ledger.ledgered_model import LedgeredModel
from pipeline.ledger.prices import price_now
from pipeline.ledger.retry import RetryPolicy
from pipeline.models import Endpoint, LLMCall

# A lead waits for the page meanwhile.
MAX_SECONDS, MAX_SECONDS_A_CALL = 60.0, 45.0
# A first answer that took longer may have waited for the model to be loaded.
COLD_SECONDS = 2.0
CHARACTERS_PER_TOKEN = 4
# What a test finds, and may be stated otherwise.
FOUND = (
    *("answer_format", "array_bounds", "text_bounds", "output_limit", "max_output_tokens"),
    *("sends_temperature", "system_role", "answer_place", "timeout_seconds", "calls_at_once"),
)


@dataclass
class EndpointTest:
    """One test of an endpoint: asks through the ledger, and takes the time of each answer."""

    endpoint: Endpoint
    question: Request = QUESTION
    clock: Callable[[], float] = time.monotonic
    fastest: tuple[float, int] | None = None
    began: float = field(init=False)

    def __post_init__(self) -> None:
        self.began = self.clock()

    @property
    def seconds_left(self) -> float:
        return MAX_SECONDS - (self.clock() - self.began)

    def ask(self, dialect: Dialect, request: Request) -> Answer:
        """One call, tried once. Raises what the endpoint's answer amounts to."""
        if self.seconds_left <= 0:
            raise TransientFailure(
                f"The endpoint's test took more than {MAX_SECONDS:.0f} seconds: test it again "
                "when the server is less busy, or choose a smaller model.",
                stage=request.stage,
            )
        sent = self.clock()
        answer = self._model(dialect).ask(dialect.applied_to(request))
        self._note(self.clock() - sent, answer)
        return answer

    def seconds_together(self, dialect: Dialect) -> float | None:
        """Seconds that several answers asked for together take; None if one does not come.

        The rows are this thread's: only the waiting is done in others.
        """
        model = self._model(dialect)
        calls = [model.call_for(dialect.applied_to(self.question)) for _ in range(CALLS_TOGETHER)]
        rows = [call_rows.open_call(call, repair_of=None) for call in calls]
        sent = self.clock()
        with ThreadPoolExecutor(CALLS_TOGETHER) as threads:
            outcomes = list(threads.map(lambda call: _outcome(model, call.request), calls))
        seconds = self.clock() - sent
        for row, call, outcome in zip(rows, calls, outcomes, strict=True):
            _settle(row, call, outcome, round(seconds * 1000))
        answered = all(isinstance(outcome, Answer) for outcome in outcomes)
        return seconds if answered else None

    def _model(self, dialect: Dialect) -> LedgeredModel:
        seconds = min(MAX_SECONDS_A_CALL, max(1.0, self.seconds_left))
        dialect = replace(dialect, timeout_seconds=seconds)
        return LedgeredModel(
            open_model(self.endpoint, question_set=None, dialect=dialect),
            None,
            served_by=_in_dialect(self.endpoint, dialect),
            price=price_now(self.endpoint),
            retry_policy=replace(RetryPolicy.from_settings(), max_attempts=1),
        )

    def _note(self, seconds: float, answer: Answer) -> None:
        told = answer.usage.output_tokens
        guessed = len(answer.text + answer.reasoning) // CHARACTERS_PER_TOKEN + 1
        if self.fastest is None or seconds < self.fastest[0]:
            self.fastest = seconds, told or guessed


def probe_endpoint(endpoint: Endpoint) -> Endpoint:
    """Find the endpoint's dialect, or its vectors' dimension, and remember it.

    What a lead has stated stays. Why a test failed is kept with the endpoint until the next.
    Raises EndpointRefused where it may not be asked, ReasonerFailure where it does not answer.
    """
    try:
        return _probe(endpoint)
    except (EndpointRefused, ReasonerFailure) as failure:
        remember_failure(endpoint, str(failure))
        raise


def _probe(endpoint: Endpoint) -> Endpoint:
    if endpoint.role == Endpoint.Role.EMBEDDINGS:
        return probe_embeddings(endpoint, seconds=MAX_SECONDS_A_CALL)
    question = FREE_QUESTION if endpoint.role == Endpoint.Role.EVALUATED else QUESTION
    test, stated = EndpointTest(endpoint, question), frozenset(endpoint.dialect_stated)
    learner = Learner(test.ask, stated, question)
    dialect, answer = learner.learn(dialect_of(endpoint.base_url, {}, endpoint.dialect_stated))
    reasons = bool(answer.reasoning) or dialect.max_output_tokens is not None
    if reasons:
        dialect = learner.room_for_thoughts(dialect)
    dialect, _ = learner.with_kept_limit(dialect)
    dialect = _at_its_pace(test, dialect, reasons=reasons)
    remember_found(endpoint, _found(dialect, stated))
    return endpoint


def probe_if_untested(endpoint: Endpoint) -> Endpoint:
    """As `probe_endpoint`, for an endpoint that was not tested yet."""
    return endpoint if endpoint.is_tested else probe_endpoint(endpoint)


def _at_its_pace(test: EndpointTest, dialect: Dialect, *, reasons: bool) -> Dialect:
    if test.fastest is not None and test.fastest[0] > COLD_SECONDS < test.seconds_left:
        _try(test, dialect)
    seconds, tokens = test.fastest or (COLD_SECONDS, 1)
    together = None
    if seconds * CALLS_TOGETHER < test.seconds_left:
        together = test.seconds_together(dialect)
    pace = pace_of(Measured(tokens, seconds, together), reasons=reasons)
    return replace(dialect, timeout_seconds=pace.timeout_seconds, calls_at_once=pace.calls_at_once)


def _try(test: EndpointTest, dialect: Dialect) -> None:
    try:
        test.ask(dialect, test.question)
    except ReasonerFailure:
        return  # the time of the first answer is known


def _found(dialect: Dialect, stated: frozenset[str]) -> dict[str, Any]:
    found = dialect.as_json()
    return {name: found[name] for name in FOUND if name not in stated and found[name] is not None}


def _in_dialect(endpoint: Endpoint, dialect: Dialect) -> Endpoint:
    """The endpoint as it is while it is asked in this dialect; nothing is saved."""
    asked = copy(endpoint)
    asked.dialect_found, asked.dialect_stated = dialect.as_json(), {}
    return asked


def _outcome(model: LedgeredModel, request: Request) -> Answer | ReasonerFailure:
    try:
        return model.language_model.ask(request)
    except ReasonerFailure as failure:
        return failure


def _settle(
    row: LLMCall | Obstacle, call: Call, outcome: Answer | ReasonerFailure, milliseconds: int
) -> None:
    if isinstance(row, Obstacle):
        return  # a call without a trace meets none
    if isinstance(outcome, Answer):
        call_rows.settle(row, call, outcome, milliseconds=milliseconds)
    else:
        call_rows.settle_failed(row, call, outcome, answered=True, milliseconds=milliseconds)
