"""The ledger: every call to a model is a row before it is sent, and is settled after.

A settled call is never paid twice: an equal fingerprint replays its answer. An attempt that
may have been charged without an answer is a row of its own, UNCERTAIN and charged in full;
any other failed attempt only counts on its row. When the budget is spent or the endpoint's
circuit is open, the call is refused and `item_calls.halt_reason` tells the job to pause.
"""

from dataclasses import dataclass, field, replace
from typing import Literal

from pipeline.core.errors import EndpointUnavailable, OverBudget, ReasonerFailure, RequestRejected
from pipeline.core.llm.base import Answer, LanguageModel, Request
from pipeline.core.llm.canary import CANARY
from pipeline.core.llm.pricing import TokenPrice
from pipeline.ledger.budgets import TokenEstimator
from pipeline.ledger.call import Call, ItemCalls
from pipeline.ledger.call_run import CallRun
from pipeline.ledger.limits import CircuitCache
from pipeline.ledger.retry import Clock, RetryPolicy
from pipeline.models import Endpoint, JobItem

CANARY_ATTEMPTS = 3


@dataclass(frozen=True)
class LedgeredModel:
    """A LanguageModel that writes every call of one item into the ledger.

    A probe has no item: it is never replayed, has no budget and asks in spite of an open
    circuit. Nor has what is asked for no job (a graph's names) an item, though it is paced.
    `served_by` carries limits, circuit, dialect and service tier; `canary` is what it answers
    if it answers anything.
    """

    language_model: LanguageModel
    item: JobItem | None
    replay: bool = True
    served_by: Endpoint | None = None
    price: TokenPrice | None = None
    item_calls: ItemCalls = field(default_factory=ItemCalls)
    retry_policy: RetryPolicy = field(default_factory=RetryPolicy.from_settings)
    clock: Clock = field(default_factory=Clock)
    circuit_cache: CircuitCache = field(default_factory=CircuitCache)
    token_estimator: TokenEstimator = field(default_factory=TokenEstimator)
    is_paced: bool = False
    canary: Request = CANARY

    @property
    def endpoint(self) -> str:
        return self.language_model.endpoint

    @property
    def model(self) -> str:
        return self.language_model.model

    def for_item(self, item: JobItem, item_calls: ItemCalls) -> "LedgeredModel":
        """The same model, for the calls of a trace or of an evaluation's item."""
        return replace(self, item=item, item_calls=item_calls)

    def ask(self, request: Request) -> Answer:
        """The model's answer, or the outcome that the ledger holds of an equal call.

        Raises OverBudget when the budget cannot cover the call, EndpointUnavailable when the
        endpoint does not answer, and whatever else the model's answer amounts to.
        """
        if self.item_calls.halt_reason is not None:
            raise OverBudget("The job has halted.", stage=request.stage)
        run = CallRun(
            self.call_for(request),
            self.item_calls,
            retry_policy=self.retry_policy,
            clock=self.clock,
            circuit_cache=self.circuit_cache,
            ask_canary=self.ask_canary,
            started=self.clock.now(),
            is_paced=self.is_paced or self.item is not None,
        )
        return run.run()

    def ask_canary(self) -> EndpointUnavailable | None:
        """Ask what the endpoint answers if it answers anything; None, or why it did not.

        That is a probe: a row without an item, charged to no job.
        """
        attempts = min(CANARY_ATTEMPTS, self.retry_policy.max_attempts)
        policy = replace(self.retry_policy, max_attempts=attempts)
        probe = replace(
            self, item=None, item_calls=ItemCalls(), retry_policy=policy, is_paced=False
        )
        try:
            probe.ask(self.canary)
        except EndpointUnavailable as failure:
            return failure
        except RequestRejected as failure:
            return EndpointUnavailable(failure.detail, stage=failure.stage)
        except ReasonerFailure:
            return None  # an answer of no use is an answer
        return None

    def call_for(self, request: Request) -> Call:
        """The request as the ledger sees it: as its endpoint is asked, in its service tier."""
        if self.served_by is not None:
            tier: Literal["", "flex"] = "flex" if self.served_by.service_tier == "flex" else ""
            request = replace(self.served_by.dialect.applied_to(request), service_tier=tier)
        return Call(
            request,
            self.language_model,
            self.item,
            self.served_by,
            self.price,
            self.replay,
            self.token_estimator,
        )
