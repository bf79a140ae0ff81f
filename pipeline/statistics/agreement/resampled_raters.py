"""Totals of replicates that draw raters as well as questions, without visiting items one by one.

A drawn rater counts as often as drawn, so an item's totals depend on its replicate only through
the weights of its raters. Items are therefore put together by who rated them: the weights are
worked out once for each such panel, and its items are one matrix product.
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


def drawn_totals(table: RatingTable, questions: FloatArray, raters: FloatArray) -> FloatArray:
    """The rows of totals.Totals for each replicate.

    `questions` and `raters` say how often each replicate drew them (replicates x questions,
    replicates x raters). A rater drawn twice is never paired with themselves: that would be
    perfect agreement made of nothing.
    """
    points = len(table.scale)
    totals = np.zeros((len(raters), 2 + points + points * (points + 1)))
    for panel in panels(table):
        drawn = questions[:, table.question[panel.items]]
        totals += _totals(panel, points, drawn, raters[:, panel.raters])
    return totals


def panels(table: RatingTable) -> Iterator[Panel]:
    """The items of each set of raters."""
    order = np.lexsort((table.rater, table.item))
    size = table.ratings_of_item
    start = np.cumsum(size) - size
    for many in np.unique(size[size > 0]):
        items = np.flatnonzero(size == many)
        places = order[start[items][:, None] + np.arange(many)]
        sets, member = np.unique(table.rater[places], axis=0, return_inverse=True)
        for one, raters in enumerate(sets):
            theirs = member.ravel() == one
            yield Panel(raters, items[theirs], table.category[places[theirs]])


def _totals(panel: Panel, points: int, drawn: FloatArray, weights: FloatArray) -> FloatArray:
    size = weights.sum(axis=1)
    pairs = size**2 - np.sum(weights**2, axis=1)
    times = drawn.sum(axis=1)
    said = (drawn @ _said(panel, points)).reshape(len(drawn), -1, points)
    agreed = _agreed(panel, points, drawn, weights, pairs)
    return np.column_stack(
        [
            times * (size > 0),
            times * (pairs > 0),
            np.einsum("bj,bjk->bk", _shared(weights, size), said),
            agreed,
            agreed * size[:, None],
        ]
    )


def _agreed(
    panel: Panel, points: int, drawn: FloatArray, weights: FloatArray, pairs: FloatArray
) -> FloatArray:
    """Pairs of points among the pairs of ratings, an item weighing one (replicates x cells)."""
    cells = points * (points + 1) // 2
    both = list(combinations(range(weights.shape[1]), 2))
    if not both:
        return np.zeros((len(drawn), cells))
    products = np.stack([weights[:, one] * weights[:, other] for one, other in both], axis=1)
    met = (drawn @ _met(panel, points, both)).reshape(len(drawn), len(both), cells)
    return np.asarray(np.einsum("bp,bpc->bc", _shared(products, pairs), met))


def _said(panel: Panel, points: int) -> FloatArray:
    """Which point each rater gave (items x raters times points), as 0 and 1."""
    return np.eye(points)[panel.category].reshape(len(panel.items), -1)


def _met(panel: Panel, points: int, both: list[tuple[int, int]]) -> FloatArray:
    """Which two points each pair of raters gave (items x pairs times cells); 2 where alike."""
    cell = np.zeros((points, points), dtype=np.int64)
    first, second = np.triu_indices(points)
    cell[first, second] = cell[second, first] = np.arange(len(first))
    counted = np.diag(np.where(first == second, 2.0, 1.0))
    one, other = (panel.category[:, list(side)] for side in zip(*both, strict=True))
    return np.asarray(counted[cell[one, other]].reshape(len(panel.items), -1))


def _shared(parts: FloatArray, whole: FloatArray) -> FloatArray:
    """Parts of a whole by replicate, 0 where there is none."""
    known = np.broadcast_to((whole > 0)[:, None], parts.shape)
    return np.divide(parts, whole[:, None], where=known, out=np.zeros_like(parts))
