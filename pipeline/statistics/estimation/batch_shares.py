"""From grades to the whole batch: shares with intervals, assisted by a score, and bounds.

Estimand: the consensus of this panel on this batch. Strata keep their known sizes; within a
stratum items weigh the inverse of their recorded probability, made larger for nonresponse.
Errors come from linearised residuals, summed by question, with a finite-population correction:
a batch graded in full has no sampling error. Intervals are Wilson's with the effective size.

Sources: Cochran (1977), chapters 5, 6 and 11; Saerndal, Swensson and Wretman (1992) for ratios
and the difference estimator; Angelopoulos et al. (2023) and Zrnic and Candes (2024) for the
prediction-powered form with cross-fitting; Korn and Graubard (1998) for the effective size.
"""

import math
from dataclasses import dataclass

import numpy as np

from pipeline.statistics.estimate import CENSUS, BoolArray, Estimate, FloatArray, undefined
from pipeline.statistics.estimation.stratified_sample import Sample
from pipeline.statistics.intervals import Z, student_t, wilson

ESTIMAND = "the consensus of this panel on this batch"
FEWEST_LABELS = 30
FOLDS = 5


@dataclass(frozen=True, slots=True, eq=False)
class Ratio:
    """What is estimated: sum of `take` x label, over sum of `whole` + `label_whole` x label.

    A share among some traces: take = whole = those traces. A sensitivity: label_whole = 1.
    """

    take: FloatArray
    whole: FloatArray
    label_whole: FloatArray
    nothing: str

    def needed(self, label: FloatArray) -> FloatArray:
        return self.whole + self.label_whole * label

    @property
    def concerned(self) -> BoolArray:
        """Items that can enter the denominator, whatever their label."""
        return np.asarray((self.whole > 0) | (self.label_whole > 0))


@dataclass(frozen=True, slots=True)
class Bounds:
    """The share if every unanswered item were unacceptable, and if every one were acceptable.

    Without interval: `low` and `high` of the two estimates add the sampling error.
    `unanswered` counts items that the figure concerns.
    """

    lowest: Estimate
    highest: Estimate
    unanswered: int


def among(sample: Sample, domain: BoolArray | None = None) -> Ratio:
    """The share acceptable among the traces of a domain (a mask of the sample's items)."""
    inside = np.ones(len(sample.label)) if domain is None else domain.astype(float)
    return Ratio(inside, inside, np.zeros_like(inside), "no item of this group has an answer")


def share(sample: Sample, domain: BoolArray | None = None) -> Estimate:
    """Share acceptable: stratified estimator. `n`: answered items of the domain."""
    return ratio(sample, among(sample, domain))


def assisted_share(sample: Sample) -> Estimate:
    """Share acceptable, with the known scores of all traces taken into account.

    A difference estimator: the mean of label less lambda x score in the sample, plus lambda x
    the score's known mean in the batch. Lambda for each item comes from the questions of the
    other folds, and is 0 below 30 labels: then this is the stratified estimator.
    """
    if sample.score is None or sample.score_means is None:
        return undefined("no score is recorded for every trace")
    off = sample.score - sample.score_means[sample.stratum]
    return ratio(sample, among(sample), sample.label - _lambdas(sample) * off)


def ratio(sample: Sample, asked: Ratio, values: FloatArray | None = None) -> Estimate:
    """Any ratio of the batch; `values` replace the labels in what is taken (score-adjusted)."""
    empty = sample.empty_strata(asked.concerned)
    if empty:
        return undefined(f"nothing graded yet in: {', '.join(empty)}")
    weights = expanded(sample)
    label = sample.label if values is None else values
    whole = float(np.sum(weights * asked.needed(sample.label)))
    n = int(np.sum(sample.answered & (asked.needed(sample.label) > 0)))
    if whole <= 0:
        return undefined(asked.nothing)
    value = min(1.0, max(0.0, float(np.sum(weights * asked.take * label)) / whole))
    residuals = (asked.take * label - value * asked.needed(sample.label)) / whole
    changes = (asked.take - value * asked.label_whole) / whole
    parts = _parts(sample, weights, residuals)
    error = math.sqrt(_seen(sample, parts) + _hidden(sample, weights, changes))
    return _interval(value, error, n, freedom=_freedom(sample, parts))


def bounds(sample: Sample, asked: Ratio) -> Bounds:
    """The ratio with every unanswered item at its worst, then at its best."""
    raises = asked.take > 0
    return Bounds(
        ratio(sample.filled_in(np.where(raises, 0.0, 1.0)), asked),
        ratio(sample.filled_in(np.where(raises, 1.0, 0.0)), asked),
        int(np.sum(~sample.answered & asked.concerned)),
    )


