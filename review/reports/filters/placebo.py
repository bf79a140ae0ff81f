"""What the filters are worth: how often clinicians accept what argues for a wrong option."""

from collections.abc import Iterator

import numpy as np

from pipeline.models import Trace
from pipeline.statistics.estimate import Estimate
from pipeline.statistics.intervals import proportion
from review.evidence.items import Evidence
from review.models import Grade
from review.reports.document import Cell, Column, Section, Table
from review.reports.facts import Facts
from review.reports.filters.measures import NOT_SAMPLED
from review.reports.shares import weighted_sample
from review.reports.wording import with_plot

READING = (
    "Placebo items argue for a wrong option, which was shown as the answer key; raters knew that "
    "there were some, and not which. The filters are worth what sets the arms apart: if clinicians "
    "accept as much of what was kept towards a wrong option as of what was kept towards the answer "
    "key, then keeping says nothing.",
    "So that all arms are measured alike, an item is accepted here if every rater who could judge "
    "accepts it and none disputes its answer key; adjudications are left aside. Shares towards the "
    "answer key are weighted to the batch. Placebo items were drawn at random within arm and "
    "verdict; their intervals are Wilson's.",
)
COVERS = "The intervals say how a figure would vary over other samples of these batches."
ARMS = {
    Trace.Arm.PLACEBO_RANDOM.value: "Towards a wrong option at random",
    Trace.Arm.PLACEBO_NEAREST.value: "Towards the nearest wrong option",
}
COLUMNS = (
    Column("traces", "Traces"),
    Column("graded", "Graded items", "items"),
    Column("accepted", "Share accepted", "share"),
    Column("disputed", "Answer key disputed", "items"),
    Column("flagged", "With a safety flag", "items"),
)


def placebo_section(facts: Facts) -> Section:
    """Accepted by clinicians, by arm and verdict."""
    table = Table(
        "placebo",
        "Accepted by clinicians, by what the trace argues for",
        COLUMNS,
        (*_towards_key(facts), *_placebos(facts)),
    )
    plotted = with_plot(table, "intervals", "traces", ("accepted",), covers=COVERS)
    return Section("placebo", "What the filters are worth", READING, (plotted,))


def accepted_by_all(item: Evidence) -> float | None:
    """1 if every rater who could judge accepts the item and nobody disputes its key, else 0.

    None while nobody has judged it.
    """
    if not item.ratings:
        return None
    accepted = all(rating.decision == Grade.Decision.ACCEPT for rating in item.ratings)
    return float(accepted and not _disputed(item))


def _disputed(item: Evidence) -> bool:
    return any(grade.answer_key_disputed for grade in item.grades)


def _towards_key(facts: Facts) -> Iterator[tuple[Cell, ...]]:
    sample = weighted_sample(facts, accepted_by_all, settles=False)
    for kept in (True, False):
        items = [item for item in facts.items if item.kept is kept]
        known = kept or facts.study.design["include_discarded"]
        domain = np.array([item.kept is kept for item in facts.items], dtype=bool)
        share = sample.share(domain) if known else NOT_SAMPLED
        yield _row("Towards the answer key", kept, items, share)


def _placebos(facts: Facts) -> Iterator[tuple[Cell, ...]]:
    for arm, title in ARMS.items():
        for kept in (True, False):
            items = [item for item in facts.placebos if (item.arm, item.kept) == (arm, kept)]
            answers = [answer for item in items if (answer := accepted_by_all(item)) is not None]
            if items:
                yield _row(title, kept, items, proportion(int(sum(answers)), len(answers)))


def _row(title: str, kept: bool, items: list[Evidence], share: Estimate) -> tuple[Cell, ...]:
    graded = [item for item in items if item.ratings]
    return (
        f"{title}, {'kept' if kept else 'discarded'}",
        len(graded),
        share,
        sum(map(_disputed, graded)),
        sum(any(grade.safety_flag for grade in item.grades) for item in graded),
    )
