"""The median of a sample with its quartiles: for times, whose mean a single long break moves.

The median's interval lies between two order statistics and asks nothing of the distribution
(Conover 1999, Practical Nonparametric Statistics, section 3.2). Values count as independent.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.statistics.estimate import Estimate, undefined
from pipeline.statistics.intervals import CONFIDENCE

TOO_FEW = "too few values for an interval of the median"


@dataclass(frozen=True, slots=True)
class Quartiles:
    """The median, and the quartiles between which the middle half lies; None without values."""

    median: Estimate
    lower: float | None = None
    upper: float | None = None


def quartiles(values: Sequence[float]) -> Quartiles:
    """The spread of the values, in their own unit."""
    n = len(values)
    if not n:
        return Quartiles(undefined("no values"))
    ordered = np.sort(np.asarray(values, dtype=float))
    lower, middle, upper = np.quantile(ordered, [0.25, 0.5, 0.75]).tolist()
    rank = _interval_rank(n)
    if rank is None:
        return Quartiles(Estimate(middle, n=n, reason=TOO_FEW), lower, upper)
    low, high = float(ordered[rank]), float(ordered[n - 1 - rank])
    return Quartiles(Estimate(middle, low, high, n), lower, upper)


def _interval_rank(n: int) -> int | None:
    """The innermost rank (from 0, counted from either end) whose interval still covers 95 %."""
    # The rank of the median among n values is binomial (n, 1/2): add up its tail.
    tail_probability, rank = 0.0, None
    for position in range(n // 2):
        tail_probability += math.exp(
            math.lgamma(n + 1)
            - math.lgamma(position + 1)
            - math.lgamma(n - position + 1)
            - n * math.log(2)
        )
        if tail_probability > (1 - CONFIDENCE) / 2:
            break
        rank = position
    return rank
