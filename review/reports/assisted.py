"""The share acceptable with the learned score, and bounds and further grades for any ratio."""

from pipeline.statistics.estimate import Estimate, undefined
from pipeline.statistics.estimation.ratio_estimator import (
    Ratio,
    assisted_share,
    expansion_weights,
    nonresponse_bounds,
)
from pipeline.statistics.estimation.sample_size import further_grades
from pipeline.statistics.estimation.stratified_sample import Sample
from review.reports.document import Cell, Column, Table
from review.reports.facts import Facts
from review.reports.shares import MORE_COLUMNS, WeightedSample, awaiting_answers, weighted_sample

BOUNDS_COLUMNS = (
    Column("estimate", "Share", "share"),
    Column("lowest", "If none of the unanswered or waiting were", "share"),
    Column("highest", "If all of them were", "share"),
    Column("unanswered", "Without an answer", "items"),
    *MORE_COLUMNS,
)
LEARNED_SCORE_NOTE = (
    "The learned score predicts from the recorded features of a trace whether the panel would "
    "accept it (logistic regression; each item is scored by a model that saw no grade of its "
    "question). It is known for every trace, so it narrows the estimate; it never accepts or "
    "rejects anything."
)


def scored_sample(facts: Facts) -> WeightedSample:
    """The sample with the learned score, where there is one."""
    return weighted_sample(facts, lambda item: item.acceptable, facts.learned_score)


def shares_acceptable(facts: Facts) -> tuple[Estimate, Estimate]:
    """The stratified estimate, and the one that the learned score assists."""
    weighted_sample, learned = scored_sample(facts), facts.learned_score
    if not learned:
        return weighted_sample.share(), undefined(f"the score {learned.reason}")
    return weighted_sample.share(), assisted_share(weighted_sample.sample)


def estimators_table(facts: Facts) -> Table:
    """The share of the batch that is acceptable, by both estimators."""
    plain, assisted = shares_acceptable(facts)
    rows = (("By the sample alone", plain), ("With the learned score", assisted))
    columns = (Column("estimator", "Estimated"), Column("share", "Acceptable", "share"))
    title = "Share acceptable in the batch, by both estimators"
    return Table("estimators", title, columns, rows, LEARNED_SCORE_NOTE)


def bounds_cells(
    sample: Sample, target: Ratio, estimate: Estimate, *, overlap: int
) -> tuple[Cell, ...]:
    """An estimate with its bounds, and how many more grades it takes: cells of BOUNDED."""
    bounds = nonresponse_bounds(sample, target)
    size = round(float((expansion_weights(sample) * target.denominator_values(sample.label)).sum()))
    waiting = awaiting_answers(sample, target.in_denominator)
    more = further_grades(estimate, population=size, grades_an_item=overlap, waiting=waiting)
    needed = (None, None) if estimate.value is None else (more.adjudications, more.grades)
    return estimate, bounds.lowest.value, bounds.highest.value, bounds.unanswered, *needed
