"""Coefficients of agreement of the criteria, as tables: which belong together, and how to read."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.statistics.agreement.coefficients import (
    OVER_QUESTIONS,
    OVER_RATERS,
    Agreement,
    agreement,
)
from pipeline.statistics.agreement.icc import Model, intraclass
from pipeline.statistics.agreement.rating_table import RatingTable
from pipeline.statistics.estimate import Estimate
from review.reports.agreement.criteria import Criterion, Judgement, Kind, rating_table
from review.reports.document import Cell, Column, Table
from review.reports.wording import format_number, with_plot

# By kind: percent agreement, the kappa-type and the AC-type figure of the summary, and others.
MEASURES: dict[Kind, tuple[str, ...]] = {
    "scale": ("percent", "alpha_ordinal", "ac2_quadratic", "fleiss_quadratic", "alpha_interval"),
    "order": ("percent", "alpha_ordinal", "ac2_quadratic", "fleiss_quadratic"),
    "names": ("percent", "alpha_nominal", "ac1", "fleiss"),
}
TITLES = {
    "percent": "Percent agreement",
    "alpha_nominal": "Krippendorff's alpha, nominal",
    "alpha_ordinal": "Krippendorff's alpha, ordinal",
    "alpha_interval": "Krippendorff's alpha, interval",
    "fleiss": "Fleiss's kappa",
    "fleiss_quadratic": "Fleiss's kappa, quadratic weights",
    "ac1": "Gwet's AC1",
    "ac2_quadratic": "Gwet's AC2, quadratic weights",
}
ICC: dict[Model, str] = {
    "1,1": "ICC(1,1): raters differ from item to item",
    "2,1": "ICC(2,1): raters are a sample",
    "3,1": "ICC(3,1): these raters only",
}
TYPES = {"alpha": "kappa-type", "fleiss": "kappa-type", "ac1": "AC-type", "ac2": "AC-type"}
REPLICATES = 500
QUESTIONS = f"The intervals say {OVER_QUESTIONS}."
RATERS = f"The intervals say {OVER_RATERS}."
SUMMARY = (
    Column("criterion", "Criterion"),
    Column("level", "Level"),
    Column("commonest", "Most frequent rating"),
    Column("percent", "Percent agreement", "share"),
    Column("kappa", "Krippendorff's alpha", "coefficient"),
    Column("ac", "Gwet's AC1 or AC2", "coefficient"),
)


@dataclass(frozen=True, slots=True)
class CriterionAgreement:
    """One criterion's ratings and its coefficients by name."""

    criterion: Criterion
    table: RatingTable
    figures: dict[str, Agreement]

    @property
    def summary(self) -> tuple[str, str, str]:
        percent, kappa, ac, *_ = MEASURES[self.criterion.kind]
        return percent, kappa, ac


def criterion_agreement(
    criterion: Criterion, judged: Sequence[Judgement], *, resample_raters: bool = True
) -> CriterionAgreement:
    """The criterion's coefficients; in a part of the study raters are not resampled."""
    return table_agreement(
        criterion, rating_table(criterion, judged), resample_raters=resample_raters
    )


def table_agreement(
    criterion: Criterion, table: RatingTable, *, resample_raters: bool = True
) -> CriterionAgreement:
    """The same from a table of ratings."""
    names = MEASURES[criterion.kind] if resample_raters else MEASURES[criterion.kind][:3]
    figures = agreement(table, names, replicates=REPLICATES, resample_raters=resample_raters)
    return CriterionAgreement(criterion, table, figures)


def summary_table(results: Sequence[CriterionAgreement], *, raters: bool) -> Table:
    """Every criterion with one kappa-type and one AC-type figure; `raters`: resampled as well."""
    title = "Agreement by criterion, " + ("for other raters like these" if raters else "this panel")
    rows = [
        (
            result.criterion.title,
            result.criterion.level,
            most_frequent_rating(result.table),
            *(_estimate(result, name, raters) for name in result.summary),
        )
        for result in results
    ]
    note = RATERS if raters else QUESTIONS
    table = Table("criteria_raters" if raters else "criteria", title, SUMMARY, tuple(rows), note)
    return with_plot(table, "intervals", "criterion", ("kappa", "ac"), covers=note, reference=0.0)


def detail_table(results: Sequence[CriterionAgreement], level: str) -> Table:
    """Every coefficient of the criteria of a level, under both intervals."""
    rows: list[tuple[Cell, ...]] = []
    for result in results:
        rows += [
            (
                result.criterion.title,
                TITLES[name],
                _type(name),
                intervals.over_questions,
                intervals.over_raters,
            )
            for name, intervals in result.figures.items()
        ]
        if result.criterion.kind == "scale":
            rows += [
                (result.criterion.title, ICC[model], "ICC", figure, None)
                for model, figure in intraclass(result.table).items()
            ]
    return Table(
        f"level_{level.replace(' ', '_')}",
        f"Every coefficient: {level}",
        (
            Column("criterion", "Criterion"),
            Column("coefficient", "Coefficient"),
            Column("type", "Type"),
            Column("over_questions", "Interval over questions", "coefficient"),
            Column("over_raters", "Interval over questions and raters", "coefficient"),
        ),
        tuple(rows),
        "Percent agreement is written as a number from 0 to 1. An ICC has one interval only: "
        "ICC(2,1) counts raters as a sample by itself.",
        folded=True,
    )


def most_frequent_rating(table: RatingTable) -> str:
    """The rating given most often and its share of all: what the prevalence paradox is about."""
    counted = Counter(table.category.tolist())
    if not counted:
        return ""
    category, times = counted.most_common(1)[0]
    name = str(table.scale[category]).replace("_", " ")
    return f"{name}, {format_number(times / counted.total(), 'share')}"


def _estimate(result: CriterionAgreement, name: str, raters: bool) -> Estimate | None:
    intervals = result.figures[name]
    return intervals.over_raters if raters else intervals.over_questions


def _type(name: str) -> str:
    return TYPES.get(name.partition("_")[0], "")
