"""Raters against themselves and against what is known: repeats and control items."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from pipeline.statistics.agreement.rating_table import SCALE_1_5
from pipeline.statistics.agreement.retest import NO_REPEATS, retest
from pipeline.statistics.consensus import DECISIONS, Rating
from pipeline.statistics.estimate import Estimate
from pipeline.statistics.intervals import proportion
from review.evidence.grade_records import GradeRecord
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
Repeat = tuple[Evidence, GradeRecord, GradeRecord]


def retest_table(facts: Facts) -> Table:
    """How far raters agree with themselves on items given to them twice."""
    repeats = _graded_repeats(facts)
    return Table(
        "retest",
        "Test-retest: items given to the same rater twice",
        (
            Column("criterion", "Criterion"),
            Column("exact", "Same rating again", "share"),
            Column("kappa", "Cohen's kappa (quadratic weights)", "coefficient"),
            Column("ac2", "Gwet's AC2 (quadratic weights)", "coefficient"),
            Column("shift", "Second minus first", "points"),
        ),
        tuple(_retest_row(*scale, repeats) for scale in SCALES),
        "Wilson's interval for the share, over questions for the rest. Points of a decision: "
        "reject 1, revise 2, accept 3.",
    )


def retest_by_rater_table(facts: Facts) -> Table:
    """How often each rater decided the same again."""
    repeats = _graded_repeats(facts)
    raters = sorted({second.rater for _, _, second in repeats})
    rows = [
        (rater, _same_decision([repeat for repeat in repeats if repeat[2].rater == rater]))
        for rater in raters
    ]
    return Table(
        "retest_raters",
        "Test-retest by rater",
        (Column("rater", "Rater"), Column("decision", "Same decision again", "share")),
        tuple(rows),
        "Wilson's interval.",
        f"{NO_REPEATS.capitalize()}.",
    )


def control_table(facts: Facts) -> Table:
    """Grades of control items that met what was expected, by rater and criterion."""
    pairs = [
        (item, grade) for item in facts.controls for grade in item.independent if item.expected
    ]
    raters = sorted({grade.rater for _, grade in pairs})
    groups = {EVERYONE: pairs} if pairs else {}
    groups |= {rater: [pair for pair in pairs if pair[1].rater == rater] for rater in raters}
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
        tuple((name, *_control_shares(pairs)) for name, pairs in groups.items()),
        "Precision and coherence within the tolerance recorded for the item. A grade of "
        '"cannot judge" meets no criterion. Wilson\'s interval.',
        "No control item has been graded.",
    )


def _graded_repeats(facts: Facts) -> list[Repeat]:
    """Repeats with the rater's first grade of the item and the grade of the repeat."""
    first = {(item.item, grade.rater): grade for item in facts.items for grade in item.independent}
    return [
        (item, first[item.repeat_of, grade.rater], grade)
        for item in facts.repeats
        for grade in item.independent
        if item.repeat_of is not None and (item.repeat_of, grade.rater) in first
    ]


def _rated_repeats(repeats: Iterable[Repeat]) -> list[tuple[Evidence, Rating, Rating]]:
    return [
        (item, first.rating, second.rating)
        for item, first, second in repeats
        if first.rating is not None and second.rating is not None
    ]


def _retest_row(
    title: str,
    value: Callable[[Rating], int | str],
    scale: tuple[int | str, ...],
    repeats: list[Repeat],
) -> tuple[Cell, ...]:
    points = {point: number for number, point in enumerate(scale, 1)}
    rated = _rated_repeats(repeats)
    result = retest(
        [points[value(first)] for _, first, _ in rated],
        [points[value(second)] for _, _, second in rated],
        questions=[item.question for item, _, _ in rated],
        scale=tuple(points.values()),
    )
    return title, result.exact, result.kappa, result.ac2, result.shift


def _same_decision(repeats: list[Repeat]) -> Cell:
    rated = _rated_repeats(repeats)
    return proportion(sum(a.decision == b.decision for _, a, b in rated), len(rated))


def _control_shares(graded: list[tuple[Evidence, GradeRecord]]) -> Iterator[Estimate]:
    outcomes = [_criteria_met(item.expected or {}, grade.rating) for item, grade in graded]
    for name in CRITERIA:
        outcomes_of_criterion = [outcome[name] for outcome in outcomes if name in outcome]
        yield proportion(sum(outcomes_of_criterion), len(outcomes_of_criterion))
    yield proportion(sum(all(outcome.values()) for outcome in outcomes), len(outcomes))


def _criteria_met(expected: dict[str, Any], rating: Rating | None) -> dict[str, bool]:
    return criteria_met(
        expected,
        precision=rating.precision if rating else None,
        coherence=rating.coherence if rating else None,
        decision=rating.decision if rating else "",
    )
