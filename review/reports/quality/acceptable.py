"""The share acceptable: in the batch, in parts of it, for other raters; and who did not answer."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from pipeline.statistics.consensus import ACCEPT
from pipeline.statistics.estimate import BoolArray
from pipeline.statistics.estimation.across_raters import ESTIMAND as OTHER_RATERS
from pipeline.statistics.estimation.across_raters import share_across_raters
from review.evidence.items import Evidence
from review.reports.document import Cell, Column, Table
from review.reports.facts import Facts
from review.reports.shares import Weighted
from review.reports.wording import plotted

WHOLE = "all traces"
COLUMNS = (
    Column("share", "Acceptable", "share"),
    Column("lowest", "If none of the unanswered were", "share"),
    Column("highest", "If all of them were", "share"),
    Column("items", "Items sampled", "items"),
    Column("unanswered", "Without an answer", "items"),
    Column("more", "More grades for ± 5 points", "items"),
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
    drawn: bool = True

    def has(self, value: str) -> Callable[[Evidence], bool]:
        """Whether an item has the value."""
        return lambda one: value in map(str, self.values(one))


def _edges(number: int) -> str:
    return f"{number} edge{'' if number == 1 else 's'}" if number else "no path cited"


VARIABLES = (
    Variable("source", "Source of the question", lambda one: [one.source]),
    Variable("verdict", "Verdict", lambda one: ["kept" if one.kept else "discarded"]),
    Variable("specialty", "Specialty of the question", lambda one: [one.specialty or "not stated"]),
    Variable("path_length", "Longest cited path", lambda one: [_edges(one.features.path_length)]),
    Variable("relation", "Relation cited by a step", lambda one: one.features.relations),
    Variable(
        "layer", "Search that found a cited path", lambda one: one.features.layers, drawn=False
    ),
    Variable(
        "stage", "How the ends of paths were linked", lambda one: one.features.stages, drawn=False
    ),
    Variable(
        "grouped",
        "Grouped disease on a cited path",
        lambda one: ["yes" if one.features.grouped else "no"],
        drawn=False,
    ),
    Variable(
        "negative",
        "Negative edge cited",
        lambda one: ["yes" if one.features.negative else "no"],
        drawn=False,
    ),
)


def whole_table(found: Weighted) -> Table:
    """The share acceptable in the batch, with its bounds."""
    between = found.bounds()
    name, share, _, _, *counts = _row(WHOLE, found, None)
    cells = (name, share, between.lowest, between.highest, *counts)
    title = "Share acceptable in the batch"
    return Table("acceptable", title, (Column("of", "Of"), *COLUMNS), (cells,), NOTE)


def part_table(found: Weighted, variable: Variable) -> Table:
    """The share acceptable by the values of a variable."""
    values = sorted({str(value) for one in found.items for value in variable.values(one)})
    rows = [_row(value, found, found.where(variable.has(value))) for value in values]
    table = Table(
        f"by_{variable.key}",
        f"Share acceptable by: {variable.title}",
        (Column("of", variable.title), *COLUMNS),
        tuple(rows),
        NOTE,
        "No sampled trace has a value of this.",
    )
    if not variable.drawn:
        return table
    whole = found.share().value
    covers = "The intervals are over other samples of this batch."
    return plotted(table, "intervals", "of", ("share",), covers=covers, reference=whole)


def _row(name: str, found: Weighted, domain: BoolArray | None) -> tuple[Cell, ...]:
    estimate, between = found.share(domain), found.bounds(domain)
    inside = np.ones(len(found.items), dtype=bool) if domain is None else domain
    return (
        name,
        estimate,
        between.lowest.value,
        between.highest.value,
        int(inside.sum()),
        int(np.sum(inside & ~found.sample.answered)),
        found.more(estimate, domain).grades,
    )


def response_table(facts: Facts) -> Table:
    """Items with a consensus that counts, and why the others have none."""
    why = Counter(one.unanswered or "answered" for one in facts.items)
    stand_for = dict.fromkeys(why, 0.0)
    for one in facts.items:
        stand_for[one.unanswered or "answered"] += 1 / (one.probability or 1)
    return Table(
        "response",
        "Who answered",
        (
            Column("what", "The item was"),
            Column("items", "Items", "items"),
            Column("share", "Share of the sample", "share"),
            Column("traces", "Traces these stand for", "items"),
        ),
        tuple(
            (name, count, count / len(facts.items), round(stand_for[name]))
            for name, count in sorted(why.items(), key=lambda both: (both[0] != "answered", both))
        ),
        "Unanswered items leave their weight to the answered ones of their stratum; the bounds "
        "show what they could change at most.",
    )


def other_raters_table(facts: Facts, found: Weighted) -> Table:
    """The share that other raters like these would accept: grades, not a consensus."""
    places, raters, accepts = [], [], []
    for place, one in enumerate(facts.items):
        for grade in one.independent:
            if grade.rating is not None and not one.key:
                places.append(place)
                raters.append(grade.rater)
                accepts.append(float(grade.rating.decision == ACCEPT))
    _, codes = np.unique(np.array(raters, dtype=str), return_inverse=True)
    estimate = share_across_raters(
        found.sample, np.array(places, dtype=np.int64), codes.astype(np.int64), np.array(accepts)
    )
    return Table(
        "other_raters",
        "Share that other raters would accept",
        (Column("of", "Of"), Column("share", "Accepted", "share")),
        ((WHOLE, estimate),),
        f"{OTHER_RATERS[0].upper()}{OTHER_RATERS[1:]}: a mean of grades, not a consensus. "
        "Questions and raters are both resampled.",
    )
