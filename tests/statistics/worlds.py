"""Worlds with a known truth: batches, biased filters, panels; all fixed by their seeds.

A world is a whole batch whose acceptable traces are known. Drawing a sample from it again and
again shows how often an interval covers the truth.
"""

from dataclasses import dataclass

import numpy as np

from pipeline.statistics.estimate import Estimate
from pipeline.statistics.estimation.stratified_sample import Sample


@dataclass(frozen=True)
class World:
    """A batch: its traces by stratum and question, what is true of each, and its scores."""

    strata: tuple[str, ...]
    stratum: np.ndarray
    question: np.ndarray
    acceptable: np.ndarray
    kept: np.ndarray
    informative: np.ndarray
    noise: np.ndarray

    @property
    def sizes(self) -> np.ndarray:
        return np.bincount(self.stratum, minlength=len(self.strata)).astype(float)

    def truth(self, name: str) -> float:
        acceptable, kept = self.acceptable == 1, self.kept
        truths = {
            "share": acceptable.mean(),
            "positive predictive value": acceptable[kept].mean(),
            "sensitivity": kept[acceptable].mean(),
            "specificity": (~kept)[~acceptable].mean(),
            "false-discard rate": acceptable[~kept].mean(),
        }
        return float(truths[name])


def make_world(seed: int, *, sources=(700, 250, 120), samples=4, base=0.6, clustering=0.6) -> World:
    """Three sources of unequal size, four traces a question, and a filter that is biased.

    The filter sees quality through noise and favours the first source; traces of a question are
    alike (`clustering`: the question's part in quality).
    """
    rng = np.random.default_rng(seed)
    source = np.repeat(np.arange(len(sources)), np.array(sources) * samples)
    question = np.repeat(np.arange(sum(sources)), samples)
    quality = np.sqrt(clustering) * rng.normal(size=sum(sources))[question]
    quality = quality + np.sqrt(1 - clustering) * rng.normal(size=len(question))
    quality = quality + base - 0.5 * source
    acceptable = (quality > 0).astype(float)
    kept = quality + rng.normal(scale=1.2, size=len(quality)) + 0.4 * (source == 0) > 0.2
    informative = 1 / (1 + np.exp(-2 * (quality + rng.normal(scale=0.5, size=len(quality)))))
    names = [
        f"source {source}, {verdict}"
        for source in range(len(sources))
        for verdict in ("out", "kept")
    ]
    return World(
        tuple(names),
        source * 2 + kept,
        question,
        acceptable,
        kept,
        informative,
        rng.uniform(size=len(quality)),
    )


def draw_sample(
    world: World, rng: np.random.Generator, *, each: int, answering=1.0, score="informative"
) -> tuple[Sample, np.ndarray]:
    """A sample of `each` traces a stratum, and which traces it took.

    `answering`: the chance of an answer in the first stratum; it rises to 1 in the last.
    """
    strata = len(world.strata)
    shuffled = rng.permutation(len(world.stratum))
    by_stratum = shuffled[np.argsort(world.stratum[shuffled], kind="stable")]
    starts = np.concatenate([[0], np.cumsum(world.sizes).astype(int)])
    takes = np.minimum(each, world.sizes).astype(int)
    traces = np.concatenate(
        [by_stratum[start : start + take] for start, take in zip(starts, takes, strict=False)]
    )
    stratum, scores = world.stratum[traces], getattr(world, score)
    answers = np.linspace(answering, 1.0, strata)
    sample = Sample(
        strata=world.strata,
        sizes=world.sizes,
        score_means=np.bincount(world.stratum, scores) / world.sizes,
        stratum=stratum,
        question=np.unique(world.question[traces], return_inverse=True)[1],
        probability=(takes / world.sizes)[stratum],
        label=world.acceptable[traces],
        answered=rng.uniform(size=len(traces)) < answers[stratum],
        kept=world.kept[traces],
        score=scores[traces],
    )
    return sample, traces


@dataclass
class Coverage:
    """How often intervals held the truth, with the Monte Carlo error of that share."""

    covered: int = 0
    total: int = 0

    def add(self, estimate: Estimate, truth: float) -> None:
        assert estimate.low is not None, estimate
        self.total += 1
        self.covered += estimate.low <= truth <= estimate.high

    @property
    def share(self) -> float:
        return self.covered / self.total

    @property
    def error(self) -> float:
        return float(np.sqrt(self.share * (1 - self.share) / self.total))

    def __str__(self) -> str:
        return f"{self.share:.1%} ± {self.error:.1%} of {self.total}"


@dataclass(frozen=True)
class Panel:
    """Raters of a wide kind: each has a severity and accepts where quality passes it."""

    severity: np.ndarray

    def grades(
        self, logits: np.ndarray, rng: np.random.Generator, *, overlap: int
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Item, rater, accepted: `overlap` raters an item, drawn at random."""
        items = np.repeat(np.arange(len(logits)), overlap)
        orders = rng.permuted(np.tile(np.arange(len(self.severity)), (len(logits), 1)), axis=1)
        raters = orders[:, :overlap].ravel()
        accepts = rng.uniform(size=len(items)) < logistic(logits[items] - self.severity[raters])
        return items, raters, accepts.astype(float)


def draw_panel(rng: np.random.Generator, *, raters: int = 12, spread: float = 0.7) -> Panel:
    return Panel(rng.normal(scale=spread, size=raters))


def logistic(values: np.ndarray) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-values)))
