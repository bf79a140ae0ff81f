"""Coverage tables: the worlds, seeds and numbers of samples, all fixed beforehand.

The suite runs a smaller form (test_coverage.py), `make bench` a larger one.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from statistics import median
from typing import Any

import numpy as np

from pipeline.statistics.agreement.coefficients import agreement
from pipeline.statistics.estimate import Estimate
from pipeline.statistics.estimation.across_raters import share_across_raters
from pipeline.statistics.estimation.filters import filter_ratios
from pipeline.statistics.estimation.ratio_estimator import (
    assisted_share,
    estimate_ratio,
    stratified_share,
)
from tests.statistics.decisions import draw_decisions, true_coefficients
from tests.statistics.worlds import Coverage, World, draw_panel, draw_sample, logistic, make_world

# Quality, clustering and sizes differ; in the second nearly every kept trace is acceptable.
WORLDS: dict[str, dict[str, Any]] = {
    "mixed quality": {"seed": 1},
    "high quality, strong clustering": {"seed": 2, "base": 1.4, "clustering": 0.8},
    "larger, weak clustering": {"seed": 3, "sources": (1400, 500, 250), "clustering": 0.3},
}
# Grades drawn in each stratum, and the chance of an answer in the first (it rises to 1).
SAMPLES = {"100 a stratum": (100, 1.0), "150 a stratum, a fifth unanswered": (150, 0.67)}
SCORES = ("informative", "noise")
SPREAD = 0.7  # deviation of raters' severity, in logits
WIDE = 1.5  # raters who differ more than clinicians usually do
OVERLAP = 3
QUESTIONS = "over questions only"
# How intervals over raters are made, by what `few_raters` makes them so for every panel.
OVER_RATERS = {"raters resampled": 0, "t over raters": 100}
COEFFICIENTS = ("alpha_ordinal", "ac2_quadratic")


@dataclass
class Table:
    """Coverage by estimator, and the assisted interval's median width beside the plain one's."""

    coverage: dict[str, Coverage] = field(default_factory=lambda: defaultdict(Coverage))
    widths: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def add(self, found: Mapping[str, Estimate], truth: float) -> None:
        """Count each interval, and its width. One that is not given covers nothing."""
        for name, estimate in found.items():
            given = estimate.half_width is not None
            shown = estimate if given else replace(estimate, low=2.0, high=2.0)
            self.coverage[name].add(shown, truth)
            if given:
                self.widths[name].append(2 * estimate.half_width)

    def width(self, name: str) -> float:
        return median(self.widths[name])


def of_this_panel(world_name: str, sample_name: str, *, samples: int) -> Table:
    """Draw samples of one world; the truth is the panel's consensus on the whole batch."""
    world, (each, answering) = make_world(**WORLDS[world_name]), SAMPLES[sample_name]
    rng, table = np.random.default_rng([len(world_name), each]), Table()
    for _ in range(samples):
        for score in SCORES:
            sample, _ = draw_sample(world, rng, each=each, answering=answering, score=score)
            plain, assisted = stratified_share(sample), assisted_share(sample)
            table.coverage[f"assisted, {score}"].add(assisted, world.truth("share"))
            table.widths[score].append(assisted.half_width / plain.half_width)
        table.coverage["share"].add(plain, world.truth("share"))
        for name, (of_sample, ratio) in filter_ratios(sample).items():
            table.coverage[name].add(estimate_ratio(of_sample, ratio), world.truth(name))
    return table


def of_other_panels(*, samples: int, overlap: int = 3, replicates: int = 200) -> Table:
    """A new panel of twelve for each sample; the truth is what raters of the kind accept.

    "questions" resamples nothing of the raters; "questions and raters" both.
    """
    world, rng, table = make_world(**WORLDS["mixed quality"]), np.random.default_rng(12), Table()
    logits = np.log(world.informative / (1 - world.informative))
    truth = accepted_by_the_kind(world, logits)
    for _ in range(samples):
        sample, traces = draw_sample(world, rng, each=100)
        grades = draw_panel(rng, spread=SPREAD).grades(logits[traces], rng, overlap=overlap)
        mean = np.bincount(grades[0], grades[2]) / overlap
        plain = stratified_share(replace(sample, label=mean))
        across_raters = share_across_raters(sample, *grades, replicates=replicates)
        table.coverage["questions"].add(plain, truth)
        table.coverage["questions and raters"].add(across_raters, truth)
        table.widths["questions and raters"].append(across_raters.half_width / plain.half_width)
    return table


def accepted_by_the_kind(world: World, logits: np.ndarray, spread: float = SPREAD) -> float:
    """The mean over the batch and over severities, by Gauss-Hermite quadrature."""
    points, weights = np.polynomial.hermite_e.hermegauss(40)
    accepted = logistic(logits[None, :] - spread * points[:, None]).mean(axis=1)
    return float(np.average(accepted, weights=weights))


def share_of_few(raters: int, *, samples: int, spread: float = SPREAD, each: int = 50) -> Table:
    """The share acceptable for other raters, by panels of so many, three grades an item.

    By the interval over questions only, by resampling raters, and by t.
    """
    world, rng = make_world(**WORLDS["mixed quality"]), np.random.default_rng([raters, 5])
    logits, table = np.log(world.informative / (1 - world.informative)), Table()
    truth = accepted_by_the_kind(world, logits, spread)
    for _ in range(samples):
        sample, traces = draw_sample(world, rng, each=each)
        panel = draw_panel(rng, raters=raters, spread=spread)
        grades = panel.grades(logits[traces], rng, overlap=OVERLAP)
        mean = np.bincount(grades[0], grades[2]) / OVERLAP
        found = {QUESTIONS: stratified_share(replace(sample, label=mean))} | {
            name: share_across_raters(sample, *grades, replicates=200, few_raters=few)
            for name, few in OVER_RATERS.items()
        }
        table.add(found, truth)
    return table


def agreement_of_few(
    raters: int, *, samples: int, spread: float = SPREAD, items: int = 150
) -> dict[str, Table]:
    """The same for coefficients of decisions on three points, each item a question of its own.

    The truth is the coefficient of endlessly many raters and items of the kind.
    """
    rng, truth = np.random.default_rng([raters, 6]), true_coefficients(spread)
    tables = {name: Table() for name in COEFFICIENTS}
    for seed in range(samples):
        ratings = draw_decisions(rng, raters=raters, spread=spread, items=items)
        resampled, by_t = (
            agreement(
                ratings,
                COEFFICIENTS,
                replicates=200,
                seed=seed,
                resample_raters=True,
                few_raters=few,
            )
            for few in OVER_RATERS.values()
        )
        for name, table in tables.items():
            over_raters = (resampled[name].over_raters, by_t[name].over_raters)
            found = {QUESTIONS: resampled[name].over_questions}
            found |= dict(zip(OVER_RATERS, over_raters, strict=True))
            table.add(found, truth[name])
    return tables
