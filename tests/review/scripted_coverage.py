"""How often the reports' intervals hold what is true of scripted studies.

The truth of a figure about the batch is what the panel says of every trace of it. The truth of a
figure about the panel (agreement, severity, control items, repeats) is its mean over all the
other studies: the panel is the same in each.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from unittest.mock import patch

import numpy as np

from pipeline.statistics.estimate import Estimate
from pipeline.statistics.trace_columns import trace_columns
from review.reports.agreement import coefficients, criteria, raters, retest
from review.reports.document import Report, Table
from review.reports.facts import Facts
from review.reports.filters import measures
from review.reports.quality import report as quality
from review.sampling.population import Population
from tests.review.scripted_study import FILTERS, SOURCES, ScriptedStudy
from tests.statistics.worlds import Coverage

SHARE = "share acceptable"
ASSISTED = "share acceptable, with the learned score"
BY_SOURCE = "share acceptable, by source"
CRITERIA = ("decision", "precision")


def coverage(seeds: Iterable[int]) -> dict[str, Coverage]:
    """Coverage by figure, over the studies of these seeds."""
    held: dict[str, Coverage] = defaultdict(Coverage)
    panels: list[dict[str, Estimate]] = []
    for seed in seeds:
        world = ScriptedStudy(seed)
        facts = world.facts()
        with patch(
            "review.sampling.learned_score.population_of", lambda _, world=world: population(world)
        ):
            for name, estimate, truth in about_the_batch(world, facts):
                held[name].add(estimate, truth)
        panels.append(dict(about_the_panel(facts)))
    _add_panels(held, panels)
    return held


def about_the_batch(world: ScriptedStudy, facts: Facts) -> Iterator[tuple[str, Estimate, float]]:
    """Figures of the quality and filter reports, with the truth of this batch."""
    good = quality.quality_report(facts)
    yield SHARE, cell(good, "acceptable", 0, "share"), world.truth("share")
    yield ASSISTED, cell(good, "estimators", 1, "share"), world.truth("share")
    for place, source in enumerate(sorted(range(len(SOURCES)), key=lambda one: SOURCES[one][0])):
        truth = world.truth("share", source=source)
        yield BY_SOURCE, cell(good, "by_source", place, "share"), truth
    table = measures.overall_table(facts)
    for row in table.rows:
        name = str(row[0]).lower()
        yield name, of_row(table, row, "estimate"), world.truth(name)


def about_the_panel(facts: Facts) -> Iterator[tuple[str, Estimate]]:
    """Figures of the agreement report, by what they are of."""
    known = {one.key: one for one in criteria.study_criteria(facts)}
    for key in CRITERIA:
        one = coefficients.criterion_agreement(
            known[key], criteria.collect_judgements(known[key], facts)
        )
        for name, found in one.figures.items():
            yield f"agreement: {key}, {name}", found.over_questions
    for table, column, name in (
        (raters.severity_table(one), "residual", "severity"),
        (retest.control_table(facts), "all", "control items"),
    ):
        for row in table.rows:
            yield f"{name}: {row[0]}", of_row(table, row, column)


def cell(report: Report, key: str, row: int, column: str) -> Estimate:
    table = report.table(key)
    return of_row(table, table.rows[row], column)


def of_row(table: Table, row: tuple, column: str) -> Estimate:
    found = row[[one.key for one in table.columns].index(column)]
    assert isinstance(found, Estimate), (table.key, column, found)
    return found


def population(world: ScriptedStudy) -> Population:
    """Every trace of the batch, as the learned score reads it."""
    names = [name for name, traces in world.strata.items() for _ in traces]
    order = [trace for traces in world.strata.values() for trace in traces]
    features = [world.features(trace) for trace in order]
    strata, stratum = np.unique(np.array(names, dtype=object), return_inverse=True)
    return Population(
        traces=np.array(order),
        row_of={str(trace): row for row, trace in enumerate(order)},
        strata=tuple(strata),
        stratum=stratum,
        passed={name: np.array([one.passed(name) for one in features]) for name in FILTERS},
        columns=trace_columns(features),
    )


def _add_panels(held: dict[str, Coverage], panels: list[dict[str, Estimate]]) -> None:
    for name in panels[0]:
        values = np.array([one[name].value for one in panels])
        others = (values.sum() - values) / (len(values) - 1)
        for one, truth in zip(panels, others, strict=True):
            held[name.split(":")[0]].add(one[name], float(truth))