def expanded(sample: Sample) -> FloatArray:
    """How many traces of the batch each answered item stands for; 0 for the unanswered."""
    weights = np.where(sample.answered, 1 / sample.probability, 0.0)
    totals = sample.sum_by_stratum(weights)
    scale = np.divide(sample.sizes, totals, where=totals > 0, out=np.zeros_like(totals))
    return np.asarray(weights * scale[sample.stratum])


def _parts(sample: Sample, weights: FloatArray, residuals: FloatArray) -> FloatArray:
    """What each item adds to the error: its residual from the stratum's mean, expanded."""
    means = sample.sum_by_stratum(weights * residuals) / sample.sizes
    return np.asarray(_corrected(sample, weights) * (residuals - means[sample.stratum]))


def _seen(sample: Sample, parts: FloatArray) -> float:
    """The variance by question or by item, whichever is larger."""
    by_question = np.bincount(sample.question, parts)
    return max(float(np.sum(by_question**2)), float(np.sum(parts**2)))


def _freedom(sample: Sample, parts: FloatArray) -> float:
    """Degrees of freedom after Satterthwaite: few where one small stratum makes the error."""
    by_stratum = sample.sum_by_stratum(parts**2)
    spread = float(np.sum(by_stratum**2 / np.maximum(sample.answers - 1, 1)))
    return max(1.0, float(by_stratum.sum()) ** 2 / spread) if spread > 0 else 1000.0


def _corrected(sample: Sample, weights: FloatArray) -> FloatArray:
    """Weights with the finite-population correction and n / (n - 1) of the stratum."""
    left = np.sqrt(np.clip(1 - np.divide(1, weights, where=weights > 0, out=weights * 0), 0, 1))
    answers = sample.answers
    freedom = np.sqrt(answers / np.maximum(answers - 1, 1))
    return np.asarray(weights * left * freedom[sample.stratum])


def _hidden(sample: Sample, weights: FloatArray, changes: FloatArray) -> float:
    """The variance of strata whose answers are all the same: not nothing, only not seen.

    There the share is taken as (acceptable + 1/2) / (answers + 1). Only answers that bear on the
    ratio count: those of its domain. A label between 0 and 1 can be the same throughout as well.
    """
    bears = sample.answered & (changes != 0)
    answers = np.maximum(sample.sum_by_stratum(bears), 1)
    share = sample.sum_by_stratum(np.where(bears, sample.label, 0)) / answers
    smoothed = (share * answers + 0.5) / (answers + 1)
    apart = np.where(bears, np.abs(sample.label - share[sample.stratum]), 0)
    constant = sample.sum_by_stratum(apart) <= 1e-9
    unseen = np.where(constant, smoothed * (1 - smoothed), 0.0)[sample.stratum]
    left = np.maximum(weights**2 - weights, 0)
    return float(np.sum(left * changes**2 * unseen))


def _interval(value: float, error: float, n: int, *, freedom: float) -> Estimate:
    if error <= 0:
        return Estimate(value, value, value, n, CENSUS, standard_error=0.0)
    inside = value if 0 < value < 1 else (value * n + 0.5) / (n + 1)
    size = inside * (1 - inside) / error**2 * (Z / student_t(freedom)) ** 2
    low, high = wilson(value, size)
    return Estimate(value, low, high, n, standard_error=error)


def _lambdas(sample: Sample) -> FloatArray:
    """Each item's lambda, from the questions of the other folds."""
    if sample.score is None or int(sample.answered.sum()) < FEWEST_LABELS:
        return np.zeros(len(sample.label))
    questions = int(sample.question.max()) + 1
    folds = np.random.default_rng(0).permutation(questions)[sample.question] % FOLDS
    found = [_slope(sample, sample.answered & (folds != fold)) for fold in range(FOLDS)]
    return np.array(found)[folds]


def _slope(sample: Sample, used: BoolArray) -> float:
    """The lambda that leaves the least variance: a slope within strata, weighted by its share."""
    if sample.score is None:
        return 0.0
    weights = expanded(sample) * used
    totals = sample.sum_by_stratum(weights)
    totals = np.where(totals > 0, totals, 1.0)
    label, score = (
        column - (sample.sum_by_stratum(weights * column) / totals)[sample.stratum]
        for column in (sample.label, sample.score)
    )
    influence = np.maximum(weights**2 - weights, 0)
    spread = float(np.sum(influence * score**2))
    return float(np.sum(influence * label * score)) / spread if spread > 1e-12 else 0.0
