"""Raters against themselves and against what is known: repeats and control items."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from pipeline.statistics.agreement.rating_table import SCALE_1_5
from pipeline.statistics.agreement.retest import NO_REPEATS, retest
from pipeline.statistics.consensus import DECISIONS, Rating
from pipeline.statistics.estimate import Estimate
from pipeline.statistics.intervals import proportion
from review.evidence.grade_records import GivenGrade
from review.evidence.items import Evidence
from review.grading.controls import criteria_met
from review.reports.document import Cell, Column, Table
from review.reports.facts import Facts

EVERYONE = "the panel"
CRITERIA = ("precision", "coherence", "decision")
SCALES: tuple[tuple[str, Callable[[Rating], int | str], tuple[int | str, ...]], ...] = (
    ("Precision", lambda rating: rating.precision, SCALE_1_5),
    ("Coherence", lambda rating: rating.coherence, SCALE_1_5),
    ("Decision", lambda rating: rating.decision, DECISIONS),
)
Twice = tuple[Evidence, GivenGrade, GivenGrade]


def retest_table(facts: Facts) -> Table:
    """How far raters agree with themselves on items dealt to them twice."""
    twice = _graded_twice(facts)
    return Table(
        "retest",
        "Test-retest: items dealt to the same rater twice",
        (
            Column("criterion", "Criterion"),
            Column("exact", "The same again", "share"),
            Column("kappa", "Cohen's kappa, quadratic weights", "coefficient"),
            Column("ac2", "Gwet's AC2, quadratic weights", "coefficient"),
            Column("shift", "Second less first", "points"),
        ),
        tuple(_retested(*scale, twice) for scale in SCALES),
        "Wilson's interval for the share, over questions for the rest. Points of a decision: "
        "reject 1, revise 2, accept 3.",
    )


def retest_by_rater(facts: Facts) -> Table:
    """How often each rater decided the same again."""
    twice = _graded_twice(facts)
    raters = sorted({second.rater for _, _, second in twice})
    rows = [(rater, _same([both for both in twice if both[2].rater == rater])) for rater in raters]
    return Table(
        "retest_raters",
        "Test-retest by rater",
        (Column("rater", "Rater"), Column("decision", "The same decision again", "share")),
        tuple(rows),
        "Wilson's interval.",
        f"{NO_REPEATS.capitalize()}.",
    )


def control_table(facts: Facts) -> Table:
    """Grades of control items that met what was expected, by rater and criterion."""
    graded = [(one, grade) for one in facts.controls for grade in one.independent if one.expected]
    raters = sorted({grade.rater for _, grade in graded})
    groups = {EVERYONE: graded} if graded else {}
    groups |= {rater: [both for both in graded if both[1].rater == rater] for rater in raters}
    return Table(
        "controls",
        "Control items: grades that met what was expected",
        (
            Column("rater", "Rater"),
            Column("precision", "Precision", "share"),
            Column("coherence", "Coherence", "share"),
            Column("decision", "Decision, where one was expected", "share"),
            Column("all", "Every criterion", "share"),
        ),
        tuple((name, *_met(some)) for name, some in groups.items()),
        "Precision and coherence within the tolerance recorded for the item. A grade that could "
        "not judge met nothing. Wilson's interval.",
        "No control item has been graded.",
    )


def _graded_twice(facts: Facts) -> list[Twice]:
    """Repeats with the rater's grade of the earlier twin and of the repeat."""
    first = {(one.item, grade.rater): grade for one in facts.items for grade in one.independent}
    return [
        (one, first[one.repeat_of, grade.rater], grade)
        for one in facts.repeats
        for grade in one.independent
        if one.repeat_of is not None and (one.repeat_of, grade.rater) in first
    ]


def _judged(twice: Iterable[Twice]) -> list[tuple[Evidence, Rating, Rating]]:
    return [
        (one, first.rating, second.rating)
        for one, first, second in twice
        if first.rating is not None and second.rating is not None
    ]


def _retested(
    title: str,
    said: Callable[[Rating], int | str],
    scale: tuple[int | str, ...],
    twice: list[Twice],
) -> tuple[Cell, ...]:
    points = {point: place for place, point in enumerate(scale, 1)}
    judged = _judged(twice)
    found = retest(
        [points[said(first)] for _, first, _ in judged],
        [points[said(second)] for _, _, second in judged],
        questions=[one.question for one, _, _ in judged],
        scale=tuple(points.values()),
    )
    return title, found.exact, found.kappa, found.ac2, found.shift


def _same(twice: list[Twice]) -> Cell:
    judged = _judged(twice)
    return proportion(sum(a.decision == b.decision for _, a, b in judged), len(judged))


def _met(graded: list[tuple[Evidence, GivenGrade]]) -> Iterator[Estimate]:
    met = [_criteria(one.expected or {}, grade.rating) for one, grade in graded]
    for name in CRITERIA:
        asked = [each[name] for each in met if name in each]
        yield proportion(sum(asked), len(asked))
    yield proportion(sum(all(each.values()) for each in met), len(met))


def _criteria(expected: dict[str, Any], rating: Rating | None) -> dict[str, bool]:
    return criteria_met(
        expected,
        precision=rating.precision if rating else None,
        coherence=rating.coherence if rating else None,
        decision=rating.decision if rating else "",
    )
