"""Intervals: Wilson, Student's t over question clusters, and the bootstraps' draws.

Sources: Wilson (1927); Field and Welsh (2007) for the cluster bootstrap; Owen (2007), "The
pigeonhole bootstrap", for two crossed factors; Efron and Stein (1981) for the jackknife, and
Cameron and Miller (2015), section VI, for t with few clusters.
"""

import math
from collections.abc import Iterator
from dataclasses import replace
from statistics import NormalDist

import numpy as np

from pipeline.statistics.estimate import Estimate, FloatArray, IntArray, undefined

CONFIDENCE = 0.95
Z = NormalDist().inv_cdf(0.5 + CONFIDENCE / 2)
MAX_BLOCK_CELLS = 4_000_000
# Where more than this share of replicates is undefined, there is no interval.
MAX_UNDEFINED_SHARE = 0.05
# A smaller error is rounding: sums of equal numbers.
MIN_ERROR = 1e-12
NO_VARIATION = "it is the same in every question: no interval"


def wilson(share: float, size: float, z: float = Z) -> tuple[float, float]:
    """Wilson's score interval of a share of `size` items; an effective size need not be whole."""
    if size <= 0:
        return 0.0, 1.0
    z2_over_n = z * z / size
    centre = (share + z2_over_n / 2) / (1 + z2_over_n)
    half_width = (
        z * math.sqrt(share * (1 - share) / size + z2_over_n / (4 * size)) / (1 + z2_over_n)
    )
    return max(0.0, min(centre - half_width, share)), min(1.0, max(centre + half_width, share))


def proportion(successes: int, n: int) -> Estimate:
    """An unweighted proportion of independent items, with Wilson's interval."""
    if n == 0:
        return undefined("no items")
    share = successes / n
    low, high = wilson(share, n)
    return Estimate(share, low, high, n, standard_error=math.sqrt(share * (1 - share) / n))


def student_t_quantile(degrees_of_freedom: float) -> float:
    """The two-sided 95 % quantile of Student's t, to 0.1 % from one degree of freedom on.

    Exact for one and two; above, the expansion of Abramowitz and Stegun 26.7.5.
    """
    if degrees_of_freedom < 2:
        return math.tan(math.pi * CONFIDENCE / 2)
    if degrees_of_freedom < 3:
        return CONFIDENCE * math.sqrt(2 / (1 - CONFIDENCE**2))
    powers = [Z ** (2 * power + 1) for power in range(5)]
    terms = (
        (1, 1, 0, 0, 0, 4),
        (3, 16, 5, 0, 0, 96),
        (-15, 17, 19, 3, 0, 384),
        (-945, -1920, 1482, 776, 79, 92160),
    )
    return Z + sum(
        sum(factor * power for factor, power in zip(factors, powers, strict=True))
        / divisor
        / degrees_of_freedom ** (order + 1)
        for order, (*factors, divisor) in enumerate(terms)
    )


def clustered_mean(values: FloatArray, clusters: IntArray) -> Estimate:
    """The mean of values that come in clusters, with a t interval over the clusters.

    The cluster-robust (linearised) variance with the factor c / (c - 1) for c clusters, and
    c - 1 degrees of freedom: Cochran (1977), section 9A for clusters of unequal size.
    """
    n = len(values)
    if n == 0:
        return undefined("no items")
    mean = float(values.mean())
    _, codes = np.unique(clusters, return_inverse=True)
    sums = np.bincount(codes, weights=values - mean)
    if len(sums) < 2:
        return Estimate(mean, n=n, reason="all of one question: no interval")
    error = math.sqrt(len(sums) / (len(sums) - 1) * float(np.sum(sums**2))) / n
    return t_interval(mean, error, n, degrees_of_freedom=len(sums) - 1)


def t_interval(value: float, error: float, n: int, *, degrees_of_freedom: float) -> Estimate:
    """A value with a t interval of its standard error; none where nothing varied."""
    if error <= MIN_ERROR:
        return Estimate(value, n=n, reason=NO_VARIATION, standard_error=0.0)
    half_width = student_t_quantile(degrees_of_freedom) * error
    return Estimate(value, value - half_width, value + half_width, n, standard_error=error)


def jackknife_error(without_each: FloatArray) -> float:
    """The delete-one jackknife's standard error, from the figure without each unit in turn.

    Efron and Stein (1981): for a figure of pairs of raters it is on the large side.
    """
    units = len(without_each)
    deviations = without_each - without_each.mean()
    return math.sqrt((units - 1) / units * float(np.sum(deviations**2)))


def few_raters_interval(
    value: float, question_error: float, without_each_rater: FloatArray, n: int
) -> Estimate:
    """A t interval over questions and few raters, with raters - 1 degrees of freedom.

    Resampling three to five raters draws too few different panels: a ninth of those of three
    holds one rater alone. So the variance between raters is the jackknife's, that over
    questions (`question_error` squared) is added, and few degrees of freedom allow for what so
    few raters cannot tell. The part that both share is counted twice: on the cautious side.
    """
    raters = len(without_each_rater)
    if not np.all(np.isfinite(without_each_rater)):
        return Estimate(value, n=n, reason="undefined without one of the raters: no interval")
    rater_error = jackknife_error(without_each_rater)
    if rater_error <= MIN_ERROR:
        return Estimate(value, n=n, reason="these few raters do not differ: no interval")
    error = math.hypot(question_error, rater_error)
    result = t_interval(value, error, n, degrees_of_freedom=raters - 1)
    return replace(result, few_raters=raters)


def multinomial_weights(
    generator: np.random.Generator, clusters: int, replicates: int
) -> Iterator[FloatArray]:
    """How often each bootstrap replicate draws each cluster, in blocks (replicates x clusters).

    Equal to drawing multinomial counts, and several times faster for many clusters. A block is
    overwritten by the next.
    """
    rows = max(1, min(replicates, MAX_BLOCK_CELLS // max(1, clusters)))
    buffer = np.empty((rows, clusters))
    for start in range(0, replicates, rows):
        block = buffer[: replicates - start]
        for row in block:
            indices = generator.integers(0, clusters, clusters, dtype=np.uint32)
            row[:] = np.bincount(indices.astype(np.int64), minlength=clusters)
        yield block


def percentile_interval(value: float, replicates: FloatArray, n: int) -> Estimate:
    """The percentile interval of a value's bootstrap replicates (undefined ones are NaN)."""
    defined = replicates[np.isfinite(replicates)]
    if len(replicates) - len(defined) > MAX_UNDEFINED_SHARE * len(replicates):
        return Estimate(value, n=n, reason="undefined in too many resamples: no interval")
    low, high = np.quantile(defined, [0.5 - CONFIDENCE / 2, 0.5 + CONFIDENCE / 2]).tolist()
    if low == high:
        return Estimate(value, n=n, reason="the resamples do not differ: no interval")
    error = float(defined.std(ddof=1))
    return Estimate(value, low, high, n, standard_error=error)
