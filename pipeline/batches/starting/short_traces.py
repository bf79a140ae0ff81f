"""What a trial has made, in short: question, steps, conclusion, verdict, cost."""

from dataclasses import dataclass

from pipeline import store
from pipeline.core.records import Step
from pipeline.jobs.costs import Costs, costs_of
from pipeline.models import Batch, LLMCall, Trace


@dataclass(frozen=True)
class ShortTrace:
    """A trace's row, with the steps and conclusion of its chain of thought, if it has one."""

    row: Trace
    steps: tuple[Step, ...]
    conclusion: str
    costs: Costs | None


def traces_in_short(batch: Batch) -> list[ShortTrace]:
    """The batch's current traces towards the key, in the order of their questions."""
    rows = batch.traces.of_key().filter(is_current=True).select_related("question")
    return [_short(row, batch) for row in rows.order_by("question_id")]


def _short(row: Trace, batch: Batch) -> ShortTrace:
    record = store.trace_record(row) if row.record else None
    cot = record.cot if record else None
    return ShortTrace(
        row,
        cot.steps if cot else (),
        cot.conclusion if cot else "",
        None if batch.is_demonstration else _costs(row),
    )


def _costs(row: Trace) -> Costs:
    return costs_of(LLMCall.objects.filter(trace=row))
