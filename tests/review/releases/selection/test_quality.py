"""How good a whole release is: the estimate covers the truth, whatever the rules select."""

from array import array
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from pipeline.statistics.trace_columns import trace_columns
from review.evidence.items import Evidence
from review.evidence.policies import Rules, exclusion, failed_filters
from review.releases.selection.coverage import Answer, Coverage
from review.releases.selection.quality import Quality, quality_of
from review.reports.facts import Facts
from review.sampling.learned_score import Learned, score_population
from review.sampling.population import Population
from tests.review.scripted_study import FILTERS, ScriptedStudy

KEPT = Rules(
    ungraded="take", required_filters=FILTERS, minimum_precision=None, minimum_coherence=None
)
ANYTHING = Rules(
    ungraded="take",
    required_filters=FILTERS,
    minimum_precision=None,
    minimum_coherence=None,
    only_accepted=False,
)
WORLDS = 20
SIZE: dict[str, Any] = {"traces": 400, "drawn": 140}


@dataclass
class World:
    """A scripted study whose whole batch is released by rules; what is true of the release."""

    quality: Quality
    truth: float


def world(seed: int, rules: Rules, **changes: Any) -> World:
    """The release of all traces that the rules keep, and its share acceptable."""
    study = ScriptedStudy(seed, **changes)
    facts = study.facts()
    coverage = coverage_of(study, facts)
    by_trace = {int(item.trace): item for item in facts.items}
    good = rows = 0
    for trace in range(study.traces):
        taken = add(coverage, rules, study, trace, by_trace.get(trace))
        rows += taken
        good += taken * int(study.label[trace])
    return World(quality_of([coverage], without_evidence=0), good / rows)


def coverage_of(study: ScriptedStudy, facts: Facts) -> Coverage:
    coverage = Coverage(facts.study, False, lambda: facts)
    names = list(study.strata)
    stratum = np.zeros(study.traces, dtype=np.int64)
    for number, name in enumerate(names):
        stratum[study.strata[name]] = number
    population = Population(
        traces=np.arange(study.traces),
        row_of={str(trace): trace for trace in range(study.traces)},
        strata=tuple(names),
        stratum=stratum,
        passed={},
        columns=trace_columns([study.features(trace) for trace in range(study.traces)]),
    )
    coverage.__dict__["_found"] = (population, "")
    facts.__dict__["learned_score"] = score_population(population, facts.items)
    return coverage


def add(
    coverage: Coverage, rules: Rules, study: ScriptedStudy, trace: int, item: Evidence | None
) -> bool:
    """As `Coverage.add` counts a judged trace; says whether it is released."""
    if any(failed_filters(rules, study.features(trace))):
        return False
    coverage.domain.append(trace)
    if item is None:
        coverage.ungraded.append(trace)
        return True
    chance = item.probability or 1.0
    coverage.answers.append(Answer(item.item, trace, item.question, chance, item.acceptable))
    if exclusion(rules, item):
        return False
    if item.consensus is None:
        coverage.ungraded.append(trace)
    else:
        coverage.known += 1
        coverage.accepted += item.acceptable == 1
        coverage.graded[item.item] = (trace, 1 / chance)
    return True


def test_the_interval_covers_the_truth_in_nineteen_worlds_of_twenty():
    worlds = [world(seed, KEPT, **SIZE) for seed in range(WORLDS)]
    for name in ("sample", "assisted"):
        inside = sum(covers(getattr(one.quality, name), one.truth) for one in worlds)
        # At a level of 95 % fewer than 16 of 20 would be inside once in 400 times.
        assert inside >= 16, (name, inside)
    bias = np.mean([one.quality.sample.value - one.truth for one in worlds])
    assert abs(bias) < 0.02


def covers(estimate, truth: float) -> bool:
    return bool(estimate.low <= truth <= estimate.high)


def test_to_take_the_graded_rows_for_all_would_be_wrong():
    """Released graded rows were all accepted: their share says nothing of the others."""
    one = world(1, KEPT, **SIZE)
    assert one.quality.accepted == one.quality.known
    assert one.quality.sample.value < 0.98
    assert covers(one.quality.sample, one.truth)


def test_the_bounds_hold_the_estimate_between_them():
    quality = world(2, KEPT, **SIZE).quality
    assert quality.lowest.value < quality.sample.value < quality.highest.value


def test_an_estimate_worked_out_by_hand():
    """Of stratum a both traces are sampled and accepted; of the eight of b four, one accepted.

    Domain: 2 + 8 / 4 of 10. Three of the six graded are accepted, so one of the other four is:
    3 + 1 of the 7 that are released.
    """
    study = ScriptedStudy(3).facts().study
    facts: Any = SimpleNamespace(learned_score=Learned(0, "none"))
    coverage = Coverage(study, False, lambda: facts)
    coverage.__dict__["_found"] = (
        Population(
            traces=np.arange(10),
            row_of={},
            strata=("a", "b"),
            stratum=np.array([0] * 2 + [1] * 8),
            passed={},
            columns=trace_columns([]),
        ),
        "",
    )
    coverage.domain.extend(range(10))
    coverage.answers += [Answer(row, row, row, 1.0, 1.0) for row in (0, 1)]
    coverage.answers += [Answer(row, row, row, 0.5, float(row == 2)) for row in (2, 3, 4, 5)]
    coverage.ungraded.extend((6, 7, 8, 9))
    coverage.known = coverage.accepted = 3
    quality = quality_of([coverage], without_evidence=0)
    assert quality.sample.value == pytest.approx(4 / 7)
    assert quality.sample.low < 4 / 7 < quality.sample.high


def test_where_all_was_graded_nothing_is_estimated():
    graded = Coverage(ScriptedStudy(3).facts().study, False, ScriptedStudy(3).facts)
    graded.known, graded.accepted = 40, 36
    quality = quality_of([graded], without_evidence=2)
    assert (quality.sample.value, quality.sample.low, quality.sample.high) == (0.9, 0.9, 0.9)
    assert (quality.estimated, quality.without_evidence) == (0, 2)


def test_without_any_evidence_nothing_is_claimed():
    quality = quality_of([], without_evidence=7)
    assert quality.sample.value is None
    assert "no row of this release" in quality.sample.reason


def test_the_weights_of_a_stratum_sum_to_its_rows():
    study = ScriptedStudy(4, **SIZE)
    facts = study.facts()
    coverage = coverage_of(study, facts)
    by_trace = {int(item.trace): item for item in facts.items}
    released = [
        trace
        for trace in range(study.traces)
        if add(coverage, ANYTHING, study, trace, by_trace.get(trace))
    ]
    weights = coverage.weights()
    names = np.array(coverage.drawn_from.strata)[coverage.strata_of(array("q", released))]
    of_item = {item.item: item.stratum for item in facts.items}
    for name in set(names):
        of_stratum = [weight for item, weight in weights.items() if of_item[item] == name]
        assert sum(of_stratum) == pytest.approx((names == name).sum())
