"""Totals of bootstrap replicates that draw raters as well as questions (Owen 2007, pigeonhole).

A drawn rater counts as often as drawn, so an item's totals depend on its replicate only through
the weights of its raters. Items are therefore grouped by who rated them: the weights are computed
once for each such panel, and its items are one matrix product instead of a loop.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from pipeline.statistics.agreement.rating_table import RatingTable
from pipeline.statistics.estimate import FloatArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """Items that the same raters rated: `category` is what each gave (items x raters)."""

    raters: IntArray
    items: IntArray
    category: IntArray


def replicate_totals(table: RatingTable, questions: FloatArray, raters: FloatArray) -> FloatArray:
    """The rows of AgreementTotals for each replicate.

    `questions` and `raters` say how often each replicate drew them (replicates x questions,
    replicates x raters). A rater drawn twice is never paired with themselves: that
    would count perfect agreement that nobody showed.
    """
    points, weights = len(table.scale), table.item_weights
    totals = np.zeros((len(raters), 2 + points + points * (points + 1)))
    for panel in item_panels(table):
        item_weights = questions[:, table.question[panel.items]] * weights[panel.items]
        totals += _panel_totals(panel, points, item_weights, raters[:, panel.raters])
    return totals


def without_each_rater(table: RatingTable) -> FloatArray:
    """The rows of AgreementTotals without the ratings of one rater, for each of them."""
    raters = len(table.raters)
    return replicate_totals(table, np.ones((raters, table.questions)), 1 - np.eye(raters))


def item_panels(table: RatingTable) -> Iterator[Panel]:
    """The items of each set of raters."""
    order = np.lexsort((table.rater, table.item))
    sizes = table.ratings_of_item
    start = np.cumsum(sizes) - sizes
    for size in np.unique(sizes[sizes > 0]):
        items = np.flatnonzero(sizes == size)
        ratings = order[start[items][:, None] + np.arange(size)]
        sets, member = np.unique(table.rater[ratings], axis=0, return_inverse=True)
        for index, raters in enumerate(sets):
            members = member.ravel() == index
            yield Panel(raters, items[members], table.category[ratings[members]])


def _panel_totals(
    panel: Panel, points: int, item_weights: FloatArray, weights: FloatArray
) -> FloatArray:
    size = weights.sum(axis=1)
    # Ordered pairs of different raters: all pairs less those of a rater with themselves.
    pairs = size**2 - np.sum(weights**2, axis=1)
    item_count = item_weights.sum(axis=1)
    given_points = (item_weights @ _point_indicators(panel, points)).reshape(
        len(item_weights), -1, points
    )
    pair_cells = _pair_cells(panel, points, item_weights, weights, pairs)
    return np.column_stack(
        [
            item_count * (size > 0),
            item_count * (pairs > 0),
            np.einsum("bj,bjk->bk", _quotient(weights, size), given_points),
            pair_cells,
            pair_cells * size[:, None],
        ]
    )


def _pair_cells(
    panel: Panel, points: int, item_weights: FloatArray, weights: FloatArray, pairs: FloatArray
) -> FloatArray:
    """Pairs of points among the pairs of ratings, an item weighing one (replicates x cells)."""
    cells = points * (points + 1) // 2
    rater_pairs = list(combinations(range(weights.shape[1]), 2))
    if not rater_pairs:
        return np.zeros((len(item_weights), cells))
    products = np.stack(
        [weights[:, first] * weights[:, second] for first, second in rater_pairs], axis=1
    )
    cell_counts = (item_weights @ _cell_indicators(panel, points, rater_pairs)).reshape(
        len(item_weights), len(rater_pairs), cells
    )
    return np.asarray(np.einsum("bp,bpc->bc", _quotient(products, pairs), cell_counts))


def _point_indicators(panel: Panel, points: int) -> FloatArray:
    """Which point each rater gave (items x raters times points), as 0 and 1."""
    return np.eye(points)[panel.category].reshape(len(panel.items), -1)


def _cell_indicators(panel: Panel, points: int, rater_pairs: list[tuple[int, int]]) -> FloatArray:
    """Which two points each pair of raters gave (items x pairs times cells); 2 where alike."""
    cell = np.zeros((points, points), dtype=np.int64)
    row, column = np.triu_indices(points)
    cell[row, column] = cell[column, row] = np.arange(len(row))
    counted = np.diag(np.where(row == column, 2.0, 1.0))
    first, second = (panel.category[:, list(side)] for side in zip(*rater_pairs, strict=True))
    return np.asarray(counted[cell[first, second]].reshape(len(panel.items), -1))


def _quotient(parts: FloatArray, whole: FloatArray) -> FloatArray:
    """Parts of a whole by replicate, 0 where there is none."""
    known = np.broadcast_to((whole > 0)[:, None], parts.shape)
    return np.divide(parts, whole[:, None], where=known, out=np.zeros_like(parts))
