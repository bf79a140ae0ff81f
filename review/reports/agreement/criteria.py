"""Criteria: what raters judge, at which level, and their judgements as tables of ratings.

Only independent grades of sampled items by those who could judge: none amended on request or
after a reveal, no control item, no repeat.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from pipeline.statistics.agreement.rating_table import SCALE_1_5, RatingTable, tabulate
from pipeline.statistics.consensus import ACCEPT, DECISIONS, Rating
from review.evidence.grade_records import GivenGrade, GivenPath
from review.evidence.items import Evidence
from review.grading.rubric import RUBRICS
from review.models import StepLabel
from review.reports.facts import Facts

Level = Literal["chain of thought", "step", "path"]
Kind = Literal["scale", "order", "names"]
NO_YES = ("no", "yes")
STEP_LABELS = tuple(str(label) for label in StepLabel.Label.values)
Value = int | str
# The thing judged within its item (the item itself, a step, a path, an edge) and what was said.
Said = tuple[tuple[int, ...], Value]


class Judgement(NamedTuple):
    """One rater's judgement of one thing, with what it may be broken down by."""

    unit: tuple[int, ...]
    value: Value
    rater: str
    specialty: str
    question: int
    source: str
    at: float


@dataclass(frozen=True, slots=True)
class Criterion:
    """Something raters judge. `kind`: numbers, ordered points, or names without an order.

    `main` ones are broken down by source and specialty. `said` gives a grade's judgements.
    """

    key: str
    title: str
    level: Level
    kind: Kind
    scale: tuple[Value, ...]
    said: Callable[[Facts, Evidence, GivenGrade, Rating], Iterable[Said]]
    main: bool = False


def judgements(criterion: Criterion, facts: Facts) -> list[Judgement]:
    """Every independent judgement of the criterion."""
    return [one for item in facts.items for one in judgements_of(criterion, facts, item)]


def judgements_of(criterion: Criterion, facts: Facts, one: Evidence) -> Iterator[Judgement]:
    """The independent judgements of the criterion in one item."""
    for grade in one.independent:
        if grade.rating is not None:
            for within, value in criterion.said(facts, one, grade, grade.rating):
                yield Judgement(
                    (one.item, *within),
                    value,
                    grade.rater,
                    grade.specialty,
                    one.question,
                    one.source,
                    grade.at,
                )


def ratings_of(criterion: Criterion, judged: Sequence[Judgement]) -> RatingTable:
    """Judgements as a table of ratings: units are items, questions their clusters."""
    units: dict[tuple[int, ...], int] = {}
    return tabulate(
        [units.setdefault(one.unit, len(units)) for one in judged],
        [one.rater for one in judged],
        [one.value for one in judged],
        scale=criterion.scale,
        questions=[one.question for one in judged],
        order=[one.at for one in judged],
    )


def criteria_of(facts: Facts) -> tuple[Criterion, ...]:
    """What the study's rubric asks for."""
    rubric = RUBRICS[facts.study.rubric_version]
    steps = STEPS if rubric.labels else ()
    flags = (SAFETY,) if rubric.severities else ()
    return (*WHOLE, *flags, *steps, *PATHS)


def _once(value: Callable[[Rating], Value]) -> Callable[..., Iterable[Said]]:
    return lambda _facts, _one, _grade, rating: [((), value(rating))]


def _found(_facts: Facts, _one: Evidence, _grade: GivenGrade, rating: Rating) -> Iterator[Said]:
    if rating.first_incorrect_step is not None:
        yield (), _no_yes(rating.first_incorrect_step > 0)


def _labels(_facts: Facts, _one: Evidence, grade: GivenGrade, _rating: Rating) -> Iterator[Said]:
    yield from (((step,), label) for step, label in grade.steps)


def _of_paths(scale: Callable[[GivenPath], int]) -> Callable[..., Iterable[Said]]:
    return lambda _facts, _one, grade, _rating: [((one.path,), scale(one)) for one in grade.paths]


def _edges(facts: Facts, one: Evidence, grade: GivenGrade, _rating: Rating) -> Iterator[Said]:
    for path in grade.paths:
        for place in range(len(facts.edges[one.trace, path.path])):
            yield (path.path, place), _no_yes(place in path.invalid_edges)


def _no_yes(holds: bool) -> str:
    return NO_YES[holds]


WHOLE = (
    Criterion(
        "precision",
        "Precision",
        "chain of thought",
        "scale",
        SCALE_1_5,
        _once(lambda rating: rating.precision),
        main=True,
    ),
    Criterion(
        "coherence",
        "Coherence",
        "chain of thought",
        "scale",
        SCALE_1_5,
        _once(lambda rating: rating.coherence),
        main=True,
    ),
    Criterion(
        "decision",
        "Decision: reject, revise, accept",
        "chain of thought",
        "order",
        DECISIONS,
        _once(lambda rating: rating.decision),
        main=True,
    ),
    Criterion(
        "accepted",
        "Accepted: yes or no",
        "chain of thought",
        "names",
        NO_YES,
        _once(lambda rating: _no_yes(rating.decision == ACCEPT)),
    ),
)
SAFETY = Criterion(
    "safety",
    "Safety flag: yes or no",
    "chain of thought",
    "names",
    NO_YES,
    _once(lambda rating: _no_yes(bool(rating.safety_flag))),
)
STEPS = (
    Criterion(
        "error_found",
        "An incorrect step found: yes or no",
        "chain of thought",
        "names",
        NO_YES,
        _found,
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
