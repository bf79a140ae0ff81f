"""The share of the batch that the panel accepts, as every report and screen states it."""

from review.reports.document import Cell, Column, Table
from review.reports.facts import Facts, learned_of
from review.statistics.estimate import Estimate, undefined
from review.statistics.estimation import Ratio, among, assisted_share, bounds, expanded, ratio
from review.statistics.sample_size import more_grades
from review.statistics.sampled import Sample

BOUNDED = (
    Column("estimate", "Share", "share"),
    Column("lowest", "If no unanswered item were acceptable", "share"),
    Column("highest", "If all of them were", "share"),
    Column("unanswered", "Unanswered items", "items"),
    Column("more", "More grades for ±0.05", "items"),
    Column("more_note", "Which assumes"),
)
WORST = (
    "Items without an answer (not graded, declined, cannot judge, not adjudicated, answer key "
    "disputed) leave their weight to their stratum; the two columns beside it put every one of "
    "them at its worst and at its best."
)


def scored_sample(facts: Facts) -> Sample:
    """The sampled items with the learned score, where there is one."""
    learned = learned_of(facts)
    return facts.sample(scores=learned.by_item, score_means=learned.means)


def shares_acceptable(facts: Facts) -> tuple[Estimate, Estimate]:
    """The stratified estimate, and the one that the learned score assists."""
    sample, learned = scored_sample(facts), learned_of(facts)
    assisted = assisted_share(sample) if learned else undefined(f"the score {learned.reason}")
    return ratio(sample, among(sample)), assisted


def acceptable_table(facts: Facts) -> Table:
    """The overall share acceptable among traces made, by both estimators."""
    plain, assisted = shares_acceptable(facts)
    sample = facts.sample()
    rows = (
        ("Stratified by the sample's design", *bounded(sample, among(sample), plain, facts)),
        ("With the learned score", assisted, None, None, None, None, None),
    )
    columns = (Column("estimator", "Estimator"), *BOUNDED)
    note = f"Among all traces with a chain of thought, kept and discarded. {WORST}"
    if not facts.study.design["include_discarded"]:
        note = note.replace("kept and discarded", "kept by the filters")
    return Table("acceptable", "Share of the batch that is acceptable", columns, rows, note)


def bounded(sample: Sample, asked: Ratio, estimate: Estimate, facts: Facts) -> tuple[Cell, ...]:
    """An estimate with its bounds, and how many more grades it takes: cells of BOUNDED."""
    ends = bounds(sample, asked)
    whole = round(float((expanded(sample) * asked.needed(sample.label)).sum()))
    if estimate.value is None:
        return estimate, ends.lowest, ends.highest, ends.unanswered, None, None
    more = more_grades(estimate, population=whole, grades_an_item=facts.study.overlap)
    return estimate, ends.lowest, ends.highest, ends.unanswered, more.grades, more.note
