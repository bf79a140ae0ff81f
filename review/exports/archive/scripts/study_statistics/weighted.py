"""Shares of the batch from the stratified sample: estimate, bounds, assisted, further grades.

Strata keep their known sizes; within a stratum items weigh the inverse of their recorded chance,
increased for items without an answer. Errors: linearised residuals summed by question, with a
finite-population correction; Wilson's interval with the effective size (Korn and Graubard 1998).
Sources: Cochran (1977), chapters 5, 6, 11; Saerndal, Swensson and Wretman (1992).
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from .archive import Archive, number
from .intervals import Estimate, Floats, Ints, Mask, OnceSettled, Z, student_t, undefined, wilson
from .panel import Item

MIN_LABELS = 30
FOLDS = 5
TARGET_HALF_WIDTH = 0.05


@dataclass(frozen=True)
class Sample:
    """The sampled items in columns. Items without an answer have label 0."""

    strata: tuple[str, ...]
    sizes: Floats
    score_means: Floats | None
    stratum: Ints
    question: Ints
    chance: Floats
    label: Floats
    answered: Mask
    kept: Mask
    score: Floats | None
    waiting: Mask

    @property
    def answers(self) -> Ints:
        return self.by_stratum(self.answered).astype(np.int64)

    def by_stratum(self, values: Floats | Mask) -> Floats:
        return np.asarray(np.bincount(self.stratum, values, len(self.strata)), dtype=float)

    def with_labels(self, labels: Floats, items: Mask) -> "Sample":
        """As if these items had these labels, and nothing waited."""
        label, nothing = np.where(items, labels, self.label), np.zeros_like(self.waiting)
        return replace(self, label=label, answered=self.answered | items, waiting=nothing)

    @property
    def undecided(self) -> Mask:
        """Items without an answer, and those whose answer may still change."""
        return np.asarray(~self.answered | self.waiting)


def read_sample(
    archive: Archive,
    items: Sequence[Item],
    label: Callable[[Item], float | None],
    *,
    settles: bool = True,
) -> Sample:
    """Sampled items under a label; strata with fewer than two answers are joined.

    `settles`: the label follows from the consensus, so it waits with it.
    """
    rows = archive.table("strata")
    names = tuple(row["stratum"] for row in rows)
    means = [number(row["learned_score_mean"]) for row in rows]
    scores = [number(item.row["learned_score"]) for item in items]
    scored = None not in means and None not in scores
    questions: dict[int, int] = {}
    labels = [label(item) for item in items]
    sample = Sample(
        names,
        np.array([float(row["traces"]) for row in rows]),
        np.array(means, dtype=float) if scored else None,
        np.array([names.index(item.row["stratum"]) for item in items], dtype=np.int64),
        np.array([questions.setdefault(item.question, len(questions)) for item in items]),
        np.array([item.probability for item in items], dtype=float),
        np.array([one or 0 for one in labels], dtype=float),
        np.array([one is not None for one in labels], dtype=bool),
        np.array([item.kept for item in items], dtype=bool),
        np.array(scores, dtype=float) if scored else None,
        np.array([settles and bool(one.waits_for) and not one.key_exclusion for one in items]),
    )
    return _join_thin_strata(sample)


def _join_thin_strata(sample: Sample) -> Sample:
    order = np.argsort(sample.answers, kind="stable")
    thin = int(np.sum(sample.answers < 2))
    if not thin or len(order) < 2:
        return sample
    enough = np.flatnonzero(np.cumsum(sample.answers[order]) >= 2)
    take = max(thin, 2, int(enough[0]) + 1 if len(enough) else len(order))
    joint = np.isin(np.arange(len(sample.strata)), order[:take])
    index = np.where(joint, 0, np.cumsum(~joint))
    sizes = np.asarray(np.bincount(index, sample.sizes), dtype=float)
    joined = " + ".join(name for name, one in zip(sample.strata, joint, strict=True) if one)
    others = [name for name, one in zip(sample.strata, joint, strict=True) if not one]
    means = sample.score_means
    return replace(
        sample,
        strata=(joined, *others),
        sizes=sizes,
        score_means=None if means is None else np.bincount(index, means * sample.sizes) / sizes,
        stratum=index[sample.stratum],
    )


@dataclass(frozen=True)
class Ratio:
    """Sum of numerator x label over sum of denominator + label_denominator x label."""

    numerator: Floats
    denominator: Floats
    label_denominator: Floats

    def whole(self, label: Floats) -> Floats:
        return self.denominator + self.label_denominator * label

    @property
    def possible(self) -> Mask:
        """Items that can enter the denominator, whatever their label."""
        return np.asarray((self.denominator > 0) | (self.label_denominator > 0))


def share(sample: Sample, domain: Mask | None = None) -> Ratio:
    """The share acceptable among the traces of a domain."""
    inside = np.ones(len(sample.label)) if domain is None else domain.astype(float)
    return Ratio(inside, inside, np.zeros_like(inside))


def estimate(sample: Sample, target: Ratio) -> Estimate:
    """A ratio of the batch, with what it may become once waiting items are settled."""
    return _with_waiting(sample, target, _as_it_stands)


def _with_waiting(
    sample: Sample, target: Ratio, of: Callable[[Sample, Ratio], Estimate]
) -> Estimate:
    now = of(sample, target)
    waiting = int(np.sum(sample.waiting & target.possible))
    if now.value is None or not waiting:
        return now
    counted = target.numerator > 0
    ends = []
    for label in (0.0, 1.0):
        labels = np.where(counted, label, 1 - label)
        end = of(sample.with_labels(labels, sample.waiting), target).value
        ends.append(now.value if end is None else end)
    return replace(now, settled=OnceSettled(waiting, min(ends), max(ends)))


def _as_it_stands(sample: Sample, target: Ratio, values: Floats | None = None) -> Estimate:
    """The ratio of the labels as they stand; `values` replace those in the numerator."""
    if _nothing_answered(sample, target.possible):
        return undefined(0)
    weights = expansion_weights(sample)
    label = sample.label if values is None else values
    whole = float(np.sum(weights * target.whole(sample.label)))
    n = int(np.sum(sample.answered & (target.whole(sample.label) > 0)))
    if whole <= 0:
        return undefined(0)
    value = min(1.0, max(0.0, float(np.sum(weights * target.numerator * label)) / whole))
    residuals = (target.numerator * label - value * target.whole(sample.label)) / whole
    effects = (target.numerator - value * target.label_denominator) / whole
    parts = _error_parts(sample, weights, residuals)
    by_question = np.bincount(sample.question, parts)
    variance = max(float(np.sum(by_question**2)), float(np.sum(parts**2)))
    error = math.sqrt(variance + _constant_strata(sample, weights, effects))
    return _wilson_interval(value, error, n, _freedom(sample, parts))


def bounds(sample: Sample, target: Ratio) -> tuple[Estimate, Estimate, int]:
    """The ratio with every undecided item at its worst, at its best; how many are unanswered."""
    counted = target.numerator > 0
    lowest = estimate(sample.with_labels(np.where(counted, 0.0, 1.0), sample.undecided), target)
    highest = estimate(sample.with_labels(np.where(counted, 1.0, 0.0), sample.undecided), target)
    return lowest, highest, int(np.sum(~sample.answered & target.possible))


def expansion_weights(sample: Sample) -> Floats:
    """Traces of the batch that each answered item stands for."""
    weights = np.where(sample.answered, 1 / sample.chance, 0.0)
    totals = sample.by_stratum(weights)
    scale = np.divide(sample.sizes, totals, where=totals > 0, out=np.zeros_like(totals))
    return np.asarray(weights * scale[sample.stratum])


def _nothing_answered(sample: Sample, domain: Mask) -> bool:
    """Whether a stratum that concerns the domain has no answer yet."""
    sampled = sample.by_stratum(np.ones(len(domain)))
    concerned = (sampled == 0) | (sample.by_stratum(domain) > 0)
    return bool(np.any(concerned & (sample.answers == 0)))


def _error_parts(sample: Sample, weights: Floats, residuals: Floats) -> Floats:
    """Each item's residual from its stratum's mean, weighted, with the corrections."""
    means = sample.by_stratum(weights * residuals) / sample.sizes
    finite = np.clip(1 - np.divide(1, weights, where=weights > 0, out=weights * 0), 0, 1)
    answers = sample.answers
    few = np.sqrt(answers / np.maximum(answers - 1, 1))
    corrected = weights * np.sqrt(finite) * few[sample.stratum]
    return np.asarray(corrected * (residuals - means[sample.stratum]))


def _freedom(sample: Sample, parts: Floats) -> float:
    """Satterthwaite's degrees of freedom."""
    by_stratum = sample.by_stratum(parts**2)
    below = float(np.sum(by_stratum**2 / np.maximum(sample.answers - 1, 1)))
    return max(1.0, float(by_stratum.sum()) ** 2 / below) if below > 0 else 1000.0


