"""Criteria: what raters judge, at which level, and their judgements as tables of ratings.

Only independent grades of sampled items by raters who could judge them: none amended on request or
after a reveal, no control items, no repeats.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from pipeline.statistics.agreement.rating_table import SCALE_1_5, RatingTable, tabulate
from pipeline.statistics.consensus import ACCEPT, DECISIONS, Rating
from review.evidence.grade_records import GradeRecord, PathGradeRecord
from review.evidence.items import Evidence
from review.grading.rubric import RUBRICS
from review.models import StepLabel
from review.reports.facts import Facts

Level = Literal["chain of thought", "step", "path"]
Kind = Literal["scale", "order", "names"]
NO_YES = ("no", "yes")
STEP_LABELS = tuple(str(label) for label in StepLabel.Label.values)
Value = int | str
# The unit within its item (empty for the item itself; a step, a path, an edge), and its value.
UnitValue = tuple[tuple[int, ...], Value]


class Judgement(NamedTuple):
    """One rater's judgement of one unit, with what it may be broken down by."""

    unit: tuple[int, ...]
    value: Value
    rater: str
    specialty: str
    question: int
    source: str
    at: float
    weight: float


@dataclass(frozen=True, slots=True)
class Criterion:
    """Something raters judge. `kind`: numbers, ordered points, or names without an order.

    `main` ones are broken down by source and specialty. `values_of` gives a grade's values.
    """

    key: str
    title: str
    level: Level
    kind: Kind
    scale: tuple[Value, ...]
    values_of: Callable[[Facts, Evidence, GradeRecord, Rating], Iterable[UnitValue]]
    main: bool = False


def collect_judgements(criterion: Criterion, facts: Facts) -> list[Judgement]:
    """Every independent judgement of the criterion."""
    return [
        judgement for item in facts.items for judgement in item_judgements(criterion, facts, item)
    ]


def item_judgements(criterion: Criterion, facts: Facts, item: Evidence) -> Iterator[Judgement]:
    """The independent judgements of the criterion in one item."""
    for grade in item.independent:
        if grade.rating is not None:
            for within, value in criterion.values_of(facts, item, grade, grade.rating):
                yield Judgement(
                    (item.item, *within),
                    value,
                    grade.rater,
                    grade.specialty,
                    item.question,
                    item.source,
                    grade.at,
                    1 / (item.probability or 1.0),
                )


def rating_table(criterion: Criterion, judgements: Sequence[Judgement]) -> RatingTable:
    """Judgements as a table of ratings: units are items, questions their clusters."""
    units: dict[tuple[int, ...], int] = {}
    return tabulate(
        [units.setdefault(judgement.unit, len(units)) for judgement in judgements],
        [judgement.rater for judgement in judgements],
        [judgement.value for judgement in judgements],
        scale=criterion.scale,
        questions=[judgement.question for judgement in judgements],
        order=[judgement.at for judgement in judgements],
        weights=[judgement.weight for judgement in judgements],
    )


def study_criteria(facts: Facts) -> tuple[Criterion, ...]:
    """What the study's rubric asks for."""
    rubric = RUBRICS[facts.study.rubric_version]
    steps = STEPS if rubric.labels else ()
    flags = (SAFETY,) if rubric.severities else ()
    return (*WHOLE, *flags, *steps, *PATHS)


def _of_trace(value: Callable[[Rating], Value]) -> Callable[..., Iterable[UnitValue]]:
    return lambda _facts, _item, _grade, rating: [((), value(rating))]


def _error_found(
    _facts: Facts, _item: Evidence, _grade: GradeRecord, rating: Rating
) -> Iterator[UnitValue]:
    if rating.first_incorrect_step is not None:
        yield (), _no_yes(rating.first_incorrect_step > 0)


def _labels(
    _facts: Facts, _item: Evidence, grade: GradeRecord, _rating: Rating
) -> Iterator[UnitValue]:
    yield from (((step,), label) for step, label in grade.steps)


def _of_paths(scale: Callable[[PathGradeRecord], int]) -> Callable[..., Iterable[UnitValue]]:
    return lambda _facts, _item, grade, _rating: [
        ((path.path,), scale(path)) for path in grade.paths
    ]


def _edges(
    facts: Facts, item: Evidence, grade: GradeRecord, _rating: Rating
) -> Iterator[UnitValue]:
    for path in grade.paths:
        for edge in range(len(facts.edges[item.trace, path.path])):
            yield (path.path, edge), _no_yes(edge in path.invalid_edges)


def _no_yes(holds: bool) -> str:
    return NO_YES[holds]


WHOLE = (
    Criterion(
        "precision",
        "Precision",
        "chain of thought",
        "scale",
        SCALE_1_5,
        _of_trace(lambda rating: rating.precision),
        main=True,
    ),
    Criterion(
        "coherence",
        "Coherence",
        "chain of thought",
        "scale",
        SCALE_1_5,
        _of_trace(lambda rating: rating.coherence),
        main=True,
    ),
    Criterion(
        "decision",
        "Decision: reject, revise, accept",
        "chain of thought",
        "order",
        DECISIONS,
        _of_trace(lambda rating: rating.decision),
        main=True,
    ),
    Criterion(
        "accepted",
        "Accepted: yes or no",
        "chain of thought",
        "names",
        NO_YES,
        _of_trace(lambda rating: _no_yes(rating.decision == ACCEPT)),
    ),
)
SAFETY = Criterion(
    "safety",
    "Safety flag: yes or no",
    "chain of thought",
    "names",
    NO_YES,
    _of_trace(lambda rating: _no_yes(bool(rating.safety_flag))),
)
STEPS = (
    Criterion(
        "error_found",
        "An incorrect step found: yes or no",
        "chain of thought",
        "names",
        NO_YES,
        _error_found,
    ),
    Criterion("step_label", "Label of a step", "step", "names", STEP_LABELS, _labels),
)
PATHS = (
    Criterion(
        "path_precision",
        "Precision of a path",
        "path",
        "scale",
        SCALE_1_5,
        _of_paths(lambda path: path.precision),
    ),
    Criterion(
        "path_coherence",
        "Coherence of a path",
        "path",
        "scale",
        SCALE_1_5,
        _of_paths(lambda path: path.coherence),
    ),
    Criterion("edge_invalid", "Edge marked invalid: yes or no", "path", "names", NO_YES, _edges),
)
