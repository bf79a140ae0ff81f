"""Coefficients of agreement of the criteria, as tables: which belong together, and how to read."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

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
    "alpha_nominal": "Krippendorff's alpha (nominal)",
    "alpha_ordinal": "Krippendorff's alpha (ordinal)",
    "alpha_interval": "Krippendorff's alpha (interval)",
    "fleiss": "Fleiss's kappa (identity weights)",
    "fleiss_quadratic": "Fleiss's kappa (quadratic weights)",
    "ac1": "Gwet's AC1 (identity weights)",
    "ac2_quadratic": "Gwet's AC2 (quadratic weights)",
}
ICC: dict[Model, str] = {
    "1,1": "ICC(1,1): raters differ from item to item",
    "2,1": "ICC(2,1): raters are a sample",
    "3,1": "ICC(3,1): these raters only",
}
TYPES = {"alpha": "kappa-type", "fleiss": "kappa-type", "ac1": "AC-type", "ac2": "AC-type"}
REPLICATES = 500
# Weights that differ by less are equal but for rounding.
MIN_UNEQUAL = 1e-9
QUESTIONS = f"The intervals say {OVER_QUESTIONS}."
RATERS = f"The intervals say {OVER_RATERS}."
AS_GRADED = "the items as graded"
TO_BATCH = "weighted to the batch"
SUMMARY = (
    Column("criterion", "Criterion"),
    Column("level", "Level"),
    Column("commonest", "Most frequent rating"),
    Column("percent", "Percent agreement", "share"),
    Column("kappa_name", "Kappa-type coefficient"),
    Column("kappa", "Its value", "coefficient"),
    Column("ac_name", "AC-type coefficient"),
    Column("ac", "Its value", "coefficient"),
)


@dataclass(frozen=True, slots=True)
class CriterionAgreement:
    """One criterion's ratings and its coefficients by name.

    `weighted`: the coefficients weighted to the batch, where its items were drawn with unequal
    chances; else empty, since they would be the same.
    """

    criterion: Criterion
    table: RatingTable
    figures: dict[str, Agreement]
    weighted: dict[str, Agreement]

    @property
    def summary(self) -> tuple[str, str, str]:
        percent, kappa, ac, *_ = MEASURES[self.criterion.kind]
        return percent, kappa, ac


def criterion_agreement(
    criterion: Criterion, judged: Sequence[Judgement], *, resample_raters: bool = True
) -> CriterionAgreement:
    """The criterion's coefficients; in a part of the study over questions and unweighted only."""
    return table_agreement(
        criterion, rating_table(criterion, judged), resample_raters=resample_raters
    )


def table_agreement(
    criterion: Criterion, table: RatingTable, *, resample_raters: bool = True
) -> CriterionAgreement:
    """The same from a table of ratings; where items weigh unequally, weighted as well."""
    names = MEASURES[criterion.kind] if resample_raters else MEASURES[criterion.kind][:3]
    as_graded = replace(table, weight=None)
    figures = agreement(as_graded, names, replicates=REPLICATES, resample_raters=resample_raters)
    unequal = resample_raters and table.items and np.ptp(table.item_weights) > MIN_UNEQUAL
    weighted = agreement(table, names, replicates=REPLICATES) if unequal else {}
    return CriterionAgreement(criterion, table, figures, weighted)


def summary_table(results: Sequence[CriterionAgreement], *, raters: bool) -> Table:
    """Every criterion with one kappa-type and one AC-type figure; `raters`: resampled as well."""
    if raters:
        title = f"Agreement by criterion, for other raters like these: {AS_GRADED}"
        return _summary("criteria_raters", title, results, lambda one: one.over_raters, RATERS)
    title = f"Agreement by criterion, this panel: {AS_GRADED}"
    return _summary("criteria", title, results, lambda one: one.over_questions, QUESTIONS)


def weighted_table(results: Sequence[CriterionAgreement]) -> Table:
    """The same weighted to the batch: for samples drawn with unequal chances."""
    title = f"Agreement by criterion, this panel: {TO_BATCH}"
    note = (
        "Each item weighs the inverse of its recorded inclusion probability, in the observed "
        "agreement and in the shares of the categories: what the panel would show on the whole "
        f"batch. {QUESTIONS}"
    )
    weighted = [replace(result, figures=result.weighted) for result in results if result.weighted]
    return _summary("criteria_weighted", title, weighted, lambda one: one.over_questions, note)


def _summary(
    key: str,
    title: str,
    results: Sequence[CriterionAgreement],
    interval: Callable[[Agreement], Estimate | None],
    note: str,
) -> Table:
    rows = []
    for result in results:
        percent, kappa, ac = result.summary
        figures = {name: interval(result.figures[name]) for name in result.summary}
        rows.append(
            (
                result.criterion.title,
                result.criterion.level,
                most_frequent_rating(result.table),
                figures[percent],
                TITLES[kappa],
                figures[kappa],
                TITLES[ac],
                figures[ac],
            )
        )
    table = Table(key, title, SUMMARY, tuple(rows), note)
    return with_plot(table, "intervals", "criterion", ("kappa", "ac"), covers=note, reference=0.0)


def detail_table(results: Sequence[CriterionAgreement], level: str) -> Table:
    """Every coefficient of the criteria of a level, under both intervals."""
    rows: list[tuple[Cell, ...]] = []
    unequal = any(result.weighted for result in results)
    for result in results:
        rows += [
            (
                result.criterion.title,
                TITLES[name],
                _type(name),
                intervals.over_questions,
                intervals.over_raters,
                *([_weighted(result, name)] if unequal else []),
            )
            for name, intervals in result.figures.items()
        ]
        if result.criterion.kind == "scale":
            rows += [
                (result.criterion.title, ICC[model], "ICC", figure, *[None] * (1 + unequal))
                for model, figure in intraclass(result.table).items()
            ]
    weighted = (Column("weighted", TO_BATCH.capitalize(), "coefficient"),) if unequal else ()
    return Table(
        f"level_{level.replace(' ', '_')}",
        f"Every coefficient: {level}",
        (
            Column("criterion", "Criterion"),
            Column("coefficient", "Coefficient"),
            Column("type", "Type"),
            Column("over_questions", "Interval over questions", "coefficient"),
            Column("over_raters", "Interval over questions and raters", "coefficient"),
            *weighted,
        ),
        tuple(rows),
        "Percent agreement is written as a number from 0 to 1. An ICC has one interval only: "
        "ICC(2,1) counts raters as a sample by itself."
        + (f" Figures are of {AS_GRADED} unless their column says otherwise." if unequal else ""),
        folded=True,
    )


def _weighted(result: CriterionAgreement, name: str) -> Estimate | None:
    return result.weighted[name].over_questions if name in result.weighted else None


def most_frequent_rating(table: RatingTable) -> str:
    """The rating given most often and its share of all: what the prevalence paradox is about."""
    counted = Counter(table.category.tolist())
    if not counted:
        return ""
    category, times = counted.most_common(1)[0]
    name = str(table.scale[category]).replace("_", " ")
    return f"{name}, {format_number(times / counted.total(), 'share')}"


def _type(name: str) -> str:
    return TYPES.get(name.partition("_")[0], "")