def _constant_strata(sample: Sample, weights: Floats, effects: Floats) -> float:
    """Variance of strata whose answers are all alike: their share is smoothed."""
    relevant = sample.answered & (effects != 0)
    answers = np.maximum(sample.by_stratum(relevant), 1)
    shares = sample.by_stratum(np.where(relevant, sample.label, 0)) / answers
    smoothed = (shares * answers + 0.5) / (answers + 1)
    away = np.where(relevant, np.abs(sample.label - shares[sample.stratum]), 0)
    constant = sample.by_stratum(away) <= 1e-9
    variances = np.where(constant, smoothed * (1 - smoothed), 0.0)[sample.stratum]
    return float(np.sum(np.maximum(weights**2 - weights, 0) * effects**2 * variances))


def _wilson_interval(value: float, error: float, n: int, freedom: float) -> Estimate:
    if error <= 0:
        return Estimate(value, value, value, n, 0.0)
    inside = value if 0 < value < 1 else (value * n + 0.5) / (n + 1)
    size = inside * (1 - inside) / error**2 * (Z / student_t(freedom)) ** 2
    low, high = wilson(value, size)
    return Estimate(value, low, high, n, error)


def assisted(sample: Sample) -> Estimate:
    """The share acceptable by the difference estimator over the learned score.

    Prediction-powered inference with a tuned lambda (Angelopoulos et al. 2023): each item's
    lambda comes from the questions of the other folds.
    """
    if sample.score is None or sample.score_means is None:
        return undefined()
    offsets = sample.score - sample.score_means[sample.stratum]

    def adjusted(one: Sample, target: Ratio) -> Estimate:
        return _as_it_stands(one, target, one.label - _lambdas(one) * offsets)

    return _with_waiting(sample, share(sample), adjusted)


