"""Who gave which unit what, and the sums over questions that the coefficients follow from."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from .archive import Archive
from .grades import Grade
from .intervals import Floats, Ints
from .panel import ACCEPT, DECISIONS, Item

NO_YES = ("no", "yes")
LABELS = ("correct", "incorrect", "unsupported", "cannot_judge")
ONE_TO_FIVE = (1, 2, 3, 4, 5)
WHOLE = "chain of thought"
# Criteria that are broken down by source and specialty.
MAIN = ("precision", "coherence", "decision")
DECISION, ACCEPTED = "Decision: reject, revise, accept", "Accepted: yes or no"
SAFETY, ERROR = "Safety flag: yes or no", "An incorrect step found: yes or no"
STEP = "Label of a step"
PATH = ("Precision of a path", "Coherence of a path", "Edge marked invalid: yes or no")


class Judgement(NamedTuple):
    """One rater's judgement of one unit: an item, or a step, path or edge within it."""

    unit: tuple[int, ...]
    value: int | str
    rater: str
    specialty: str
    question: int
    source: str
    at: float


# The unit within its item (empty: the item itself), and its value.
UnitValue = tuple[tuple[int, ...], int | str]
Values = Callable[[Item, Grade], Sequence[UnitValue]]


@dataclass(frozen=True)
class Criterion:
    """Something raters judge. `kind`: scale (numbers), order (ordered points), names.

    `code`: the criterion in tables' keys. `main` ones are broken down.
    """

    code: str
    title: str
    level: str
    kind: str
    scale: tuple[int | str, ...]
    values: Values
    main: bool = False


def criteria(archive: Archive) -> list[Criterion]:
    """What the study's rubric asks for."""
    asks = {row["scale"] for row in archive.table("rubric")}
    found = [
        _whole("precision", "Precision", "scale", ONE_TO_FIVE, lambda one: one.precision),
        _whole("coherence", "Coherence", "scale", ONE_TO_FIVE, lambda one: one.own_coherence),
        _whole("decision", DECISION, "order", DECISIONS, lambda one: one.decision),
        _whole("accepted", ACCEPTED, "names", NO_YES, lambda one: _no_yes(one.decision == ACCEPT)),
    ]
    if "safety_flag" in asks:
        found.append(_whole("safety", SAFETY, "names", NO_YES, _is_flagged))
    if "step_label" in asks:
        found.append(Criterion("error_found", ERROR, WHOLE, "names", NO_YES, _error_found))
        found.append(Criterion("step_label", STEP, "step", "names", LABELS, _step_labels))
    edges = _edge_values(archive)
    return [
        *found,
        Criterion("path_precision", PATH[0], "path", "scale", ONE_TO_FIVE, _path_precision),
        Criterion("path_coherence", PATH[1], "path", "scale", ONE_TO_FIVE, _path_coherence),
        Criterion("edge_invalid", PATH[2], "path", "names", NO_YES, edges),
    ]


def _whole(
    code: str, title: str, kind: str, scale: tuple[int | str, ...], value: Callable[[Grade], Any]
) -> Criterion:
    def values(_: Item, grade: Grade) -> list[UnitValue]:
        return [((), value(grade))]

    return Criterion(code, title, WHOLE, kind, scale, values, code in MAIN)


def _no_yes(holds: bool) -> str:
    return NO_YES[holds]


def _is_flagged(grade: Grade) -> str:
    return _no_yes(bool(grade.safety_flag))


def _error_found(_: Item, grade: Grade) -> list[UnitValue]:
    first = grade.first_incorrect_step
    return [] if first is None else [((), _no_yes(first > 0))]


def _path_precision(_: Item, grade: Grade) -> list[UnitValue]:
    return [((one.path,), one.precision) for one in grade.paths]


def _path_coherence(_: Item, grade: Grade) -> list[UnitValue]:
    return [((one.path,), one.coherence) for one in grade.paths]


def _step_labels(_: Item, grade: Grade) -> list[UnitValue]:
    return [((step,), label) for step, label in grade.steps]


def _edge_values(archive: Archive) -> Values:
    sizes = edges_of_paths(archive)

    def values(item: Item, grade: Grade) -> list[UnitValue]:
        return [
            ((path.path, edge), NO_YES[edge in path.invalid])
            for path in grade.paths
            for edge in range(len(sizes[item.row["trace"], path.path]))
        ]

    return values


def edges_of_paths(archive: Archive) -> dict[tuple[str, int], list[tuple[str, bool]]]:
    """Relation and whether it is negative, of each edge of each graded path."""
    edges: dict[tuple[str, int], list[tuple[str, bool]]] = {}
    for row in archive.table("path_edges"):
        key = row["trace"], int(row["path"])
        edges.setdefault(key, []).append((row["relation"], row["negative"] == "1"))
    return edges


def judgements(
    criterion: Criterion, items: Sequence[Item], raters: dict[str, str]
) -> list[Judgement]:
    """Every independent judgement of a criterion on sampled items; `raters`: their specialties."""
    return [
        Judgement(
            (item.number, *within), value, grade.rater, raters[grade.rater],
            item.question, item.row["source"], grade.at,
        )
        for item in items
        for grade in item.independent
        if grade.could_judge
        for within, value in criterion.values(item, grade)
    ]  # fmt: skip


@dataclass(frozen=True)
class Ratings:
    """Ratings in columns of codes. `question` and `positions` belong to units and scale points."""

    unit: Ints
    rater: Ints
    category: Ints
    question: Ints
    raters: tuple[str, ...]
    scale: tuple[Hashable, ...]
    at: Floats

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

    def by_question(self, of_units: Floats) -> Floats:
        """Sums by question of each column (units x columns)."""
        sums = [np.bincount(self.question, column, self.questions) for column in of_units.T]
        return np.stack(sums, axis=1).astype(float)


def as_ratings(rows: Sequence[Judgement], scale: tuple[Hashable, ...]) -> Ratings:
    """Judgements in columns. Questions and raters are numbered in their own order."""
    units: dict[tuple[int, ...], int] = {}
    unit = np.array([units.setdefault(row.unit, len(units)) for row in rows], dtype=np.int64)
    question_of_unit = {units[row.unit]: row.question for row in rows}
    questions = np.array([question_of_unit[code] for code in range(len(units))], dtype=np.int64)
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
    )


@dataclass(frozen=True)
class Totals:
    """Sums over units, a row for each question or replicate.

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
    return Totals(ratings.by_question(columns), points)


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
