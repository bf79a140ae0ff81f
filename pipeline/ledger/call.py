"""One call as the ledger sees it: what makes it equal to another, and what it may cost."""

import hashlib
import json
import uuid
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pipeline.core.llm.base import LanguageModel, Request, Usage, as_plain
from pipeline.core.llm.pricing import TokenPrice
from pipeline.ledger import budgets
from pipeline.ledger.budgets import Cost, TokenEstimator
from pipeline.models import Endpoint, JobItem


@dataclass(frozen=True)
class Call:
    """One call as the ledger sees it: the request, of whom, for which item, at what price.

    `item` is a batch's trace or an evaluation's item. `shared` calls answer equal ones of any
    job; others only those of their own item.
    """

    request: Request
    language_model: LanguageModel
    item: JobItem | None
    served_by: Endpoint | None
    price: TokenPrice | None
    shared: bool
    token_estimator: TokenEstimator

    @cached_property
    def parameters(self) -> dict[str, Any]:
        """What decides the answer beside the messages; the API key is no part of it."""
        return {
            "max_output_tokens": self.request.max_output_tokens,
            "temperature": self.request.temperature,
            "service_tier": self.request.service_tier,
            "repair": self.request.repair,
            "schema": self.request.schema,
            **(self.served_by.dialect.deciding if self.served_by else {}),
        }

    @cached_property
    def fingerprint(self) -> str:
        """sha256 over all that makes two calls the same question."""
        question = {
            "endpoint": self.language_model.endpoint,
            "base_url": self.served_by.base_url if self.served_by else "",
            "model": self.language_model.model,
            "parameters": self.parameters,
            "prompt": [self.request.prompt_name, self.request.prompt_version],
            "messages": as_plain(self.request.messages),
            "sample_index": self.request.sample_index,
            "within": self._scope,
        }
        return hashlib.sha256(json.dumps(question, sort_keys=True).encode()).hexdigest()

    @property
    def _scope(self) -> str:
        if self.item is None or not self.request.replayable:
            return str(uuid.uuid4())  # it equals no other call
        return "" if self.shared else str(self.item.key)

    @cached_property
    def max_input_tokens(self) -> int:
        return self.token_estimator.max_input_tokens(self.request)

    @property
    def expected_tokens(self) -> int:
        """What it counts as against a limit a minute before it is sent: four bytes a token."""
        return budgets.size_of(self.request) // 4 + self.request.max_output_tokens

    @cached_property
    def max_cost(self) -> Cost:
        """The most it may cost, which is what is reserved."""
        return Cost.at_price(self.price, self.max_input_tokens, self.request.max_output_tokens)

    def cost_of(self, usage: Usage) -> Cost:
        """What it cost; the most it may have cost where the endpoint tells no tokens."""
        read, written = usage.input_tokens, usage.output_tokens
        return Cost.at_price(
            self.price,
            self.max_input_tokens if read is None else read,
            self.request.max_output_tokens if written is None else written,
        )


@dataclass
class ItemCalls:
    """How the calls of one item go, shared by all models that are asked for it.

    `halt_reason` is set when the item must go back unfinished: the reason for which its job
    pauses, or an empty string when only the item is no longer this worker's.
    """

    halt_reason: str | None = None
    last_call: int | None = None
