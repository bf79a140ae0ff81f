"""The filters' verdict against the consensus: overall, by group, and filter by filter."""

from collections.abc import Callable

import numpy as np

from pipeline.statistics.estimate import BoolArray, Estimate, undefined
from pipeline.statistics.estimation.filters import DENOMINATORS, filter_ratios
from pipeline.statistics.estimation.ratio_estimator import Ratio, estimate_ratio
from pipeline.statistics.estimation.stratified_sample import Sample
from pipeline.statistics.trace_columns import filters_run
from review.evidence.items import Evidence
from review.reports.assisted import BOUNDS_COLUMNS, bounds_cells, scored_sample
from review.reports.document import Cell, Column, Table
from review.reports.facts import Facts
from review.reports.wording import with_plot

NOT_SAMPLED = undefined("discarded traces were not sampled, so this cannot be known")
NOTHING_DISCARDED = undefined("it discarded no graded trace, so this cannot be estimated")
NOTHING_KEPT = undefined("it kept no graded trace, so this cannot be estimated")
PREDICTIVE = "positive predictive value"
# What needs traces that were discarded, and what needs kept ones.
DISCARDED = ("sensitivity", "specificity", "false-discard rate")
KEPT = (PREDICTIVE, "sensitivity", "specificity")
ALL_FILTERS = "all together"
FILTER_ALONE = (
    "As if the filter alone decided: what it passes is kept, all else discarded. Measured on the "
    "traces it ran on: checks run on a share of them. One that measures only rejected none; its "
    "row says what it would do."
)
COVERS = "The intervals say how a figure would vary over other samples of this batch."
MEASURES = tuple(
    Column(name.replace(" ", "_").replace("-", "_"), name.capitalize(), "share")
    for name in DENOMINATORS
)


def filter_measures(
    facts: Facts, sample: Sample, domain: BoolArray | None = None
) -> dict[str, Estimate]:
    """The four measures; of a sample of kept traces only, just the positive predictive value."""
    targets = filter_ratios(sample, domain)
    if not facts.study.design["include_discarded"]:
        return dict.fromkeys(targets, NOT_SAMPLED) | {
            PREDICTIVE: estimate_ratio(*targets[PREDICTIVE])
        }
    estimates = {
        name: estimate_ratio(of_sample, target) for name, (of_sample, target) in targets.items()
    }
    return estimates | _one_sided(sample, domain)


def _one_sided(sample: Sample, domain: BoolArray | None) -> dict[str, Estimate]:
    """Measures that cannot be estimated because every graded trace was kept, or discarded.

    Without this the report would show a sensitivity of 100 % as certain. It is certain only for
    a batch graded in full.
    """
    graded = sample.answered if domain is None else sample.answered & domain
    kept = sample.kept[graded]
    if not kept.size or int(sample.answered.sum()) == sample.population:
        return {}
    if kept.all():
        return dict.fromkeys(DISCARDED, NOTHING_DISCARDED)
    return {} if kept.any() else dict.fromkeys(KEPT, NOTHING_KEPT)


def overall_measures(facts: Facts) -> dict[str, Estimate]:
    """The four measures of the verdict, over the whole batch."""
    return filter_measures(facts, scored_sample(facts).sample)


def overall_table(facts: Facts) -> Table:
    """Each measure with interval, bounds, and how many more grades it takes."""
    estimates = overall_measures(facts)
    rows = tuple(
        (name.capitalize(), DENOMINATORS[name], *_bounded(facts, estimates[name], *target))
        for name, target in filter_ratios(scored_sample(facts).sample).items()
    )
    columns = (
        Column("measure", "Measure"),
        Column("of", "Of what, and which share"),
        *BOUNDS_COLUMNS,
    )
    table = Table("overall", "The verdict against the consensus", columns, rows)
    return with_plot(table, "intervals", "measure", ("estimate",), covers=COVERS)


def _bounded(facts: Facts, estimate: Estimate, sample: Sample, target: Ratio) -> tuple[Cell, ...]:
    if estimate in (NOT_SAMPLED, NOTHING_DISCARDED, NOTHING_KEPT):
        return (estimate, *[None] * (len(BOUNDS_COLUMNS) - 1))
    return bounds_cells(sample, target, estimate, overlap=facts.study.overlap)


def by_group_table(facts: Facts, key: str, title: str, group: Callable[[Evidence], str]) -> Table:
    """The four measures among the traces of each group."""
    groups = np.array([group(item) for item in facts.items], dtype=object)
    sample = scored_sample(facts).sample
    by_group = {
        str(name): filter_measures(facts, sample, groups == name) for name in sorted(set(groups))
    }
    return _table(key, title, Column(key, key.capitalize()), by_group, _answers(facts, group))


def by_filter_table(facts: Facts) -> Table:
    """The four measures of each filter as if it alone decided, and of all together.

    A filter that ran on some of the traces is judged by those: it looked at no other.
    """
    sample = scored_sample(facts).sample
    by_filter = {ALL_FILTERS: filter_measures(facts, sample)}
    answers = {ALL_FILTERS: int(sample.answered.sum())}
    for name in filters_run([item.features for item in facts.items]):
        passed, ran = _said_by(facts, name)
        row = name if _decides(facts, name) else f"{name} (measures only)"
        by_filter[row] = filter_measures(facts, sample.with_verdicts(passed), ran)
        answers[row] = int((sample.answered & ran).sum())
    label = Column("filter", "Filter")
    return _table("by_filter", "By filter", label, by_filter, answers, FILTER_ALONE)


def _said_by(facts: Facts, name: str) -> tuple[BoolArray, BoolArray]:
    """Which traces a filter passed, and on which it ran."""
    passed = [item.features.passed(name) for item in facts.items]
    ran = [item.features.ran(name) for item in facts.items]
    return np.array(passed, dtype=bool), np.array(ran, dtype=bool)


def _decides(facts: Facts, name: str) -> bool:
    """Whether the filter could reject any of the traces that it looked at."""
    results = (result for item in facts.items for result in item.features.filters)
    return any(result.decides for result in results if result.name == name)


def _answers(facts: Facts, group: Callable[[Evidence], str]) -> dict[str, int]:
    counted: dict[str, int] = {}
    for item in facts.items:
        counted[group(item)] = counted.get(group(item), 0) + (item.acceptable is not None)
    return counted


def _table(
    key: str,
    title: str,
    label: Column,
    estimates_by_row: dict[str, dict[str, Estimate]],
    answers: dict[str, int],
    note: str = "",
) -> Table:
    counts = (Column("answered", "Graded items", "items"),) if answers else ()
    rows: list[tuple[Cell, ...]] = [
        (name, *([answers[name]] if answers else []), *estimates.values())
        for name, estimates in estimates_by_row.items()
    ]
    table = Table(key, title, (label, *counts, *MEASURES), tuple(rows), note)
    return with_plot(table, "intervals", label.key, (MEASURES[0].key,), covers=COVERS)
