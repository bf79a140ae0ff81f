"""A figure with its 95 % interval, and the ways in which the reports work one out.

Wilson (1927) for shares; Student's t over questions, since labels of one question resemble each
other; percentile intervals of a bootstrap that draws questions.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

CONFIDENCE = 0.95
Z = NormalDist().inv_cdf(0.5 + CONFIDENCE / 2)
# Draws are made in blocks of at most so many cells: this is part of their order.
MAX_BLOCK_CELLS = 4_000_000
MAX_UNDEFINED_SHARE = 0.05
MIN_ERROR = 1e-12
# An interval over fewer raters is none; one over fewer than the second is a rough one.
MIN_RATERS, FEW_RATERS = 3, 6


@dataclass(frozen=True)
class OnceSettled:
    """What a preliminary figure may become once `waiting` items are settled."""

    waiting: int
    lowest: float
    highest: float


@dataclass(frozen=True)
class Estimate:
    """A value, its interval, the items behind it; None for what is not defined.

    `error`: its standard error. `settled` stands beside a figure of items of which some wait.
    """

    value: float | None = None
    low: float | None = None
    high: float | None = None
    n: int = 0
    error: float | None = None
    settled: OnceSettled | None = None

    def within(self, low: float, high: float) -> "Estimate":
        """The interval cut to what is possible."""
        if self.low is None or self.high is None:
            return self
        return replace(self, low=max(low, self.low), high=min(high, self.high))


def undefined(n: int = 0) -> Estimate:
    """No value."""
    return Estimate(n=n)


def wilson(share: float, size: float) -> tuple[float, float]:
    """Wilson's score interval; the size may be an effective one, not whole."""
    if size <= 0:
        return 0.0, 1.0
    z2 = Z * Z / size
    centre = (share + z2 / 2) / (1 + z2)
    half = Z * math.sqrt(share * (1 - share) / size + z2 / (4 * size)) / (1 + z2)
    return max(0.0, min(centre - half, share)), min(1.0, max(centre + half, share))


def proportion(successes: int, n: int) -> Estimate:
    """A share of independent items."""
    if n == 0:
        return undefined()
    share = successes / n
    low, high = wilson(share, n)
    return Estimate(share, low, high, n, math.sqrt(share * (1 - share) / n))


def student_t(freedom: float) -> float:
    """Two-sided 95 % quantile of Student's t: Abramowitz and Stegun 26.7.5, to 0.1 %."""
    if freedom < 2:
        return math.tan(math.pi * CONFIDENCE / 2)
    if freedom < 3:
        return CONFIDENCE * math.sqrt(2 / (1 - CONFIDENCE**2))
    z1, z3, z5, z7, z9 = (Z ** (2 * power + 1) for power in range(5))
    return (
        Z
        + (z1 + z3) / 4 / freedom
        + (3 * z1 + 16 * z3 + 5 * z5) / 96 / freedom**2
        + (-15 * z1 + 17 * z3 + 19 * z5 + 3 * z7) / 384 / freedom**3
        + (-945 * z1 - 1920 * z3 + 1482 * z5 + 776 * z7 + 79 * z9) / 92160 / freedom**4
    )


def t_interval(value: float, error: float, n: int, freedom: float) -> Estimate:
    """Value and interval; no interval where nothing varied."""
    if error <= MIN_ERROR:
        return Estimate(value, n=n, error=0.0)
    half = student_t(freedom) * error
    return Estimate(value, value - half, value + half, n, error)


def clustered_mean(values: Floats, clusters: Sequence[int] | Ints) -> Estimate:
    """The mean of values that come in clusters (questions), with the cluster-robust error."""
    n = len(values)
    if n == 0:
        return undefined()
    mean = float(values.mean())
    _, codes = np.unique(np.asarray(clusters), return_inverse=True)
    sums = np.bincount(codes, weights=values - mean)
    if len(sums) < 2:
        return Estimate(mean, n=n)
    error = math.sqrt(len(sums) / (len(sums) - 1) * float(np.sum(sums**2))) / n
    return t_interval(mean, error, n, len(sums) - 1)


def few_raters_interval(
    value: float, question_error: float, without_each_rater: Floats, n: int
) -> Estimate:
    """A t interval over questions and few raters: the jackknife's variance between raters.

    `without_each_rater`: the figure without each of them (Efron and Stein 1981); the variance
    over questions is added, and there are as many degrees of freedom as raters less one.
    """
    raters = len(without_each_rater)
    if not np.all(np.isfinite(without_each_rater)):
        return Estimate(value, n=n)
    away = without_each_rater - without_each_rater.mean()
    rater_error = math.sqrt((raters - 1) / raters * float(np.sum(away**2)))
    if rater_error <= MIN_ERROR:
        return Estimate(value, n=n)
    return t_interval(value, math.hypot(question_error, rater_error), n, raters - 1)


def draws(generator: np.random.Generator, clusters: int, replicates: int) -> Iterator[Floats]:
    """How often each replicate draws each cluster, in blocks (replicates x clusters)."""
    rows = max(1, min(replicates, MAX_BLOCK_CELLS // max(1, clusters)))
    for start in range(0, replicates, rows):
        block = np.empty((min(rows, replicates - start), clusters))
        for row in block:
            drawn = generator.integers(0, clusters, clusters, dtype=np.uint32)
            row[:] = np.bincount(drawn.astype(np.int64), minlength=clusters)
        yield block


def percentile_interval(value: float, replicates: Floats, n: int) -> Estimate:
    """The percentile interval of bootstrap replicates; undefined ones are NaN."""
    defined = replicates[np.isfinite(replicates)]
    if len(replicates) - len(defined) > MAX_UNDEFINED_SHARE * len(replicates):
        return Estimate(value, n=n)
    low, high = np.quantile(defined, [0.5 - CONFIDENCE / 2, 0.5 + CONFIDENCE / 2]).tolist()
    if low == high:
        return Estimate(value, n=n)
    return Estimate(value, low, high, n, float(defined.std(ddof=1)))


def median_with_quartiles(values: Sequence[float]) -> tuple[Estimate, float | None, float | None]:
    """The median with an interval between order statistics (Conover 1999, 3.2), and quartiles."""
    n = len(values)
    if not n:
        return undefined(), None, None
    ordered = np.sort(np.asarray(values, dtype=float))
    lower, middle, upper = np.quantile(ordered, [0.25, 0.5, 0.75]).tolist()
    rank = _interval_rank(n)
    if rank is None:
        return Estimate(middle, n=n), lower, upper
    return Estimate(middle, float(ordered[rank]), float(ordered[n - 1 - rank]), n), lower, upper


def _interval_rank(n: int) -> int | None:
    """The innermost rank whose interval still covers 95 %: a tail of the binomial (n, 1/2)."""
    tail, rank = 0.0, None
    for at in range(n // 2):
        log_ways = math.lgamma(n + 1) - math.lgamma(at + 1) - math.lgamma(n - at + 1)
        tail += math.exp(log_ways - n * math.log(2))
        if tail > (1 - CONFIDENCE) / 2:
            break
        rank = at
    return rank
