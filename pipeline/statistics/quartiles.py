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
class Spread:
    """The median, and the quartiles between which the middle half lies; None without values."""

    median: Estimate
    lower: float | None = None
    upper: float | None = None


def spread(values: Sequence[float]) -> Spread:
    """The spread of the values, in their own unit."""
    n = len(values)
    if not n:
        return Spread(undefined("no values"))
    ordered = np.sort(np.asarray(values, dtype=float))
    lower, middle, upper = np.quantile(ordered, [0.25, 0.5, 0.75]).tolist()
    rank = _rank(n)
    if rank is None:
        return Spread(Estimate(middle, n=n, reason=TOO_FEW), lower, upper)
    low, high = float(ordered[rank]), float(ordered[n - 1 - rank])
    return Spread(Estimate(middle, low, high, n), lower, upper)


def _rank(n: int) -> int | None:
    """The innermost place (from 0, from either end) whose interval still holds 95 %."""
    tail, rank = 0.0, None
    for place in range(n // 2):
        tail += math.exp(
            math.lgamma(n + 1)
            - math.lgamma(place + 1)
            - math.lgamma(n - place + 1)
            - n * math.log(2)
        )
        if tail > (1 - CONFIDENCE) / 2:
            break
        rank = place
    return rank
