"""Coverage tables: the worlds, seeds and numbers of samples, all fixed beforehand.

The suite runs a smaller form (test_coverage.py), `make bench` a larger one.
"""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from statistics import median
from typing import Any

import numpy as np

from pipeline.statistics.estimation.across_raters import share_across_raters
from pipeline.statistics.estimation.batch_shares import assisted_share, ratio, share
from pipeline.statistics.estimation.filters import filter_ratios
from tests.statistics.worlds import Coverage, World, drawn, logistic, panel, world

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
    one, (each, answering) = world(**WORLDS[world_name]), SAMPLES[sample_name]
    chance, table = np.random.default_rng([len(world_name), each]), Table()
    for _ in range(samples):
        for score in SCORES:
            sample, _ = drawn(one, chance, each=each, answering=answering, score=score)
            plain, assisted = share(sample), assisted_share(sample)
            table.coverage[f"assisted, {score}"].add(assisted, one.truth("share"))
            table.widths[score].append(assisted.half_width / plain.half_width)
        table.coverage["share"].add(plain, one.truth("share"))
        for name, (seen, asked) in filter_ratios(sample).items():
            table.coverage[name].add(ratio(seen, asked), one.truth(name))
    return table


def of_other_panels(*, samples: int, overlap: int = 3, replicates: int = 200) -> Table:
    """A new panel of twelve for each sample; the truth is what raters of the kind accept.

    "questions" resamples nothing of the raters; "questions and raters" both.
    """
    one, chance, table = world(**WORLDS["mixed quality"]), np.random.default_rng(12), Table()
    logits = np.log(one.informative / (1 - one.informative))
    truth = accepted_by_the_kind(one, logits)
    for _ in range(samples):
        sample, traces = drawn(one, chance, each=100)
        given = panel(chance, spread=SPREAD).grades(logits[traces], chance, overlap=overlap)
        mean = np.bincount(given[0], given[2]) / overlap
        plain = share(replace(sample, label=mean))
        both = share_across_raters(sample, *given, replicates=replicates)
        table.coverage["questions"].add(plain, truth)
        table.coverage["questions and raters"].add(both, truth)
        table.widths["questions and raters"].append(both.half_width / plain.half_width)
    return table


def accepted_by_the_kind(one: World, logits: np.ndarray) -> float:
    """The mean over the batch and over severities, by Gauss-Hermite quadrature."""
    points, weights = np.polynomial.hermite_e.hermegauss(40)
    accepted = logistic(logits[None, :] - SPREAD * points[:, None]).mean(axis=1)
    return float(np.average(accepted, weights=weights))
