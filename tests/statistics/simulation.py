"""Coverage tables: the worlds, seeds and numbers of samples, all fixed beforehand.

The suite runs a smaller form (test_coverage.py), `make bench` a larger one.
"""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from statistics import median
from typing import Any

import numpy as np

from pipeline.statistics.estimation.across_raters import share_across_raters
from pipeline.statistics.estimation.filters import filter_ratios
from pipeline.statistics.estimation.ratio_estimator import (
    assisted_share,
    estimate_ratio,
    stratified_share,
)
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


@dataclass
class Table:
    """Coverage by estimator, and the assisted interval's median width beside the plain one's."""

    coverage: dict[str, Coverage] = field(default_factory=lambda: defaultdict(Coverage))
    widths: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

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


def accepted_by_the_kind(world: World, logits: np.ndarray) -> float:
    """The mean over the batch and over severities, by Gauss-Hermite quadrature."""
    points, weights = np.polynomial.hermite_e.hermegauss(40)
    accepted = logistic(logits[None, :] - SPREAD * points[:, None]).mean(axis=1)
    return float(np.average(accepted, weights=weights))
