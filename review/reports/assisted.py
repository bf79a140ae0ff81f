"""The share acceptable with the learned score, and what any ratio needs beside it to be read."""

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
from review.reports.facts import Facts, learned_of
from review.reports.shares import Weighted, weighted

BOUNDED = (
    Column("estimate", "Share", "share"),
    Column("lowest", "If none of the unanswered were", "share"),
    Column("highest", "If all of them were", "share"),
    Column("unanswered", "Without an answer", "items"),
    Column("more", "More grades for ± 5 points", "items"),
)
LEARNED = (
    "The learned score guesses from the recorded features of a trace what the panel would accept "
    "(logistic regression; each item by a model that saw no grade of its question). It is known "
    "of every trace, so it narrows the estimate; it never accepts or rejects anything."
)


def scored(facts: Facts) -> Weighted:
    """The sample with the learned score, where there is one."""
    return weighted(facts, lambda one: one.acceptable, learned_of(facts))


def shares_acceptable(facts: Facts) -> tuple[Estimate, Estimate]:
    """The stratified estimate, and the one that the learned score assists."""
    found, learned = scored(facts), learned_of(facts)
    if not learned:
        return found.share(), undefined(f"the score {learned.reason}")
    return found.share(), assisted_share(found.sample)


def estimators_table(facts: Facts) -> Table:
    """The share of the batch that is acceptable, by both estimators."""
    plain, assisted = shares_acceptable(facts)
    rows = (("By the sample alone", plain), ("With the learned score", assisted))
    columns = (Column("estimator", "Estimated"), Column("share", "Acceptable", "share"))
    title = "Share acceptable in the batch, by both estimators"
    return Table("estimators", title, columns, rows, LEARNED)


def bounded(sample: Sample, asked: Ratio, estimate: Estimate, *, overlap: int) -> tuple[Cell, ...]:
    """An estimate with its bounds, and how many more grades it takes: cells of BOUNDED."""
    ends = nonresponse_bounds(sample, asked)
    whole = round(float((expansion_weights(sample) * asked.denominator_values(sample.label)).sum()))
    more = further_grades(estimate, population=whole, grades_an_item=overlap)
    grades = None if estimate.value is None else more.grades
    return estimate, ends.lowest.value, ends.highest.value, ends.unanswered, grades
