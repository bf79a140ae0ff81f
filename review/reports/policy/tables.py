"""A policy's effect on a study as tables: quality, sources, reasons, compared with a saved policy.

Shown while a policy is tried.
"""

from collections.abc import Iterator

from pipeline.statistics.estimate import Estimate
from review.evidence.policies import Rules
from review.reports.document import Cell, Column, Headline, Table
from review.reports.policy.simulation import (
    Simulation,
    batch_size,
    losses_by_reason,
    quality_of_graded,
    quality_of_release,
    scale_share,
    share_taken,
    simulate,
    sources_of,
)

BY_RULE = "100 % by its rule"
QUALITY_NOTE = (
    "Where a policy asks for accept, all graded traces it takes are acceptable by its rule, which "
    "says nothing about the others. The second line is what to expect of traces that nobody will "
    "grade: the share that the panel accepts of the graded traces that pass the same filters. The "
    "last is a release of this study made now: known for its graded traces, expected for the "
    "others."
)
SOURCES_NOTE = (
    "Estimated as if traces not graded yet, and items still to be settled, turned out like the "
    "settled ones of their stratum. The sources that lose most come first."
)
REASONS_NOTE = (
    "A release records the first reason. Items that one reason alone leaves out would be taken "
    "by a policy without that rule."
)


def policy_tables(simulation: Simulation, *, saved: tuple[str, Rules] | None = None) -> list[Table]:
    """What a policy does, beside a saved one (its name and rules) where one is chosen."""
    tables = [quality_table(simulation), sources_table(simulation), reasons_table(simulation)]
    if saved:
        name, rules = saved
        tables.insert(
            1,
            compared_table(simulation, name, simulate(rules, simulation.facts, simulation.learned)),
        )
    return tables


def policy_headlines(simulation: Simulation) -> list[Headline]:
    """The figures that move while a policy is tried."""
    items = f"{simulation.taken.sum():,} of {len(simulation.taken):,}"
    batch, passing = (
        scale_share(share_taken(simulation), batch_size(simulation)),
        simulation.quality.stratified,
    )
    return [
        Headline("Items of the study taken", items),
        Headline(
            f"Of {batch_size(simulation):,.0f} traces in the batch, it would take", batch, "items"
        ),
        Headline("Acceptable in a release made now", _release(simulation, passing), "share"),
        Headline("Acceptable of what passes its filters", passing, "share"),
    ]


def _release(simulation: Simulation, passing: Estimate) -> Cell:
    """Where only accepted traces are taken, that all are acceptable says nothing of the batch."""
    by_rule = (
        simulation.rules.only_accepted
        and simulation.taken.any()
        and not simulation.taken_ungraded.any()
    )
    return BY_RULE if by_rule else quality_of_release(simulation, passing)


def quality_table(simulation: Simulation) -> Table:
    """Share acceptable: of what was graded, of what passes the filters, of a release made now."""
    passing = simulation.quality
    graded = simulation.taken & simulation.columns.graded
    by_rule = simulation.rules.only_accepted and graded.any()
    rows: tuple[tuple[Cell, ...], ...] = (
        (
            "Graded traces that it takes",
            int(graded.sum()),
            BY_RULE if by_rule else quality_of_graded(simulation),
            None,
            None,
            None,
        ),
        (
            "Traces that pass its filters, graded or not",
            int(simulation.passing.sum()),
            passing.stratified,
            passing.assisted,
            passing.bounds.lowest,
            passing.bounds.highest,
        ),
        (
            "A release made now",
            int(simulation.taken.sum()),
            _release(simulation, passing.stratified),
            _release(simulation, passing.assisted),
            _release(simulation, passing.bounds.lowest),
            _release(simulation, passing.bounds.highest),
        ),
    )
    columns = (
        Column("which", "Which"),
        Column("items", "Items", "items"),
        Column("acceptable", "Share acceptable", "share"),
        Column("assisted", "With the learned score", "share"),
        Column("lowest", "If no unanswered or waiting item were acceptable", "share"),
        Column("highest", "If all of them were", "share"),
    )
    return Table("quality", "Quality of what it takes", columns, rows, QUALITY_NOTE)


def sources_table(simulation: Simulation) -> Table:
    """What is taken of each source, and what it loses against everything made."""
    rows = sorted(_source_rows(simulation), key=_loss, reverse=True)
    columns = (
        Column("source", "Source"),
        Column("items", "Items", "items"),
        Column("taken", "Items taken", "items"),
        Column("made", "Traces in the batch", "items"),
        Column("batch", "Traces it would take", "items"),
        Column("lost", "Share it would lose", "share"),
    )
    return Table("sources", "By source", columns, tuple(rows), SOURCES_NOTE)


def _source_rows(simulation: Simulation) -> Iterator[tuple[Cell, ...]]:
    for source, inside in sources_of(simulation):
        share, size = share_taken(simulation, inside), batch_size(simulation, inside)
        yield (
            source,
            int(inside.sum()),
            int((simulation.taken & inside).sum()),
            round(size),
            scale_share(share, size),
            share.complement(),
        )


def _loss(row: tuple[Cell, ...]) -> float:
    lost = getattr(row[-1], "value", None)
    return -1.0 if lost is None else float(lost)


def reasons_table(simulation: Simulation) -> Table:
    """Why items are left out."""
    rows = tuple(
        (loss.reason, loss.first, loss.alone, loss.share, loss.source)
        for loss in losses_by_reason(simulation)
    )
    columns = (
        Column("reason", "Reason"),
        Column("first", "Items, by first reason", "items"),
        Column("alone", "Items left out by it alone", "items"),
        Column("share", "Share of the batch", "share"),
        Column("source", "Source that loses most"),
    )
    return Table("reasons", "Left out", columns, rows, REASONS_NOTE, empty="Every item is taken.")


def compared_table(simulation: Simulation, name: str, saved: Simulation) -> Table:
    """The policy beside a saved one."""
    columns = (
        Column("policy", "Policy"),
        Column("taken", "Items taken", "items"),
        Column("apart", "Of these, left out by the other", "items"),
        Column("ungraded", "Of these, graded by nobody", "items"),
        Column("batch", "Traces of the batch it would take", "items"),
        Column("passing", "Share acceptable of what passes its filters", "share"),
        Column("release", "Share acceptable in a release made now", "share"),
    )
    rows = (_compared("This policy", simulation, saved), _compared(name, saved, simulation))
    return Table("compared", f"Compared with the saved policy {name}", columns, rows)


def _compared(title: str, simulation: Simulation, other: Simulation) -> tuple[Cell, ...]:
    passing = simulation.quality.stratified
    return (
        title,
        int(simulation.taken.sum()),
        int((simulation.taken & ~other.taken).sum()),
        int(simulation.taken_ungraded.sum()),
        scale_share(share_taken(simulation), batch_size(simulation)),
        passing,
        _release(simulation, passing),
    )
