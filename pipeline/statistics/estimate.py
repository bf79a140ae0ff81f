"""What every statistic returns: a number with its interval, or the reason why there is none."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

SMALL_CELL = 20
CAUTION = f"fewer than {SMALL_CELL} items: the interval is not to be trusted"
# Below this an interval over raters is a rough one, with a method of its own.
FEW_RATERS = 6
MIN_RATERS = 3
TOO_FEW_RATERS = (
    "fewer than three raters: how raters differ cannot be told from one difference, so there is "
    "no interval over raters"
)
CENSUS = "every trace that it counts is in the sample: there is no sampling error"


@dataclass(frozen=True, slots=True)
class OnceSettled:
    """What a figure may become once the `waiting` items behind it are settled.

    `lowest` and `highest`: its values if they all turn out one way, and the other.
    """

    waiting: int
    lowest: float
    highest: float

    def mapped(self, figure: Callable[[float], float]) -> "OnceSettled":
        """The same for a figure that rises or falls with this one."""
        ends = sorted((figure(self.lowest), figure(self.highest)))
        return OnceSettled(self.waiting, *ends)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure, its 95 % interval and the number of items behind it.

    `reason` says why the value is undefined, or why a defined value has no interval; an interval
    of no width, of a batch graded in full, has one too. No field is ever NaN or infinite: such a
    number is refused here, before it can reach a page. `few_raters`: how many raters an interval
    over raters rests on, where they are few; else 0. `once_settled` stands beside a preliminary
    figure: items that its label depends on still wait.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    n: int = 0
    reason: str = ""
    standard_error: float | None = None
    once_settled: OnceSettled | None = None
    few_raters: int = 0

    def __post_init__(self) -> None:
        figures = (self.value, self.low, self.high, self.standard_error)
        if any(figure is not None and not math.isfinite(figure) for figure in figures):
            raise ValueError(f"An estimate is a number or a reason, never {figures}.")
        if self.value is None and not self.reason:
            raise ValueError("An undefined estimate says why.")

    @property
    def caution(self) -> str:
        """What to print beside a figure of a small cell or of few raters; else empty."""
        small = self.value is not None and self.n < SMALL_CELL and self.reason != CENSUS
        few = caution_of_few(self.few_raters) if self.few_raters else ""
        return "; ".join(filter(None, (CAUTION if small else "", few)))

    @property
    def half_width(self) -> float | None:
        """Half the interval's width; None without an interval."""
        return None if self.low is None or self.high is None else (self.high - self.low) / 2

    def complement(self) -> "Estimate":
        """The share of the others: 1 less this one."""
        if self.value is None:
            return self
        low, high = (None if end is None else 1 - end for end in (self.high, self.low))
        settled = self.once_settled and self.once_settled.mapped(lambda value: 1 - value)
        return replace(self, value=1 - self.value, low=low, high=high, once_settled=settled)

    def within(self, low: float, high: float) -> "Estimate":
        """The same estimate with its interval cut to what is possible."""
        if self.low is None or self.high is None:
            return self
        return replace(self, low=max(low, self.low), high=min(high, self.high))


def caution_of_few(raters: int) -> str:
    """What to print beside an interval over few raters."""
    return (
        f"only {raters} raters: a rough t interval with {raters - 1} degrees of freedom, not the "
        "one to quote"
    )


def undefined(reason: str, n: int = 0) -> Estimate:
    """An estimate that has no value, and why."""
    return Estimate(None, n=n, reason=reason)
