"""Raters beside each other: pairs, severity and drift. Only pseudonyms appear."""

from collections.abc import Sequence
from itertools import product

import numpy as np

from pipeline.statistics.agreement.cohen_kappa import RaterPair, rater_pairs
from pipeline.statistics.agreement.severity import rater_severities, residual_windows
from review.reports.agreement.coefficients import Measured
from review.reports.document import Cell, Column, Table
from review.reports.facts import Facts
from review.reports.wording import plotted

# Dozens of pairs: fewer resamples each than for the panel's figures.
REPLICATES = 200
PARTS = 4
# The cells of each pair are listed where the scale is as short as this.
FEW_POINTS = 3
RATER = Column("rater", "Rater")
COVERS = "The intervals are over questions."
NO_PAIR = "No two raters have graded the same item."


def panel_table(facts: Facts) -> Table:
    """Who had a place in the study, and what each graded of the sample."""
    graded: dict[str, int] = {}
    for one in facts.items:
        for grade in one.independent:
            graded[grade.rater] = graded.get(grade.rater, 0) + 1
    return Table(
        "panel",
        "The panel",
        (
            RATER,
            Column("specialty", "Specialty"),
            Column("seniority", "Seniority"),
            Column("graded", "Sampled items graded", "items"),
        ),
        tuple(
            (one.pseudonym, one.specialty, one.seniority, graded.get(one.pseudonym, 0))
            for one in facts.panel
        ),
    )


def pair_tables(one: Measured) -> tuple[Table, Table]:
    """The panel's confusion of a criterion, and each pair's with Cohen's weighted kappa."""
    found = rater_pairs(one.table, replicates=REPLICATES)
    return _confusion(one, found), _each_pair(one, found)


def _confusion(one: Measured, found: Sequence[RaterPair]) -> Table:
    """Both directions of every pair are counted, so the table is symmetric."""
    scale = [str(point) for point in one.criterion.scale]
    met = np.zeros((len(scale), len(scale)), dtype=int)
    for pair in found:
        met += pair.confusion + pair.confusion.T
    counts = zip(scale, met.tolist(), strict=True)
    rows: list[tuple[Cell, ...]] = [(said, *row) for said, row in counts] if found else []
    table = Table(
        f"confusion_{one.criterion.key}",
        f"What two raters of an item said: {one.criterion.title}",
        (Column("said", "One said"), *(Column(f"p_{p}", p, "items") for p in scale)),
        tuple(rows),
        "Pairs of ratings of one item, each counted from both sides. Columns: what the other said.",
        NO_PAIR,
    )
    return plotted(table, "heat", "said", tuple(f"p_{point}" for point in scale))


def _each_pair(one: Measured, found: Sequence[RaterPair]) -> Table:
    scale = [str(point) for point in one.criterion.scale]
    cells = list(product(scale, repeat=2)) if len(scale) <= FEW_POINTS else []
    return Table(
        f"pairs_{one.criterion.key}",
        f"Pairs of raters: {one.criterion.title}",
        (
            Column("first", "First rater"),
            Column("second", "Second rater"),
            Column("kappa", "Cohen's kappa, quadratic weights", "coefficient"),
            *(Column(f"c_{a}_{b}", f"{a} / {b}", "items") for a, b in cells),
        ),
        tuple(
            (
                str(pair.first),
                str(pair.second),
                pair.kappa,
                *pair.confusion.ravel().tolist()[: len(cells)],
            )
            for pair in found
        ),
        f"{'Items by what the first / the second rater said. ' if cells else ''}"
        "Intervals over questions.",
        NO_PAIR,
        folded=True,
    )


def severity_table(one: Measured) -> Table:
    """Each rater's severity and drift on a scale."""
    table = Table(
        f"severity_{one.criterion.key}",
        f"Severity and drift: {one.criterion.title}",
        (
            RATER,
            Column("residual", "Above or below peers", "points"),
            Column("drift", "Later half less earlier half", "points"),
        ),
        tuple((str(each.rater), each.residual, each.drift) for each in rater_severities(one.table)),
        "Mean of a rater's ratings less the other raters' on the same items; below 0 is severe. "
        "Peers are not a truth: a severe rater among severe ones shows nothing.",
        "Nobody has graded yet.",
    )
    return plotted(table, "intervals", "rater", ("residual",), covers=COVERS, reference=0.0)


def drift_table(one: Measured) -> Table:
    """Each rater's residual in successive quarters of their own work."""
    quarters = [Column(f"quarter_{q}", f"Quarter {q}", "points") for q in range(1, PARTS + 1)]
    rows: list[tuple[Cell, ...]] = [
        (str(rater), *residual_windows(one.table, rater, parts=PARTS)) for rater in one.table.raters
    ]
    table = Table(
        f"drift_{one.criterion.key}",
        f"Above or below peers through the work: {one.criterion.title}",
        (RATER, *quarters),
        tuple(rows),
        "Quarters of the rater's own ratings, equal in number, in the order given. Intervals over "
        "questions.",
        "Nobody has graded yet.",
        folded=True,
    )
    drawn = tuple(quarter.key for quarter in quarters)
    return plotted(table, "intervals", "rater", drawn, covers=COVERS, reference=0.0)
