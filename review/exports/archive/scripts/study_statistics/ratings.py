"""Who gave which unit what, and the sums over questions that the coefficients follow from."""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from .criteria import Judgement
from .intervals import Floats, Ints


@dataclass(frozen=True)
class Ratings:
    """Ratings in columns of codes. `question` and `weight` (its mean 1) belong to the units."""

    unit: Ints
    rater: Ints
    category: Ints
    question: Ints
    raters: tuple[str, ...]
    scale: tuple[Hashable, ...]
    at: Floats
    weight: Floats

    @property
    def units(self) -> int:
        return len(self.question)

    @property
    def questions(self) -> int:
        return int(self.question.max()) + 1 if self.units else 0

    @property
    def positions(self) -> Floats:
        """Scale points as numbers: themselves, or their place from 1."""
        if all(isinstance(point, int) for point in self.scale):
            return np.array(self.scale, dtype=float)
        return np.arange(1.0, len(self.scale) + 1)

    @property
    def values(self) -> Floats:
        return self.positions[self.category]

    @property
    def size_of_unit(self) -> Ints:
        return np.bincount(self.unit, minlength=self.units)

    @property
    def paired_units(self) -> int:
        """Units with two ratings or more."""
        return int(np.sum(self.size_of_unit > 1))

    def unweighted(self) -> "Ratings":
        """The same, every unit weighing the same."""
        return replace(self, weight=np.ones(self.units))

    def by_question(self, of_units: Floats) -> Floats:
        """Sums by question of each column (units x columns)."""
        sums = [np.bincount(self.question, column, self.questions) for column in of_units.T]
        return np.stack(sums, axis=1).astype(float)


def as_ratings(rows: Sequence[Judgement], scale: tuple[Hashable, ...]) -> Ratings:
    """Judgements in columns. Questions and raters are numbered in their own order."""
    units: dict[tuple[int, ...], int] = {}
    unit = np.array([units.setdefault(row.unit, len(units)) for row in rows], dtype=np.int64)
    of_unit = {units[row.unit]: row for row in rows}
    questions = np.array([of_unit[code].question for code in range(len(units))], dtype=np.int64)
    weights = np.array([of_unit[code].weight for code in range(len(units))], dtype=float)
    raters = tuple(sorted({row.rater for row in rows}))
    number_of = {name: code for code, name in enumerate(raters)}
    point = {value: code for code, value in enumerate(scale)}
    return Ratings(
        unit,
        np.array([number_of[row.rater] for row in rows], dtype=np.int64),
        np.array([point[row.value] for row in rows], dtype=np.int64),
        np.unique(questions, return_inverse=True)[1].astype(np.int64),
        raters,
        scale,
        np.array([row.at for row in rows], dtype=float),
        weights / weights.mean() if len(weights) else weights,
    )


@dataclass(frozen=True)
class Totals:
    """Sums over units times their weights, a row for each question or replicate.

    `rated` and `paired`: units with a rating, with two or more. `shares`: of each point in a
    unit's ratings. `pairs`: of points among a unit's pairs of ratings, a unit weighing one;
    `coincidences`: the same, a unit weighing as many as it has ratings (Krippendorff).
    """

    rows: Floats
    points: int

    @property
    def rated(self) -> Floats:
        return self.rows[:, 0]

    @property
    def paired(self) -> Floats:
        return self.rows[:, 1]

    @property
    def shares(self) -> Floats:
        return self.rows[:, 2 : 2 + self.points]

    @property
    def pairs(self) -> Floats:
        return self._square(2 + self.points)

    @property
    def coincidences(self) -> Floats:
        return self._square(2 + self.points + self.points * (self.points + 1) // 2)

    def _square(self, start: int) -> Floats:
        first, second = np.triu_indices(self.points)
        square = np.zeros((len(self.rows), self.points, self.points))
        square[:, first, second] = self.rows[:, start : start + len(first)]
        square[:, second, first] = self.rows[:, start : start + len(first)]
        return square


def question_totals(ratings: Ratings) -> Totals:
    """The totals of each question."""
    points = len(ratings.scale)
    cells = ratings.unit * points + ratings.category
    counts = np.bincount(cells, minlength=ratings.units * points).reshape(-1, points).astype(float)
    size = counts.sum(axis=1)
    pairs = size * (size - 1)
    first, second = np.triu_indices(points)
    products = counts[:, first] * counts[:, second]
    products[:, first == second] -= counts
    agreed = products / np.where(pairs > 0, pairs, np.inf)[:, None]
    shares = counts / np.where(size > 0, size, np.inf)[:, None]
    columns = np.column_stack([size > 0, pairs > 0, shares, agreed, agreed * size[:, None]])
    return Totals(ratings.by_question(columns * ratings.weight[:, None]), points)


def panels_of_units(ratings: Ratings) -> Iterator[tuple[Ints, Ints, Ints]]:
    """Units that the same raters rated: (raters, units, categories by unit and rater)."""
    order = np.lexsort((ratings.rater, ratings.unit))
    sizes = ratings.size_of_unit
    start = np.cumsum(sizes) - sizes
    for size in np.unique(sizes[sizes > 0]):
        units = np.flatnonzero(sizes == size)
        rows = order[start[units][:, None] + np.arange(size)]
        sets, member = np.unique(ratings.rater[rows], axis=0, return_inverse=True)
        for index, raters in enumerate(sets):
            members = member.ravel() == index
            yield raters, units[members], ratings.category[rows[members]]
