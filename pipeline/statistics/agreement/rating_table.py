"""The table of ratings that the coefficients of agreement read: who gave which item what."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from pipeline.statistics.estimate import BoolArray, FloatArray, IntArray

Column = Sequence[Any] | np.ndarray[Any, Any]
SCALE_1_5 = (1, 2, 3, 4, 5)
# Whole numbers up to this are counted instead of sorted.
MAX_DENSE_CODE = 10_000_000


@dataclass(frozen=True, slots=True, eq=False)
class RatingTable:
    """Ratings, one a row; an item that a rater did not rate has no row.

    `item`, `rater`, `category`: indices (ratings). `question`: of each item. `scale`: every
    category a rater could choose, used or not, in order; `positions`: their places as numbers.
    `order`: when each rating was given (any increasing number), where it is known. `weight`: of
    each item, its mean 1; None where every item weighs the same.
    """

    item: IntArray
    rater: IntArray
    category: IntArray
    question: IntArray
    raters: tuple[Hashable, ...]
    scale: tuple[Hashable, ...]
    order: FloatArray | None = None
    weight: FloatArray | None = None

    @property
    def items(self) -> int:
        return len(self.question)

    @property
    def questions(self) -> int:
        return int(self.question.max()) + 1 if self.items else 0

    @property
    def positions(self) -> FloatArray:
        """Scale points as numbers: themselves if numeric, else their place from 1."""
        if all(isinstance(point, int | float) for point in self.scale):
            return np.array(self.scale, dtype=float)
        return np.arange(1.0, len(self.scale) + 1)

    @property
    def values(self) -> FloatArray:
        """Each rating as a number."""
        return self.positions[self.category]

    @property
    def ratings_of_item(self) -> IntArray:
        return np.bincount(self.item, minlength=self.items)

    @property
    def paired_items(self) -> int:
        """Items with two ratings or more."""
        return int(np.sum(self.ratings_of_item > 1))

    @property
    def item_weights(self) -> FloatArray:
        return np.ones(self.items) if self.weight is None else self.weight

    def by_question(self, of_items: FloatArray) -> FloatArray:
        """Sums by question of each column (items x columns)."""
        sums = [np.bincount(self.question, column, self.questions) for column in of_items.T]
        return np.stack(sums, axis=1).astype(float)  # without items bincount gives integers


def tabulate(
    items: Column,
    raters: Column,
    values: Column,
    *,
    scale: Sequence[Hashable] = SCALE_1_5,
    questions: Column | None = None,
    order: Column | None = None,
    weights: Column | None = None,
) -> RatingTable:
    """Ratings as a table, from columns of equal length; a value of None or NaN is missing.

    Without `questions` every item is its own cluster. `weights`: of each rating's item, such as
    the inverse of its inclusion probability; only their ratios count. ValueError: a value off
    the scale, or two ratings of one item by one rater.
    """
    present = _present(values)
    item, row, _ = _encode(_column(items)[present])
    rater, _, names = _encode(_column(raters)[present])
    clusters = _column(items if questions is None else questions)[present]
    table = RatingTable(
        item,
        rater,
        _on_scale(_column(values)[present], tuple(scale)),
        _encode(clusters[row])[0],
        tuple(names),
        tuple(scale),
        None if order is None else np.asarray(order, dtype=float)[present],
        None if weights is None else _relative(np.asarray(weights, dtype=float)[present][row]),
    )
    _refuse_repeats(table)
    return table


def _relative(weights: FloatArray) -> FloatArray:
    """Weights whose mean is 1, so that items still count as that many."""
    return weights / weights.mean() if len(weights) else weights


def _column(values: Column) -> np.ndarray[Any, Any]:
    """As an array. Names stay Python objects: a fixed-width array pads each to the longest."""
    if isinstance(values, Sequence) and len(values) and isinstance(values[0], str):
        return np.array(values, dtype=object)
    column = np.asarray(values)
    return column if column.ndim == 1 else np.array([*map(str, values)], dtype=object)


def _present(values: Column) -> BoolArray:
    column = _column(values)
    if column.dtype.kind in "iub":
        return np.ones(len(column), dtype=bool)
    if column.dtype.kind == "f":
        return cast(BoolArray, ~np.isnan(column))
    missing = [value is None or value != value for value in column.tolist()]
    return ~np.array(missing, dtype=bool)


def _encode(column: np.ndarray[Any, Any]) -> tuple[IntArray, IntArray, list[Any]]:
    """The column as codes from 0, a row of each code, and the value of each code."""
    if (
        column.dtype.kind in "iu"
        and len(column)
        and 0 <= column.min() <= column.max() < MAX_DENSE_CODE
    ):
        return _encode_dense(column.astype(np.int64))
    if column.dtype.kind in "OU":
        return _encode_names(column.tolist())
    names, rows, codes = np.unique(column, return_index=True, return_inverse=True)
    return codes.astype(np.int64), rows, names.tolist()


def _encode_dense(column: IntArray) -> tuple[IntArray, IntArray, list[Any]]:
    used = np.bincount(column) > 0
    codes = (np.cumsum(used) - 1)[column]
    return codes, _row_of_each_code(codes, int(used.sum())), np.flatnonzero(used).tolist()


def _encode_names(column: list[Any]) -> tuple[IntArray, IntArray, list[Any]]:
    names = sorted(set(column))
    code_of_name = {name: code for code, name in enumerate(names)}
    codes = np.fromiter(map(code_of_name.__getitem__, column), dtype=np.int64, count=len(column))
    return codes, _row_of_each_code(codes, len(names)), names


def _row_of_each_code(codes: IntArray, count: int) -> IntArray:
    """A row of each code."""
    rows = np.empty(count, dtype=np.int64)
    rows[codes] = np.arange(len(codes))
    return rows


def _on_scale(column: np.ndarray[Any, Any], scale: tuple[Hashable, ...]) -> IntArray:
    codes, _, names = _encode(column)
    index_of_point = {point: index for index, point in enumerate(scale)}
    unknown = [name for name in names if name not in index_of_point]
    if unknown:
        raise ValueError(f"Not on the scale {scale}: {unknown}")
    return np.array([index_of_point[name] for name in names], dtype=np.int64)[codes]


def _refuse_repeats(table: RatingTable) -> None:
    keys = np.sort(table.item * max(1, len(table.raters)) + table.rater)
    if np.any(keys[1:] == keys[:-1]):
        raise ValueError("A rater rates an item once: repeats are items of their own.")
