"""Batches of a release: what was asked of each, what came of it, and which models answered."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.db.models import Count

from pipeline.models import Batch, Endpoint, LLMCall, Trace
from review.releases.selection.tally import Tally

UNFINISHED = (Trace.State.PENDING, Trace.State.CLAIMED, Trace.State.CANCELLED)


def batch_counts(batches: Iterable[Batch], tally: Tally) -> list[dict[str, object]]:
    """For the manifest: each batch with its models, its traces by what came of them, its rows."""
    return [
        {
            "name": batch.name,
            "question_set": str(batch.question_set),
            "graph": str(batch.knowledge_graph or "none"),
            "configuration": batch.configuration_name,
            "reasoner": _reasoner(batch),
            "second_reader": _model(batch, batch.reader_endpoint),
            **_outcomes(batch),
            "rows": tally.by["batch"][batch.name],
        }
        for batch in batches
    ]


def _outcomes(batch: Batch) -> dict[str, Any]:
    """Its current traces towards the key: made, failed by reason, and not finished."""
    rows = batch.traces.of_key().filter(is_current=True).order_by()
    states: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    for state, reason, count in rows.values_list("state", "failure_reason").annotate(Count("pk")):
        states[state] += count
        if state == Trace.State.FAILED:
            failed[reason.replace("_", " ")] += count
    return {
        "made": states[Trace.State.MADE],
        "failed": dict(sorted(failed.items(), key=lambda pair: (-pair[1], pair[0]))),
        "unfinished": sum(states[state] for state in UNFINISHED),
    }


def _reasoner(batch: Batch) -> str:
    """The reasoner's model, or what wrote the traces where none did."""
    if batch.imported_from is not None:
        return f"imported: {batch.imported_from['author']}"
    if batch.reasoner_endpoint is None:
        return batch.get_reasoner_kind_display().replace("_", " ")
    return _model(batch, batch.reasoner_endpoint)


def _model(batch: Batch, endpoint: Endpoint | None) -> str:
    """The model as its endpoint names it, and as its answers do where that is another name."""
    if endpoint is None:
        return ""
    calls = LLMCall.objects.filter(batch=batch, served_by=endpoint).exclude(answer_model="")
    names = sorted(set(calls.order_by().values_list("answer_model", flat=True).distinct()))
    others = ", ".join(name for name in names if name != endpoint.model)
    return f"{endpoint.model} (answered as {others})" if others else endpoint.model