def _lambdas(sample: Sample) -> Floats:
    if int(sample.answered.sum()) < MIN_LABELS:
        return np.zeros(len(sample.label))
    questions = int(sample.question.max()) + 1
    folds = np.random.default_rng(0).permutation(questions)[sample.question] % FOLDS
    lambdas = [_best_lambda(sample, sample.answered & (folds != fold)) for fold in range(FOLDS)]
    return np.array(lambdas)[folds]


def _best_lambda(sample: Sample, used: Mask) -> float:
    """The regression of label on score within strata."""
    weights = expansion_weights(sample) * used
    totals = sample.by_stratum(weights)
    totals = np.where(totals > 0, totals, 1.0)
    score = np.zeros(len(weights)) if sample.score is None else sample.score
    label, score = (
        column - (sample.by_stratum(weights * column) / totals)[sample.stratum]
        for column in (sample.label, score)
    )
    influence = np.maximum(weights**2 - weights, 0)
    below = float(np.sum(influence * score**2))
    return float(np.sum(influence * label * score)) / below if below > 1e-12 else 0.0


def further_grades(
    sample: Sample, one: Estimate, domain: Mask, population: int, overlap: int
) -> tuple[int, int]:
    """Adjudications of graded items, and then grades, until the interval is 5 points either way."""
    graded, variance = min(one.n, population), 0.25
    if one.error and 0 < graded < population:
        variance = one.error**2 / (1 / graded - 1 / population)
    needed = 1 / ((TARGET_HALF_WIDTH / Z) ** 2 / variance + 1 / population) if population else 0.0
    answers = max(0, min(population, math.ceil(needed - 1e-9)) - graded)
    adjudications = min(answers, int(np.sum(sample.waiting & ~sample.answered & domain)))
    return adjudications, (answers - adjudications) * overlap
