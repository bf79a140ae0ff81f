"""Agreement broken down: by source, by the raters' specialty, and by what a yes or no says."""

from collections.abc import Callable, Mapping, Sequence

from pipeline.statistics.agreement.specific_agreement import specific_agreement
from review.reports.agreement.coefficients import (
    QUESTIONS,
    REPLICATES,
    Measured,
    commonest,
    measured,
)
from review.reports.agreement.criteria import NO_YES, Criterion, Judgement
from review.reports.document import Cell, Column, Table

Judged = Mapping[Criterion, Sequence[Judgement]]
UNSTATED = "not stated"


def by_source(judged: Judged) -> Table:
    """The main criteria in each source of questions."""
    return _broken_down(judged, "source", "Source of the question", lambda one: one.source)


def by_specialty(judged: Judged) -> Table:
    """The main criteria among raters of each specialty."""
    return _broken_down(judged, "specialty", "Specialty of the raters", lambda one: one.specialty)


def _broken_down(judged: Judged, key: str, title: str, group: Callable[[Judgement], str]) -> Table:
    rows = [
        _row(name, measured(criterion, some, resample_raters=False))
        for criterion, every in judged.items()
        if criterion.main
        for name, some in _grouped(every, group).items()
    ]
    return Table(
        f"by_{key}",
        f"Agreement by {title.lower()}",
        (
            Column(key, title),
            Column("criterion", "Criterion"),
            Column("commonest", "Most frequent rating"),
            Column("percent", "Percent agreement", "share"),
            Column("kappa", "Krippendorff's alpha", "coefficient"),
            Column("ac", "Gwet's AC2", "coefficient"),
        ),
        tuple(rows),
        QUESTIONS,
        "Nobody has graded yet.",
    )


def _grouped(
    judged: Sequence[Judgement], group: Callable[[Judgement], str]
) -> dict[str, list[Judgement]]:
    found: dict[str, list[Judgement]] = {}
    for one in judged:
        found.setdefault(group(one) or UNSTATED, []).append(one)
    return dict(sorted(found.items()))


def _row(name: str, one: Measured) -> tuple[Cell, ...]:
    figures = (one.figures[measure].over_questions for measure in one.summary)
    return (name, one.criterion.title, commonest(one.table), *figures)


def yes_and_no(found: Sequence[Measured]) -> Table:
    """Positive and negative agreement of the criteria that ask yes or no."""
    rows = []
    for one in found:
        if one.criterion.scale == NO_YES:
            said = specific_agreement(one.table, replicates=REPLICATES)
            rows.append((one.criterion.title, said["yes"], said["no"]))
    return Table(
        "yes_and_no",
        "Positive and negative agreement",
        (
            Column("criterion", "Criterion"),
            Column("positive", "Another rater says yes too", "share"),
            Column("negative", "Another rater says no too", "share"),
        ),
        tuple(rows),
        f"Given that one rater says it, how often does another of the same item? {QUESTIONS}",
    )
