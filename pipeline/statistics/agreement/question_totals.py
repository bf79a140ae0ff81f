"""Sums over a question's ratings from which every coefficient follows: a bootstrap only reweights.

They are taken once for each question; a replicate is then one row of a matrix product.
"""

from dataclasses import dataclass

import numpy as np

from pipeline.statistics.agreement.rating_table import RatingTable
from pipeline.statistics.estimate import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class AgreementTotals:
    """Sums over items, one row for each question or replicate.

    Columns: items rated; items with a pair of ratings; share of each point in an item's
    ratings; pairs of points among an item's pairs of ratings (an item weighs one); and the same
    pairs where an item weighs as many as it has ratings (Krippendorff's coincidences).
    """

    rows: FloatArray
    points: int

    @property
    def rated_items(self) -> FloatArray:
        return self.rows[:, 0]

    @property
    def paired_items(self) -> FloatArray:
        return self.rows[:, 1]

    @property
    def shares(self) -> FloatArray:
        return self.rows[:, 2 : 2 + self.points]

    @property
    def pairs(self) -> FloatArray:
        return self._square(2 + self.points)

    @property
    def coincidences(self) -> FloatArray:
        return self._square(2 + self.points + self.points * (self.points + 1) // 2)

    def reweighted(self, weights: FloatArray) -> "AgreementTotals":
        """Totals of replicates, from how often each draws each row."""
        return AgreementTotals(weights @ self.rows, self.points)

    def summed(self) -> "AgreementTotals":
        return AgreementTotals(self.rows.sum(axis=0, keepdims=True), self.points)

    def _square(self, start: int) -> FloatArray:
        first, second = np.triu_indices(self.points)
        square = np.zeros((len(self.rows), self.points, self.points))
        triangle = self.rows[:, start : start + len(first)]
        square[:, first, second] = triangle
        square[:, second, first] = triangle
        return square


def item_totals(table: RatingTable) -> FloatArray:
    """The columns of AgreementTotals for each item, times its weight."""
    points = len(table.scale)
    cells = table.item * points + table.category
    counts = np.bincount(cells, minlength=table.items * points).reshape(-1, points).astype(float)
    size = counts.sum(axis=1)
    pairs = size * (size - 1)
    rated, paired = size > 0, pairs > 0
    first, second = np.triu_indices(points)
    products = counts[:, first] * counts[:, second]
    products[:, first == second] -= counts  # n (n - 1): no rating pairs with itself
    agreed = np.divide(products, pairs[:, None], where=paired[:, None], out=np.zeros_like(products))
    shares = np.divide(counts, size[:, None], where=rated[:, None], out=np.zeros_like(counts))
    columns = np.column_stack([rated, paired, shares, agreed, agreed * size[:, None]])
    return np.asarray(columns * table.item_weights[:, None])


def question_totals(table: RatingTable) -> AgreementTotals:
    """The totals of each question."""
    return AgreementTotals(table.by_question(item_totals(table)), len(table.scale))
