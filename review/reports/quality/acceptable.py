"""The share acceptable: in the batch, in parts of it, for other raters; and items unanswered."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from pipeline.statistics.consensus import ACCEPT
from pipeline.statistics.estimate import FEW_RATERS, BoolArray
from pipeline.statistics.estimation.across_raters import ESTIMAND as OTHER_RATERS
from pipeline.statistics.estimation.across_raters import share_across_raters
from review.evidence.items import Evidence
from review.reports.document import Cell, Column, Table
from review.reports.facts import Facts
from review.reports.shares import MORE_COLUMNS, WeightedSample
from review.reports.wording import with_plot

WHOLE = "all traces"
COLUMNS = (
    Column("share", "Acceptable", "share"),
    Column("lowest", "If none of the unanswered or waiting were", "share"),
    Column("highest", "If all of them were", "share"),
    Column("items", "Items sampled", "items"),
    Column("unanswered", "Without an answer", "items"),
    *MORE_COLUMNS,
)
RESAMPLED = "Questions and raters are both resampled."
FEW = (
    "So few raters cannot be resampled: from three on it is a t interval, on which see the "
    "agreement report. The figures to quote are those of this panel."
)
NOTE = (
    "Share of the batch's traces that the consensus accepts, with a 95 % interval over other "
    "samples of this batch; n: items with an answer."
)


@dataclass(frozen=True, slots=True)
class Variable:
    """What the share is broken down by; an item may have several values, or none.

    `drawn`: as a plot as well.
    """

    key: str
    title: str
    values: Callable[[Evidence], Iterable[str]]
    plotted: bool = True

    def has(self, value: str) -> Callable[[Evidence], bool]:
        """Whether an item has the value."""
        return lambda item: value in map(str, self.values(item))


def _edges(number: int) -> str:
    return f"{number} edge{'' if number == 1 else 's'}" if number else "no path cited"


VARIABLES = (
    Variable("source", "Source of the question", lambda item: [item.source]),
    Variable("verdict", "Verdict", lambda item: ["kept" if item.kept else "discarded"]),
    Variable(
        "specialty", "Specialty of the question", lambda item: [item.specialty or "not stated"]
    ),
    Variable("path_length", "Longest cited path", lambda item: [_edges(item.features.path_length)]),
    Variable("relation", "Relation cited by a step", lambda item: item.features.relations),
    Variable(
        "layer", "Search that found a cited path", lambda item: item.features.layers, plotted=False
    ),
    Variable(
        "stage",
        "How the ends of paths were linked",
        lambda item: item.features.stages,
        plotted=False,
    ),
    Variable(
        "grouped",
        "Grouped disease on a cited path",
        lambda item: ["yes" if item.features.grouped else "no"],
        plotted=False,
    ),
    Variable(
        "negative",
        "Negative edge cited",
        lambda item: ["yes" if item.features.negative else "no"],
        plotted=False,
    ),
)


def whole_table(sample: WeightedSample) -> Table:
    """The share acceptable in the batch, with its bounds."""
    bounds = sample.bounds()
    name, share, _, _, *counts = _row(WHOLE, sample, None)
    cells = (name, share, bounds.lowest, bounds.highest, *counts)
    title = "Share acceptable in the batch"
    return Table("acceptable", title, (Column("of", "Of"), *COLUMNS), (cells,), NOTE)


def part_table(sample: WeightedSample, variable: Variable) -> Table:
    """The share acceptable by the values of a variable."""
    values = sorted({str(value) for item in sample.items for value in variable.values(item)})
    rows = [_row(value, sample, sample.where(variable.has(value))) for value in values]
    table = Table(
        f"by_{variable.key}",
        f"Share acceptable by: {variable.title}",
        (Column("of", variable.title), *COLUMNS),
        tuple(rows),
        NOTE,
        "No sampled trace has a value for this.",
    )
    if not variable.plotted:
        return table
    reference = sample.share().value
    covers = "The intervals are over other samples of this batch."
    return with_plot(table, "intervals", "of", ("share",), covers=covers, reference=reference)


def _row(name: str, sample: WeightedSample, domain: BoolArray | None) -> tuple[Cell, ...]:
    estimate, bounds = sample.share(domain), sample.bounds(domain)
    inside = np.ones(len(sample.items), dtype=bool) if domain is None else domain
    more = sample.more(estimate, domain)
    return (
        name,
        estimate,
        bounds.lowest.value,
        bounds.highest.value,
        int(inside.sum()),
        int(np.sum(inside & ~sample.sample.answered)),
        more.adjudications,
        more.grades,
    )


def response_table(facts: Facts) -> Table:
    """Items with a consensus that counts, and why the others have none."""
    reasons = Counter(item.unanswered or "answered" for item in facts.items)
    traces = dict.fromkeys(reasons, 0.0)
    for item in facts.items:
        traces[item.unanswered or "answered"] += 1 / (item.probability or 1)
    return Table(
        "response",
        "Items with and without an answer",
        (
            Column("what", "The item was"),
            Column("items", "Items", "items"),
            Column("share", "Share of the sample", "share"),
            Column("traces", "Traces they stand for", "items"),
        ),
        tuple(
            (name, count, count / len(facts.items), round(traces[name]))
            for name, count in sorted(
                reasons.items(),
                key=lambda reason_and_count: (reason_and_count[0] != "answered", reason_and_count),
            )
        ),
        "The weight of unanswered items goes to the answered ones of their stratum; the bounds "
        "show how far they could move the share at most.",
    )


def other_raters_table(facts: Facts, sample: WeightedSample) -> Table:
    """The share that other raters like these would accept: grades, not a consensus."""
    rows, raters, accepts = [], [], []
    for row, item in enumerate(facts.items):
        for grade in item.independent:
            if grade.rating is not None and not item.key_exclusion:
                rows.append(row)
                raters.append(grade.rater)
                accepts.append(float(grade.rating.decision == ACCEPT))
    _, codes = np.unique(np.array(raters, dtype=str), return_inverse=True)
    estimate = share_across_raters(
        sample.sample, np.array(rows, dtype=np.int64), codes.astype(np.int64), np.array(accepts)
    )
    return Table(
        "other_raters",
        "Share that other raters would accept",
        (Column("of", "Of"), Column("share", "Accepted", "share")),
        ((WHOLE, estimate),),
        f"{OTHER_RATERS[0].upper()}{OTHER_RATERS[1:]}: a mean of grades, not a consensus. "
        + (FEW if len(set(raters)) < FEW_RATERS else RESAMPLED),
    )
