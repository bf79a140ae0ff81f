"""Agreement broken down by source, by the raters' specialty, and by yes and no."""

from collections.abc import Callable, Mapping, Sequence

from pipeline.statistics.agreement.specific_agreement import specific_agreement
from review.reports.agreement.coefficients import (
    QUESTIONS,
    REPLICATES,
    CriterionAgreement,
    criterion_agreement,
    most_frequent_rating,
)
from review.reports.agreement.criteria import NO_YES, Criterion, Judgement
from review.reports.document import Cell, Column, Table

JudgementsByCriterion = Mapping[Criterion, Sequence[Judgement]]
UNSTATED = "not stated"


def by_source_table(judgements_by_criterion: JudgementsByCriterion) -> Table:
    """The main criteria in each source of questions."""
    return _breakdown_table(
        judgements_by_criterion,
        "source",
        "Source of the question",
        lambda judgement: judgement.source,
    )


def by_specialty_table(judgements_by_criterion: JudgementsByCriterion) -> Table:
    """The main criteria among raters of each specialty."""
    return _breakdown_table(
        judgements_by_criterion,
        "specialty",
        "Specialty of the raters",
        lambda judgement: judgement.specialty,
    )


def _breakdown_table(
    judgements_by_criterion: JudgementsByCriterion,
    key: str,
    title: str,
    group: Callable[[Judgement], str],
) -> Table:
    rows = [
        _row(name, criterion_agreement(criterion, part, resample_raters=False))
        for criterion, judgements in judgements_by_criterion.items()
        if criterion.main
        for name, part in _group_judgements(judgements, group).items()
    ]
    return Table(
        f"by_{key}",
        f"Agreement by {title.lower()}",
        (
            Column(key, title),
            Column("criterion", "Criterion"),
            Column("commonest", "Most frequent rating"),
            Column("percent", "Percent agreement", "share"),
            Column("kappa", "Krippendorff's alpha (ordinal)", "coefficient"),
            Column("ac", "Gwet's AC2 (quadratic weights)", "coefficient"),
        ),
        tuple(rows),
        QUESTIONS,
        "Nobody has graded yet.",
    )


def _group_judgements(
    judgements: Sequence[Judgement], group: Callable[[Judgement], str]
) -> dict[str, list[Judgement]]:
    groups: dict[str, list[Judgement]] = {}
    for judgement in judgements:
        groups.setdefault(group(judgement) or UNSTATED, []).append(judgement)
    return dict(sorted(groups.items()))


def _row(name: str, result: CriterionAgreement) -> tuple[Cell, ...]:
    figures = (result.figures[measure].over_questions for measure in result.summary)
    return (name, result.criterion.title, most_frequent_rating(result.table), *figures)


def yes_no_table(results: Sequence[CriterionAgreement]) -> Table:
    """Positive and negative agreement of the criteria that ask yes or no."""
    rows = []
    for result in results:
        if result.criterion.scale == NO_YES:
            by_point = specific_agreement(result.table, replicates=REPLICATES)
            rows.append((result.criterion.title, by_point["yes"], by_point["no"]))
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
