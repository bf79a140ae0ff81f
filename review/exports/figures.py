"""The figures a release freezes for its card: those of the study's reports.

The functions of the reports compute them, so figures cannot differ. They read facts of the whole
study: here items without their grades, and grades as columns of numbers, so that memory never holds
all judgements of the study at once.
"""

from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from sys import intern
from typing import Any

import numpy as np

from pipeline.core.features import TraceFeatures
from pipeline.statistics.agreement.coefficients import OVER_QUESTIONS, OVER_RATERS
from pipeline.statistics.agreement.rating_table import RatingTable, tabulate
from pipeline.statistics.consensus import Consensus
from pipeline.statistics.estimate import Estimate, undefined
from pipeline.statistics.estimation.ratio_estimator import ESTIMAND, ESTIMAND_OF_DISTINCT
from review.evidence.items import Evidence
from review.models import Study
from review.reports.agreement.coefficients import (
    TITLES,
    TO_BATCH,
    CriterionAgreement,
    table_agreement,
)
from review.reports.agreement.criteria import WHOLE, Criterion, item_judgements
from review.reports.assisted import shares_acceptable
from review.reports.facts import Facts
from review.reports.filters.measures import overall_measures
from review.reports.shares import joined_strata_caution, weighted_sample
from review.reports.wording import settled_text

MEASURES: Mapping[str, str] = {
    "positive predictive value": "Share acceptable of the traces the filters kept",
    "sensitivity": "Sensitivity of the filters: share kept of the acceptable traces",
    "specificity": "Specificity of the filters: share discarded of the other traces",
    "false-discard rate": "False-discard rate: share acceptable of the discarded traces",
}
MAIN_CRITERIA = tuple(criterion for criterion in WHOLE if criterion.main)
# The learned score reads the features of the whole batch's traces, not those of the items.
NO_FEATURES = TraceFeatures()


@dataclass
class _JudgementColumns:
    """Independent judgements of whole chains of thought, a row for each grade.

    `codes` by criterion: positions on its scale. Every grade answers every criterion, so the
    criteria share the other columns.
    """

    item: "array[int]" = field(default_factory=lambda: array("q"))
    question: "array[int]" = field(default_factory=lambda: array("q"))
    at: "array[float]" = field(default_factory=lambda: array("d"))
    weight: "array[float]" = field(default_factory=lambda: array("d"))
    rater: list[str] = field(default_factory=list)
    codes: "dict[Criterion, array[int]]" = field(
        default_factory=lambda: {criterion: array("b") for criterion in MAIN_CRITERIA}
    )

    def add(self, facts: Facts, evidence: Evidence) -> None:
        for criterion, codes in self.codes.items():
            judgements = list(item_judgements(criterion, facts, evidence))
            codes.extend(criterion.scale.index(judgement.value) for judgement in judgements)
        self.item.extend([evidence.item] * len(judgements))
        self.question.extend([evidence.question] * len(judgements))
        self.at.extend(judgement.at for judgement in judgements)
        self.weight.extend(judgement.weight for judgement in judgements)
        self.rater.extend(intern(judgement.rater) for judgement in judgements)

    def table(self, criterion: Criterion) -> RatingTable:
        return tabulate(
            np.asarray(self.item),
            self.rater,
            [criterion.scale[code] for code in self.codes[criterion]],
            scale=criterion.scale,
            questions=np.asarray(self.question),
            order=np.asarray(self.at),
            weights=np.asarray(self.weight),
        )


@dataclass
class StudyTally:
    """Counts and columns of a study's sampled items, added one at a time."""

    study: Study
    graded: int = 0
    grades: int = 0
    raters: set[str] = field(default_factory=set)
    items: list[Evidence] = field(default_factory=list)
    columns: _JudgementColumns = field(default_factory=_JudgementColumns)
    _facts: Facts | None = None

    def add(self, evidence: Evidence) -> None:
        """Count one sampled item."""
        self.graded += bool(evidence.ratings)
        self.grades += len(evidence.ratings)
        self.raters.update(grade.rater for grade in evidence.grades if grade.rating)
        self.items.append(_without_details(evidence))
        self.columns.add(Facts(self.study, (), (), (), {}, ""), evidence)

    def facts(self) -> Facts:
        """The study's facts, once every item was added. Raises KeyError without a plan."""
        if self._facts is None:
            strata = self.study.design["population"]
            self._facts = Facts(self.study, tuple(self.items), (), (), strata, "")
        return self._facts


