"""How many more grades until the interval is as narrow as wanted."""

import math
from dataclasses import dataclass

from pipeline.statistics.estimate import Estimate
from pipeline.statistics.intervals import Z

WANTED = 0.05


@dataclass(frozen=True, slots=True)
class More:
    """Further items to grade, and the grades that takes; `note` says what it rests on."""

    items: int
    grades: int
    note: str


def more_grades(
    estimate: Estimate, *, population: int, grades_an_item: int = 1, half_width: float = WANTED
) -> More:
    """Items and grades still missing for an interval of +- `half_width`.

    The variance an item adds is taken from the estimate's own error, so strata and questions
    count as they did so far; without one, from the worst case, a share of one half. Never more
    than the batch has: `population` is the denominator's number of traces.
    """
    if not 0 < half_width < 1:
        raise ValueError("A half width lies between 0 and 1.")
    graded = min(estimate.n, population)
    unit, note = _variance_of_one(estimate, graded, population)
    needed = 1 / ((half_width / Z) ** 2 / unit + 1 / population) if population and unit else 0
    items = max(0, min(population, math.ceil(needed - 1e-9)) - graded)
    return More(items, items * grades_an_item, note)


def _variance_of_one(estimate: Estimate, graded: int, population: int) -> tuple[float, str]:
    """The variance of one item such that the error is what it is after so many items."""
    error = estimate.standard_error
    if not error or not graded or graded >= population:
        return 0.25, "as if half of the traces were acceptable: nothing is known yet"
    unit = error**2 / (1 / graded - 1 / population)
    return unit, "if further items vary as those graded so far"
