"""A behaviour on trial: the product's own endpoint test and a batch of twelve questions."""

import json
import time
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
from pipeline.endpoints.registry import remember_found
from pipeline.ledger import probe
from pipeline.ledger.ledgered_model import LedgeredModel
from pipeline.ledger.retry import Clock
from pipeline.models import Batch, Endpoint, KnowledgeGraph, QuestionSet, Trace
from tests.factories.endpoints import endpoint
from tests.lab.behaviour import LEVERS, Ends, Found, Pauses, Refuses
from tests.lab.replies import GOOD
from tests.lab.server import LabServer
from tests.peers.scripted import Time

CONFIG = replace(preset("default"), similarity=SimilarityConfig())
# Threads meet each other in time, so it cannot be made to stand still; but they may hurry.
HURRIED = Clock(sleep=lambda seconds: time.sleep(seconds / 20))


@dataclass(frozen=True)
class Laboratory:
    """A server, twelve questions and a graph; an hour of waiting passes in no time."""

    server: LabServer
    questions: QuestionSet
    graph: KnowledgeGraph
    patch: pytest.MonkeyPatch
    known: dict[str, dict[str, Any]]

    def new_endpoint(self, stated: Mapping[str, Any]) -> Endpoint:
        return endpoint(tested=False, base_url=self.server.base_url, **stated)

    def set_known(self, row: Endpoint) -> Found:
        """Let the row know what its test finds while the server works."""
        key = json.dumps(row.dialect_stated)
        if key not in self.known:
            self.server.behave(GOOD)
            self.known[key] = probe.probe_endpoint(row).dialect_found
        remember_found(row, self.known[key])
        return found_of(row)

    def test(self, row: Endpoint, *, pace: int = 1) -> Found | Refuses:
        """What the endpoint test says; a refusal by the first lever that it names."""
        if pace == 1:
            self.patch.setattr(probe, "CALLS_TOGETHER", 1)
        else:
            timed = partial(probe.EndpointTest, clock=lambda: time.monotonic() * pace)
            self.patch.setattr(probe, "EndpointTest", timed)
            self.patch.setattr(probe, "MAX_SECONDS_A_CALL", probe.MAX_SECONDS_A_CALL / pace)
        try:
            return found_of(probe.probe_endpoint(row), pace=pace)
        except (ReasonerFailure, Refusal) as refusal:
            return Refuses(lever_in(str(refusal)))

    def run(self, row: Endpoint, *, threads: int = 1) -> Batch:
        """A batch over the twelve questions, as far as it goes by itself."""
        clock = Time(timezone.now()).clock if threads == 1 else HURRIED
        self.patch.setattr(tools, "LedgeredModel", partial(LedgeredModel, clock=clock))
        batch = start_batch(
            self.questions,
            knowledge_graph=self.graph,
            config=CONFIG,
            reasoner_endpoint=row,
            reader_endpoint=row,
        )
        run_batch(batch, threads=threads)
        batch.refresh_from_db()
        return batch


def found_of(row: Endpoint, *, pace: int = 1) -> Found:
    """What the row knows of its dialect, where that differs from the one that is tried first.

    Its pace is another one on each machine, and told only of a server that is slow on purpose.
    """
    measured = {"timeout_seconds"} if pace > 1 else {"timeout_seconds", "calls_at_once"}
    usual = dialect_of(row.base_url, {}, row.dialect_stated).as_json()
    return Found(
        {
            name: value
            for name, value in row.dialect.as_json().items()
            if name not in measured and value != usual[name]
        }
    )


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