def figures_of(tally: StudyTally) -> list[dict[str, Any]]:
    """A study's figures: titles, values, intervals, numbers behind them and notes.

    A value of None is not known.
    """
    return [
        count_figure("Traces graded in the study", tally.graded),
        count_figure("Grades given in the study", tally.grades),
        count_figure("Raters", len(tally.raters)),
        *_estimates(tally),
    ]


def _without_details(evidence: Evidence) -> Evidence:
    """The item without what no figure needs: a tenth of the memory."""
    return replace(
        evidence,
        code="",
        kind=intern(evidence.kind),
        source="",
        specialty="",
        stratum=intern(evidence.stratum),
        features=NO_FEATURES,
        grades=(),
        independent=(),
        consensus=_interned(evidence.consensus),
        expected=None,
        settled_steps=(),
    )


@cache
def _interned(consensus: Consensus | None) -> Consensus | None:
    """One object for all items of the same consensus: there are few different ones."""
    return consensus


def _estimates(tally: StudyTally) -> Iterator[dict[str, Any]]:
    try:
        shares = list(_shares(tally.facts()))
    except (KeyError, ValueError) as error:
        unknown = undefined(f"the sample's plan is not on record: {error}")
        yield figure("Share acceptable", "share", unknown)
        return
    yield from shares
    for criterion in MAIN_CRITERIA:
        yield from _agreement(table_agreement(criterion, tally.columns.table(criterion)))


def _shares(facts: Facts) -> Iterator[dict[str, Any]]:
    plain, assisted = shares_acceptable(facts)
    joined = joined_strata_caution(weighted_sample(facts, lambda item: item.acceptable))
    waits = [_clause(facts.preliminary.text)] if facts.preliminary else []
    named = ESTIMAND_OF_DISTINCT if facts.study.twins_left_out else ESTIMAND
    notes = (*waits, f"estimates {named}", *map(_clause, joined))
    notes = (notes[0][0].upper() + notes[0][1:], *notes[1:])
    yield figure("Share acceptable of all traces made", "share", plain, *notes)
    title = "Share acceptable of all traces made, with the learned score"
    yield figure(title, "share", assisted, *notes)
    for name, estimate in overall_measures(facts).items():
        yield figure(MEASURES[name], "share", estimate, *notes)


def _clause(sentence: str) -> str:
    return f"{sentence[0].lower()}{sentence[1:].rstrip('.')}"


def _agreement(result: CriterionAgreement) -> Iterator[dict[str, Any]]:
    """The kappa-type and the AC-type coefficient, each with both intervals."""
    _, *coefficients = result.summary
    for name in coefficients:
        title, intervals = f"{result.criterion.title}: {TITLES[name]}", result.figures[name]
        over = {OVER_QUESTIONS: intervals.over_questions, OVER_RATERS: intervals.over_raters}
        for covers, estimate in over.items():
            if estimate is not None:
                yield figure(title, "coefficient", estimate, f"The interval says {covers}")
        if name in result.weighted:
            estimate = result.weighted[name].over_questions
            covers = f"The interval says {OVER_QUESTIONS}"
            yield figure(f"{title}, {TO_BATCH}", "coefficient", estimate, covers)


def count_figure(title: str, value: int) -> dict[str, Any]:
    """A count, which has no interval."""
    return {
        "title": title,
        "unit": "count",
        "value": value,
        "low": None,
        "high": None,
        "n": None,
        "note": "",
    }


def figure(title: str, unit: str, estimate: Estimate, *notes: str) -> dict[str, Any]:
    """As the dashboard has it, to the last digit; the note names what it says, and cautions."""
    parts = [*notes, settled_text(estimate, unit), estimate.reason, estimate.caution]
    return {
        "title": title,
        "unit": unit,
        "value": estimate.value,
        "low": estimate.low,
        "high": estimate.high,
        "n": estimate.n,
        "note": "; ".join(note for note in parts if note) + "." * any(parts),
    }
