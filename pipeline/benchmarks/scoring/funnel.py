"""The funnel of extraction: by which rule each output was read, and why others were not."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.benchmarks.scoring.outcomes import AS_STATED, NOT_ANSWERED, Answers


@dataclass(frozen=True, slots=True)
class FunnelRow:
    """One stage: its items under all orders, those as stated, and how many of all are right.

    `right` says how far a rule can be trusted; it is 0 for a stage that reads no letter.
    """

    stage: str
    is_read: bool
    items: int
    items_as_stated: int
    right: int


@dataclass(frozen=True, slots=True)
class Funnel:
    """Every stage once, in the extractor's order, the empty ones too; they add up to `items`."""

    rows: tuple[FunnelRow, ...]
    items: int
    read: int


def funnel(answers: Answers, read_stages: Sequence[str], unread_stages: Sequence[str]) -> Funnel:
    """Count items by stage. The stages are the extractor's own; what no output came of is last.

    Raises ValueError for an outcome of another stage, or one whose stage and letter contradict
    each other: nothing may fall out of the count.
    """
    stages = dict.fromkeys(read_stages, True) | dict.fromkeys((*unread_stages, NOT_ANSWERED), False)
    items, stated, right = Counter[str](), Counter[str](), Counter[str]()
    for outcome in answers.outcomes:
        if stages.get(outcome.stage) is not outcome.is_read:
            raise ValueError(f"Stage {outcome.stage!r} does not go with label {outcome.label!r}.")
        items[outcome.stage] += 1
        stated[outcome.stage] += outcome.order == AS_STATED
        right[outcome.stage] += outcome.is_right
    rows = tuple(
        FunnelRow(stage, is_read, items[stage], stated[stage], right[stage])
        for stage, is_read in stages.items()
    )
    return Funnel(rows, len(answers.outcomes), sum(row.items for row in rows if row.is_read))
