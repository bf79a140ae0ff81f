"""What raters judge, and their independent judgements of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from .archive import Archive
from .grades import Grade
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
    weight: float = 1.0


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
            (item.number, *within),
            value,
            grade.rater,
            raters[grade.rater],
            item.question,
            item.row["source"],
            grade.at,
            1 / item.probability,
        )
        for item in items
        for grade in item.independent
        if grade.could_judge
        for within, value in criterion.values(item, grade)
    ]
