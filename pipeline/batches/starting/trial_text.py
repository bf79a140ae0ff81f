"""What a trial has made, as lines of text."""

from collections.abc import Iterator

from pipeline.batches.starting.short_traces import ShortTrace, traces_in_short
from pipeline.jobs.costs import Costs
from pipeline.models import Batch


def trial_lines(batch: Batch) -> Iterator[str]:
    """Each trace in short, then what to do next."""
    for one in traces_in_short(batch):
        yield from _lines(one)
    reuse = "" if batch.is_demonstration else _reuse(batch)
    yield f"A trial counts in no figure. The same command without --trial starts the batch{reuse}."


def _reuse(batch: Batch) -> str:
    if batch.replay:
        return ", which uses the answers of this trial where it asks the same"
    return ", which pays for these questions again, since paid answers are not reused"


def _lines(one: ShortTrace) -> Iterator[str]:
    row = one.row
    yield f"{row.question.id_in_source}: {row.question.text}"
    yield f"  Answer key: {row.question.answer_text}"
    for step in one.steps:
        yield f"  {step.number}. {step.text}"
    if one.conclusion:
        yield f"  Conclusion: {one.conclusion}"
    yield f"  {_verdict(one)}{f'; {_cost(one.costs)}' if one.costs else ''}"


def _verdict(one: ShortTrace) -> str:
    row = one.row
    if row.state == row.State.FAILED:
        return f"Failed: {row.failure_title}. {row.failure_detail}".rstrip()
    if row.state != row.State.MADE:
        return f"Not made: {row.state}"
    return "Kept" if row.kept else f"Discarded by {row.rejection_titles}"


def _cost(costs: Costs) -> str:
    calls = f"{costs.calls:,} calls, {costs.replayed:,} of them replayed, {costs.tokens:,} tokens"
    if costs.unknown:
        return f"{calls}, cost unknown: a price is missing"
    paid = " and ".join(f"{amount:.4f} {currency}" for currency, amount in costs.money)
    return f"{calls}, {paid or 'nothing paid'}"
