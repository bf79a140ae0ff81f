"""Ratios of a batch from a stratified sample: shares with intervals, score-assisted, and bounds.

Estimand: the consensus of this panel on this batch. Strata keep their known sizes; within a
stratum items weigh the inverse of their recorded probability, increased for nonresponse.
Errors come from linearised residuals, summed by question, with a finite-population correction:
a batch graded in full has no sampling error. Intervals are Wilson's with the effective size.

Sources: Cochran (1977), chapters 5, 6 and 11; Saerndal, Swensson and Wretman (1992) for ratios
and the difference estimator; Angelopoulos et al. (2023) and Zrnic and Candes (2024) for the
prediction-powered form with cross-fitting; Korn and Graubard (1998) for the effective size.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from pipeline.statistics.estimate import (
    CENSUS,
    BoolArray,
    Estimate,
    FloatArray,
    OnceSettled,
    undefined,
)
from pipeline.statistics.estimation.stratified_sample import Sample
from pipeline.statistics.intervals import Z, student_t_quantile, wilson

ESTIMAND = "the consensus of this panel on this batch"
# Where the population holds one of each group of traces that say the same in the same words.
ESTIMAND_OF_DISTINCT = "the consensus of this panel on the distinct traces of this batch"
MIN_LABELS = 30
FOLDS = 5


@dataclass(frozen=True, slots=True, eq=False)
class Ratio:
    """What to estimate: sum of `numerator` x label over sum of `denominator` + `label_denominator`
    x label, each a column of the sample's items.

    The share acceptable in a domain: numerator and denominator are the domain's indicator. A
    sensitivity: `label_denominator` is 1, since the acceptable traces are not known beforehand.
    """

    numerator: FloatArray
    denominator: FloatArray
    label_denominator: FloatArray
    undefined_reason: str

    def denominator_values(self, label: FloatArray) -> FloatArray:
        return self.denominator + self.label_denominator * label

    @property
    def in_denominator(self) -> BoolArray:
        """Items that can enter the denominator, whatever their label."""
        return np.asarray((self.denominator > 0) | (self.label_denominator > 0))


@dataclass(frozen=True, slots=True)
class Bounds:
    """The ratio with every unanswered or waiting item at its worst, and at its best.

    The two values have no sampling error; `low` and `high` of the two estimates add it.
    `unanswered` counts the items that can enter the denominator.
    """

    lowest: Estimate
    highest: Estimate
    unanswered: int


def share_ratio(sample: Sample, domain: BoolArray | None = None) -> Ratio:
    """The share acceptable among the traces of a domain (a mask of the sample's items)."""
    inside = np.ones(len(sample.label)) if domain is None else domain.astype(float)
    return Ratio(inside, inside, np.zeros_like(inside), "no item of this group has an answer")


def stratified_share(sample: Sample, domain: BoolArray | None = None) -> Estimate:
    """Share acceptable, by the stratified estimator. `n`: answered items of the domain."""
    return estimate_ratio(sample, share_ratio(sample, domain))


def assisted_share(sample: Sample) -> Estimate:
    """Share acceptable, by the difference estimator over the known scores of all traces.

    The mean of label - lambda x score in the sample, plus lambda x the score's known mean in
    the batch (prediction-powered inference with a power-tuned lambda). Each item's lambda comes
    from the questions of the other folds; below 30 labels it is 0, which leaves the stratified
    estimator.
    """
    if sample.score is None or sample.score_means is None:
        return undefined("no score is recorded for every trace")
    score_offsets = sample.score - sample.score_means[sample.stratum]
    return _with_waiting(
        sample,
        share_ratio(sample),
        lambda one, target: _ratio(one, target, one.label - _lambdas(one) * score_offsets),
    )


def estimate_ratio(sample: Sample, target: Ratio) -> Estimate:
    """A ratio of the batch, with what it may become once waiting items are settled."""
    return _with_waiting(sample, target, _ratio)


def _with_waiting(
    sample: Sample, target: Ratio, estimate: Callable[[Sample, Ratio], Estimate]
) -> Estimate:
    """The estimate as labels stand, and its values with every waiting item at either end.

    Items on which raters agree settle first and are better than the others, so the figure of
    the settled ones alone is no forecast. Unanswered items that wait for nothing stay so.
    """
    now = estimate(sample, target)
    waiting = int(np.sum(sample.unsettled & target.in_denominator))
    if now.value is None or not waiting:
        return now
    counted = target.numerator > 0
    ends = [
        estimate(sample.once_settled(np.where(counted, label, 1 - label)), target).value
        for label in (0.0, 1.0)
    ]
    # Where one way leaves nothing to take a share of, the figure as it stands is that end.
    known = [now.value if end is None else end for end in ends]
    return replace(now, once_settled=OnceSettled(waiting, min(known), max(known)))


def _ratio(sample: Sample, target: Ratio, values: FloatArray | None = None) -> Estimate:
    """The ratio of the labels as they stand; `values` replace those in the numerator."""
    empty = sample.empty_strata(target.in_denominator)
    if empty:
        return undefined(f"nothing graded yet in: {', '.join(empty)}")
    weights = expansion_weights(sample)
    label = sample.label if values is None else values
    whole = float(np.sum(weights * target.denominator_values(sample.label)))
    n = int(np.sum(sample.answered & (target.denominator_values(sample.label) > 0)))
    if whole <= 0:
        return undefined(target.undefined_reason)
    value = min(1.0, max(0.0, float(np.sum(weights * target.numerator * label)) / whole))
    # Taylor linearisation of a ratio y / x: the residuals y - R x over the estimated x.
    residuals = (target.numerator * label - value * target.denominator_values(sample.label)) / whole
    label_effects = (target.numerator - value * target.label_denominator) / whole
    contributions = _error_contributions(sample, weights, residuals)
    error = math.sqrt(
        _sampling_variance(sample, contributions)
        + _constant_strata_variance(sample, weights, label_effects)
    )
    return _interval(value, error, n, degrees_of_freedom=_degrees_of_freedom(sample, contributions))


def nonresponse_bounds(sample: Sample, target: Ratio) -> Bounds:
    """The ratio with every unanswered or waiting item at its worst, and at its best."""
    counted = target.numerator > 0
    return Bounds(
        estimate_ratio(sample.with_labels(np.where(counted, 0.0, 1.0)), target),
        estimate_ratio(sample.with_labels(np.where(counted, 1.0, 0.0)), target),
        int(np.sum(~sample.answered & target.in_denominator)),
    )


def expansion_weights(sample: Sample) -> FloatArray:
    """How many traces of the batch each answered item stands for; 0 for the unanswered."""
    weights = np.where(sample.answered, 1 / sample.probability, 0.0)
    totals = sample.sum_by_stratum(weights)
    scale = np.divide(sample.sizes, totals, where=totals > 0, out=np.zeros_like(totals))
    return np.asarray(weights * scale[sample.stratum])


def _error_contributions(sample: Sample, weights: FloatArray, residuals: FloatArray) -> FloatArray:
    """What each item adds to the error: its residual from its stratum's mean, weighted."""
    means = sample.sum_by_stratum(weights * residuals) / sample.sizes
    return np.asarray(_corrected_weights(sample, weights) * (residuals - means[sample.stratum]))


def _sampling_variance(sample: Sample, contributions: FloatArray) -> float:
    """The variance summed by question or by item, whichever is larger.

    Labels of a question usually agree, so the sum by question is the larger one. Where they
    happen to differ it would fall below that of independent items, which no design warrants.
    """
    by_question = np.bincount(sample.question, contributions)
    return max(float(np.sum(by_question**2)), float(np.sum(contributions**2)))


def _degrees_of_freedom(sample: Sample, contributions: FloatArray) -> float:
    """Satterthwaite's degrees of freedom: few where one small stratum makes most of the error."""
    by_stratum = sample.sum_by_stratum(contributions**2)
    denominator = float(np.sum(by_stratum**2 / np.maximum(sample.answers - 1, 1)))
    return max(1.0, float(by_stratum.sum()) ** 2 / denominator) if denominator > 0 else 1000.0


def _corrected_weights(sample: Sample, weights: FloatArray) -> FloatArray:
    """Weights with the finite-population correction and n / (n - 1) of the stratum."""
    correction = np.sqrt(
        np.clip(1 - np.divide(1, weights, where=weights > 0, out=weights * 0), 0, 1)
    )
    answers = sample.answers
    degrees_of_freedom = np.sqrt(answers / np.maximum(answers - 1, 1))
    return np.asarray(weights * correction * degrees_of_freedom[sample.stratum])


def _constant_strata_variance(
    sample: Sample, weights: FloatArray, label_effects: FloatArray
) -> float:
    """The variance of strata whose answers are all alike: their residuals say 0, which is too low.

    There the share is smoothed to (acceptable + 1/2) / (answers + 1). Only answers that affect
    the ratio count, those of its domain. Labels between 0 and 1 can be all alike as well.
    """
    relevant = sample.answered & (label_effects != 0)
    answers = np.maximum(sample.sum_by_stratum(relevant), 1)
    share = sample.sum_by_stratum(np.where(relevant, sample.label, 0)) / answers
    smoothed = (share * answers + 0.5) / (answers + 1)
    deviations = np.where(relevant, np.abs(sample.label - share[sample.stratum]), 0)
    constant = sample.sum_by_stratum(deviations) <= 1e-9
    variances = np.where(constant, smoothed * (1 - smoothed), 0.0)[sample.stratum]
    remaining = np.maximum(weights**2 - weights, 0)
    return float(np.sum(remaining * label_effects**2 * variances))


def _interval(value: float, error: float, n: int, *, degrees_of_freedom: float) -> Estimate:
    if error <= 0:
        return Estimate(value, value, value, n, CENSUS, standard_error=0.0)
    # At 0 or 1 the variance p (1 - p) vanishes, and with it the effective size: smooth the share.
    inside = value if 0 < value < 1 else (value * n + 0.5) / (n + 1)
    # The effective size whose binomial variance is the error's, smaller still for few degrees of
    # freedom (Korn and Graubard 1998).
    size = inside * (1 - inside) / error**2 * (Z / student_t_quantile(degrees_of_freedom)) ** 2
    low, high = wilson(value, size)
    return Estimate(value, low, high, n, standard_error=error)


def _lambdas(sample: Sample) -> FloatArray:
    """Each item's lambda, from the questions of the other folds."""
    if sample.score is None or int(sample.answered.sum()) < MIN_LABELS:
        return np.zeros(len(sample.label))
    questions = int(sample.question.max()) + 1
    folds = np.random.default_rng(0).permutation(questions)[sample.question] % FOLDS
    lambdas = [_optimal_lambda(sample, sample.answered & (folds != fold)) for fold in range(FOLDS)]
    return np.array(lambdas)[folds]


def _optimal_lambda(sample: Sample, used: BoolArray) -> float:
    """The lambda of least variance: the regression of label on score within strata."""
    if sample.score is None:
        return 0.0
    weights = expansion_weights(sample) * used
    totals = sample.sum_by_stratum(weights)
    totals = np.where(totals > 0, totals, 1.0)
    label, score = (
        column - (sample.sum_by_stratum(weights * column) / totals)[sample.stratum]
        for column in (sample.label, sample.score)
    )
    # An item's contribution to the variance of a stratified mean is about weight x (weight - 1).
    influence = np.maximum(weights**2 - weights, 0)
    denominator = float(np.sum(influence * score**2))
    return float(np.sum(influence * label * score)) / denominator if denominator > 1e-12 else 0.0
