"""Two yes-or-no outcomes of the same questions compared: difference and ratio of their shares.

Sources: Newcombe (1998), "Improved confidence intervals for the difference between binomial
proportions based on paired data", method 10; Nam and Blackwelder (2002) for the variance of the
log ratio. Where a question comes more than once its pairs are a cluster: the variance is then the
cluster-robust one, which is the same formula where each comes once.
"""

import math
from dataclasses import dataclass

import numpy as np

from pipeline.statistics.estimate import BoolArray, Estimate, FloatArray, IntArray, undefined
from pipeline.statistics.intervals import (
    MIN_ERROR,
    Z,
    clustered_mean,
    proportion,
    student_t_quantile,
    wilson,
)

NO_PAIRS = "no question has both"
# How much of a cluster of each extreme `clustered_share` allows for.
UNSEEN = 0.25


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """A row for each pair: the two outcomes, and the question that both are of."""

    first: BoolArray
    second: BoolArray
    questions: IntArray

    @property
    def cells(self) -> tuple[int, int, int, int]:
        """Pairs with both, the first alone, the second alone, neither."""
        first, second = self.first, self.second
        cells = (first & second, first & ~second, ~first & second, ~first & ~second)
        return tuple(int(cell.sum()) for cell in cells)  # type: ignore[return-value]


def paired_difference(pairs: Pairs) -> Estimate:
    """The first's share less the second's: Newcombe's interval, or t over question clusters."""
    n = len(pairs.first)
    if not n:
        return undefined(NO_PAIRS)
    differences = pairs.first.astype(float) - pairs.second.astype(float)
    questions = len(np.unique(pairs.questions))
    clustered = clustered_mean(differences, pairs.questions).within(-1.0, 1.0)
    if questions < n and clustered.low is not None:
        return clustered
    # Where a difference is the same in every question, each counts as one pair.
    low, high = newcombe(*(cell * questions / n for cell in pairs.cells))
    return Estimate(float(differences.mean()), low, high, n)


def newcombe(both: float, first: float, second: float, neither: float) -> tuple[float, float]:
    """Newcombe's 95 % interval of a paired difference, from counts of pairs as `Pairs.cells`."""
    n = both + first + second + neither
    p, q = (both + first) / n, (both + second) / n
    (p_low, p_high), (q_low, q_high) = wilson(p, n), wilson(q, n)
    phi = _correlation(both, first, second, neither)
    below = _combined(p - p_low, q_high - q, phi)
    above = _combined(p_high - p, q - q_low, phi)
    return max(-1.0, p - q - below), min(1.0, p - q + above)


def paired_ratio(pairs: Pairs) -> Estimate:
    """The first's share over the second's, with an interval on the scale of its logarithm."""
    n, firsts, seconds = len(pairs.first), int(pairs.first.sum()), int(pairs.second.sum())
    if not n:
        return undefined(NO_PAIRS)
    if not seconds:
        return undefined("none of the second kind", n)
    ratio = firsts / seconds
    if not firsts:
        return Estimate(0.0, n=n, reason="none of the first kind: no interval")
    error = _log_error(pairs, ratio, seconds)
    if error <= MIN_ERROR:
        return Estimate(ratio, n=n, reason="no pair differs")
    half_width = _quantile(pairs) * error / ratio
    low, high = ratio * math.exp(-half_width), ratio * math.exp(half_width)
    return Estimate(ratio, low, high, n, standard_error=error)


def clustered_proportion(values: BoolArray, questions: IntArray) -> Estimate:
    """A share with Wilson's interval; where questions repeat, of the effective number of items."""
    return clustered_share(values.astype(float), questions, items=len(values))


def clustered_share(shares: FloatArray, clusters: IntArray, *, items: int) -> Estimate:
    """The mean of shares (0 to 1) with Wilson's interval, also where they come in clusters.

    Where each is 0 or 1 and has a cluster of its own, it is the published interval. Else the
    interval is that of the effective number of items: p (1 - p) over the cluster-robust variance,
    at most the `items` that the shares were counted from; where nothing varies it is the number
    of clusters. To the variance a quarter of a share of 0 and of one of 1 is added: near either
    end few clusters differ from the rest, and a sample without them would seem sure.
    """
    n, distinct = len(shares), len(np.unique(clusters))
    if distinct == n and bool(np.all((shares == 0) | (shares == 1))):
        return proportion(int(shares.sum()), n)
    share = float(shares.mean())
    error = clustered_mean(shares, clusters).standard_error
    size: float = distinct
    if error:
        unseen = UNSEEN * (share**2 + (1 - share) ** 2) / n**2
        size = min(items, share * (1 - share) / (error**2 + unseen))
    low, high = wilson(share, size)
    return Estimate(share, low, high, n, standard_error=error)


def _correlation(both: float, first: float, second: float, neither: float) -> float:
    """The phi coefficient, a positive one corrected for continuity; 0 where a margin is empty."""
    margins = (both + first) * (second + neither) * (both + second) * (first + neither)
    if not margins:
        return 0.0
    product = both * neither - first * second
    if product > 0:
        product = max(product - (both + first + second + neither) / 2, 0)
    return product / math.sqrt(margins)


def _combined(one: float, other: float, phi: float) -> float:
    return math.sqrt(max(0.0, one * one - 2 * phi * one * other + other * other))


def _log_error(pairs: Pairs, ratio: float, seconds: int) -> float:
    """The ratio's standard error: residuals summed by question (without a factor for few)."""
    residuals = pairs.first.astype(float) - ratio * pairs.second.astype(float)
    _, codes = np.unique(pairs.questions, return_inverse=True)
    sums = np.bincount(codes, weights=residuals)
    return math.sqrt(float(np.sum(sums**2))) / seconds


def _quantile(pairs: Pairs) -> float:
    """Normal where each question comes once, as published; else Student's over questions."""
    clusters = len(np.unique(pairs.questions))
    return Z if clusters == len(pairs.questions) else student_t_quantile(max(1, clusters - 1))
