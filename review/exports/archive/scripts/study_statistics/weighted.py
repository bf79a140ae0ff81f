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
from .intervals import (
    Estimate,
    Floats,
    Ints,
    Mask,
    Z,
    draws,
    student_t,
    t_interval,
    undefined,
    wilson,
)
from .panel import Item

MIN_LABELS = 30
FOLDS = 5
MIN_RATERS = 3
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

    @property
    def answers(self) -> Ints:
        return self.by_stratum(self.answered).astype(np.int64)

    def by_stratum(self, values: Floats | Mask) -> Floats:
        return np.asarray(np.bincount(self.stratum, values, len(self.strata)), dtype=float)

    def with_labels(self, labels: Floats) -> "Sample":
        """As if the items without an answer had these labels."""
        label = np.where(self.answered, self.label, labels)
        return replace(self, label=label, answered=np.ones_like(self.answered))


def read_sample(
    archive: Archive, items: Sequence[Item], label: Callable[[Item], float | None]
) -> Sample:
    """Sampled items under a label; strata with fewer than two answers are joined."""
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


def estimate(sample: Sample, target: Ratio, values: Floats | None = None) -> Estimate:
    """A ratio of the batch; `values` replace the labels in the numerator."""
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
    """The ratio with every item without an answer at its worst, at its best; how many they are."""
    counted = target.numerator > 0
    lowest = estimate(sample.with_labels(np.where(counted, 0.0, 1.0)), target)
    highest = estimate(sample.with_labels(np.where(counted, 1.0, 0.0)), target)
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
        return Estimate(value, value, value, n, 0.0, census=True)
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
    return estimate(sample, share(sample), sample.label - _lambdas(sample) * offsets)


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


def further_grades(one: Estimate, population: int, overlap: int) -> int:
    """Grades still needed until the interval is 5 points either way."""
    graded, variance = min(one.n, population), 0.25
    if one.error and 0 < graded < population:
        variance = one.error**2 / (1 / graded - 1 / population)
    needed = 1 / ((TARGET_HALF_WIDTH / Z) ** 2 / variance + 1 / population) if population else 0.0
    return max(0, min(population, math.ceil(needed - 1e-9)) - graded) * overlap


def share_across_raters(sample: Sample, item: Ints, rater: Ints, accepts: Floats) -> Estimate:
    """The mean of raters who accept, over the batch; questions and raters are resampled."""
    raters = int(rater.max()) + 1 if len(rater) else 0
    graded, accepted = np.zeros((raters, len(sample.label))), np.zeros((raters, len(sample.label)))
    graded[rater, item], accepted[rater, item] = 1, accepts
    has_grade = graded.sum(axis=0) > 0
    n = int(has_grade.sum())
    if (sample.by_stratum(has_grade) == 0).any():
        return undefined(n)
    questions = int(sample.question.max()) + 1
    value = float(
        _shares(sample, graded, accepted, np.ones((1, raters)), np.ones((1, questions)))[0]
    )
    if raters < MIN_RATERS:
        return Estimate(value, n=n)
    generator, parts = np.random.default_rng(0), []
    for block in draws(generator, questions, 500):
        drawn = generator.multinomial(raters, np.full(raters, 1 / raters), len(block))
        parts.append(_shares(sample, graded, accepted, drawn.astype(float), block))
    error = float(np.nanstd(np.concatenate(parts), ddof=1)) * math.sqrt(raters / (raters - 1))
    return t_interval(value, error, n, raters - 1).within(0.0, 1.0)


def _shares(
    sample: Sample, graded: Floats, accepted: Floats, raters: Floats, questions: Floats
) -> Floats:
    """The stratified share of each replicate."""
    counts, accepts = (np.einsum("br,ri->bi", raters, one) for one in (graded, accepted))
    rated = counts > 0
    means = np.divide(accepts, counts, where=rated, out=np.zeros_like(counts))
    weights = rated * questions[:, sample.question] / sample.chance
    members = np.eye(len(sample.strata))[sample.stratum]
    totals, sums = (np.einsum("bi,is->bs", one, members) for one in (weights, weights * means))
    shares = np.divide(sums, totals, where=totals > 0, out=np.zeros_like(totals))
    sizes = (totals > 0) * sample.sizes
    return np.asarray((shares * sizes).sum(axis=1) / sizes.sum(axis=1))
