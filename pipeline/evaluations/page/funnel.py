"""The funnel of an evaluation that may still be running, counted by the database."""

from dataclasses import dataclass, replace

from django.db.models import Count, Q

from pipeline.benchmarks.extraction import READ_STAGES, UNREAD_STAGES
from pipeline.benchmarks.scoring.funnel import Funnel, FunnelRow
from pipeline.benchmarks.scoring.outcomes import AS_STATED, NOT_ANSWERED
from pipeline.evaluations.text import stage_words
from pipeline.lists.answers import READ, RIGHT
from pipeline.models import Evaluation, EvaluationItem

KNOWN = dict.fromkeys(READ_STAGES, True) | dict.fromkeys(UNREAD_STAGES, False)


def funnel_of(evaluation: Evaluation) -> Funnel:
    """What `scoring.funnel` counts of all outcomes, in one query: a page asks it again and again.

    Stages of an earlier extractor, which this version does not have, are in it all the same.
    """
    counts = _counts(evaluation)
    earlier = {stage: bool(read) for stage, (*_, read) in counts.items() if stage not in KNOWN}
    rows = tuple(
        FunnelRow(stage, is_read, *counts.get(stage, (0, 0, 0, 0))[:3])
        for stage, is_read in {**KNOWN, **earlier, NOT_ANSWERED: False}.items()
    )
    read = sum(row.items for row in rows if row.is_read)
    return Funnel(rows, sum(row.items for row in rows), read)


def _counts(evaluation: Evaluation) -> dict[str, tuple[int, ...]]:
    """By stage: items, those under the order as stated, those that are right, those read."""
    states = (EvaluationItem.State.MADE, EvaluationItem.State.FAILED)
    rows = evaluation.answers.filter(state__in=states).order_by().values_list("stage")
    counted = rows.annotate(
        Count("pk"),
        stated=Count("pk", filter=Q(order_index=AS_STATED)),
        right=Count("pk", filter=RIGHT),
        read=Count("pk", filter=READ),
    )
    return {stage or NOT_ANSWERED: tuple(counts) for stage, *counts in counted}


@dataclass(frozen=True)
class FunnelSection:
    """Stages that have an outcome in common; `outcome` is that of the list of answers."""

    title: str
    outcome: str
    is_read: bool
    rows: tuple[tuple[str, FunnelRow], ...]
    items: int
    right: int


def sections_of(funnel: Funnel) -> list[FunnelSection]:
    """What was read, what could not be, what got no output; each stage that occurs, with its
    title."""
    rows = [row for row in funnel.rows if row.items]
    read = [row for row in rows if row.is_read]
    unread = [row for row in rows if not row.is_read and row.stage != NOT_ANSWERED]
    nothing = [row for row in rows if row.stage == NOT_ANSWERED]
    return [
        _section("Read", "read", read),
        _section("Unread", "unread", unread),
        replace(_section("No output", "no_output", nothing), rows=()),
    ]


def _section(title: str, outcome: str, rows: list[FunnelRow]) -> FunnelSection:
    return FunnelSection(
        title,
        outcome,
        outcome == "read",
        tuple((stage_words(row.stage), row) for row in rows),
        sum(row.items for row in rows),
        sum(row.right for row in rows),
    )
