"""A behaviour on trial: the product's own endpoint test and a batch of twelve questions."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import pytest
from django.utils import timezone

from pipeline.batches import tools
from pipeline.batches.lifecycle import run_batch, start_batch
from pipeline.core.config import SimilarityConfig, preset
from pipeline.core.errors import ReasonerFailure, Refusal
from pipeline.core.llm.dialects import dialect_of
from pipeline.ledger.ledgered_model import LedgeredModel
from pipeline.ledger.probe import probe_endpoint
from pipeline.models import Batch, Endpoint, KnowledgeGraph, LLMCall, QuestionSet, Trace
from tests.factories.endpoints import endpoint
from tests.lab.behaviour import LEVERS, Ends, Found, Pauses, Refuses
from tests.lab.replies import Call, Response
from tests.lab.server import LabServer
from tests.peers.scripted import Time

CONFIG = replace(preset("default"), similarity=SimilarityConfig())
# What a test measures is not told in a table: it is another one on each machine.
MEASURED = {"timeout_seconds", "calls_at_once", "context_tokens"}


@dataclass(frozen=True)
class Laboratory:
    """A server, twelve questions and a graph; an hour of waiting passes in no time."""

    server: LabServer
    questions: QuestionSet
    graph: KnowledgeGraph
    patch: pytest.MonkeyPatch

    def new_endpoint(self, stated: Mapping[str, Any]) -> Endpoint:
        return endpoint(tested=False, base_url=self.server.base_url, **stated)

    def test(self, row: Endpoint) -> Found | Refuses:
        """What the endpoint test says; a refusal by the first lever that it names."""
        try:
            return Found(_unusual(probe_endpoint(row)))
        except (ReasonerFailure, Refusal) as refusal:
            return Refuses(lever_in(str(refusal)))

    def known(self, row: Endpoint) -> Found:
        """What the endpoint's row says of its dialect."""
        return Found(_unusual(row))

    def run(self, row: Endpoint) -> Batch:
        """A batch over the twelve questions, as far as it goes by itself."""
        self.patch.setattr(
            tools, "LedgeredModel", partial(LedgeredModel, clock=Time(timezone.now()).clock)
        )
        batch = start_batch(
            self.questions,
            knowledge_graph=self.graph,
            config=CONFIG,
            reasoner_endpoint=row,
            reader_endpoint=row,
        )
        run_batch(batch, threads=1)
        batch.refresh_from_db()
        return batch


def _unusual(row: Endpoint) -> dict[str, Any]:
    """The dialect found, where it differs from the one that is tried first."""
    usual = dialect_of(row.base_url, {}, row.dialect_stated).as_json()
    return {
        name: value
        for name, value in row.dialect.as_json().items()
        if name not in MEASURED and value != usual[name]
    }


def lever_in(text: str) -> str:
    """The lever that a sentence names; the whole sentence where it names none."""
    return next((lever for lever in LEVERS if lever in text), f"(nothing: {text})")


def came_of(batch: Batch) -> Ends | Pauses:
    """How a batch stands, as a behaviour states it."""
    if batch.state != Batch.State.FINISHED:
        return Pauses(lever_in(batch.pause_reason))
    states = Counter(batch.traces.filter(is_current=True).values_list("state", "failure_reason"))
    made = states.pop((Trace.State.MADE, ""), 0)
    return Ends(made, {reason: count for (_, reason), count in states.items()})


def bounds_of_charge(batch: Batch, told: list[tuple[Call, Response]]) -> tuple[int, int]:
    """The least and the most tokens that the batch may have been charged for what it was told.

    The least: what each usage amounts to that can be true; else the output limit, as no figure
    is known. The most: what was reserved for each call, or what was told, if that is more.
    """
    amounts = [(call, _usage_in(response)) for call, response in told]
    least = [_amount(call, usage) or _unknown(call, usage) for call, usage in amounts]
    reserved = LLMCall.objects.filter(batch=batch).exclude(status="replayed")
    most = sum(value or 0 for value in reserved.values_list("reserved_tokens", flat=True))
    return sum(least), most + sum(_amount(call, usage) for call, usage in amounts)


def _usage_in(response: Response) -> Any:
    """The usage of a completion; None where there is no completion at all."""
    try:
        body = json.loads(response.body.strip())
    except ValueError:
        return None
    usable = response.status == 200 and response.sent is None and isinstance(body, dict)
    return body.get("usage", {}) if usable and body.get("choices") else None


def _amount(call: Call, usage: Any) -> int:
    """What a usage amounts to, at the least; 0 where it says nothing that can be true."""
    counts = usage if isinstance(usage, dict) else {}
    parts = [counts.get(name) for name in ("prompt_tokens", "completion_tokens")]
    if not all(isinstance(part, int) and part > 0 for part in parts):
        return 0
    total = max(sum(parts), counts.get("total_tokens") or 0)
    return total if total <= len(json.dumps(call.asked)) + call.limit + 1000 else 0


def _unknown(call: Call, usage: Any) -> int:
    return 0 if usage is None else call.limit


@dataclass(frozen=True)
class Charges:
    """What a batch was charged, and within which bounds that is right."""

    least: int
    spent: int
    most: int
    reserved: int

    @classmethod
    def of(cls, batch: Batch, told: list[tuple[Call, Response]]) -> "Charges":
        least, most = bounds_of_charge(batch, told)
        return cls(least, batch.spent_tokens, most, batch.reserved_tokens)

    @property
    def are_right(self) -> bool:
        return self.least <= self.spent <= self.most and self.reserved == 0
