"""Raters beside each other: pairs, severity and drift. Only pseudonyms appear."""

from collections.abc import Sequence
from itertools import product

import numpy as np

from pipeline.statistics.agreement.cohen_kappa import RaterPair, rater_pairs
from pipeline.statistics.agreement.severity import rater_severities, residual_windows
from review.reports.agreement.coefficients import CriterionAgreement
from review.reports.document import Cell, Column, Table
from review.reports.facts import Facts
from review.reports.wording import with_plot

# Dozens of pairs: fewer resamples each than for the panel's figures.
REPLICATES = 200
QUARTERS = 4
# The cells of each pair are listed where the scale is as short as this.
MAX_POINTS_LISTED = 3
RATER = Column("rater", "Rater")
COVERS = "The intervals are over questions."
NO_PAIR = "No two raters have graded the same item."


def panel_table(facts: Facts) -> Table:
    """The study's raters, and how many sampled items each has graded."""
    graded: dict[str, int] = {}
    for item in facts.items:
        for grade in item.independent:
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
            (rater.pseudonym, rater.specialty, rater.seniority, graded.get(rater.pseudonym, 0))
            for rater in facts.panel
        ),
    )


def pair_tables(result: CriterionAgreement) -> tuple[Table, Table]:
    """The panel's confusion of a criterion, and each pair's with Cohen's weighted kappa."""
    pairs = rater_pairs(result.table, replicates=REPLICATES)
    return _confusion_table(result, pairs), _pair_table(result, pairs)


def _confusion_table(result: CriterionAgreement, pairs: Sequence[RaterPair]) -> Table:
    """Both directions of every pair are counted, so the table is symmetric."""
    scale = [str(point) for point in result.criterion.scale]
    confusion = np.zeros((len(scale), len(scale)), dtype=int)
    for pair in pairs:
        confusion += pair.confusion + pair.confusion.T
    counts = zip(scale, confusion.tolist(), strict=True)
    rows: list[tuple[Cell, ...]] = [(point, *row) for point, row in counts] if pairs else []
    table = Table(
        f"confusion_{result.criterion.key}",
        f"What two raters of an item said: {result.criterion.title}",
        (Column("said", "One said"), *(Column(f"p_{p}", p, "items") for p in scale)),
        tuple(rows),
        "Pairs of ratings of one item, each counted both ways. Columns: what the other rater said.",
        NO_PAIR,
    )
    return with_plot(table, "heat", "said", tuple(f"p_{point}" for point in scale))


def _pair_table(result: CriterionAgreement, pairs: Sequence[RaterPair]) -> Table:
    scale = [str(point) for point in result.criterion.scale]
    cells = list(product(scale, repeat=2)) if len(scale) <= MAX_POINTS_LISTED else []
    return Table(
        f"pairs_{result.criterion.key}",
        f"Pairs of raters: {result.criterion.title}",
        (
            Column("first", "First rater"),
            Column("second", "Second rater"),
            Column("kappa", "Cohen's kappa (quadratic weights)", "coefficient"),
            *(Column(f"c_{a}_{b}", f"{a} / {b}", "items") for a, b in cells),
        ),
        tuple(
            (
                str(pair.first),
                str(pair.second),
                pair.kappa,
                *pair.confusion.ravel().tolist()[: len(cells)],
            )
            for pair in pairs
        ),
        f"{'Items by what the first / the second rater said. ' if cells else ''}"
        "Intervals over questions.",
        NO_PAIR,
        folded=True,
    )


def severity_table(result: CriterionAgreement) -> Table:
    """Each rater's severity and drift on a scale."""
    table = Table(
        f"severity_{result.criterion.key}",
        f"Severity and drift: {result.criterion.title}",
        (
            RATER,
            Column("residual", "Above or below peers", "points"),
            Column("drift", "Later half minus earlier half", "points"),
        ),
        tuple(
            (str(severity.rater), severity.residual, severity.drift)
            for severity in rater_severities(result.table)
        ),
        "Mean of a rater's ratings minus the other raters' on the same items; below 0 is severe. "
        "Peers are not the truth: a severe rater among severe raters does not stand out.",
        "Nobody has graded yet.",
    )
    return with_plot(table, "intervals", "rater", ("residual",), covers=COVERS, reference=0.0)


def drift_table(result: CriterionAgreement) -> Table:
    """Each rater's residual in successive quarters of their own work."""
    quarters = [Column(f"quarter_{q}", f"Quarter {q}", "points") for q in range(1, QUARTERS + 1)]
    rows: list[tuple[Cell, ...]] = [
        (str(rater), *residual_windows(result.table, rater, parts=QUARTERS))
        for rater in result.table.raters
    ]
    table = Table(
        f"drift_{result.criterion.key}",
        f"Above or below peers over time: {result.criterion.title}",
        (RATER, *quarters),
        tuple(rows),
        "Each rater's own ratings, in the order given, in four equal parts. Intervals over "
        "questions.",
        "Nobody has graded yet.",
        folded=True,
    )
    keys = tuple(quarter.key for quarter in quarters)
    return with_plot(table, "intervals", "rater", keys, covers=COVERS, reference=0.0)
