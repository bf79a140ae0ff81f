"""How many more grades until the interval is as narrow as wanted."""

import math
from dataclasses import dataclass

from pipeline.statistics.estimate import Estimate
from pipeline.statistics.intervals import Z

TARGET_HALF_WIDTH = 0.05


@dataclass(frozen=True, slots=True)
class FurtherGrades:
    """Further items to grade, and the grades that takes; `note` says what it rests on.

    `adjudications`: answers that come from graded items once these are settled, and so take no
    further grade.
    """

    items: int
    grades: int
    adjudications: int
    note: str


def further_grades(
    estimate: Estimate,
    *,
    population: int,
    grades_an_item: int = 1,
    waiting: int = 0,
    half_width: float = TARGET_HALF_WIDTH,
) -> FurtherGrades:
    """Items and grades still needed for an interval of +- `half_width`.

    The variance an item adds is taken from the estimate's own error, so strata and questions
    count as they did so far; without one, from the worst case, a share of one half. Never more
    than the batch has: `population` is the denominator's number of traces. Of the answers still
    needed, graded items that are `waiting` for an adjudication give the first.
    """
    if not 0 < half_width < 1:
        raise ValueError("A half width lies between 0 and 1.")
    graded = min(estimate.n, population)
    item_variance, note = _item_variance(estimate, graded, population)
    # From error^2 = variance x (1/n - 1/N), Cochran (1977), section 4.4; 1e-9 for rounding.
    required = (
        1 / ((half_width / Z) ** 2 / item_variance + 1 / population)
        if population and item_variance
        else 0
    )
    answers = max(0, min(population, math.ceil(required - 1e-9)) - graded)
    adjudications = min(answers, waiting)
    items = answers - adjudications
    return FurtherGrades(items, items * grades_an_item, adjudications, note)


def _item_variance(estimate: Estimate, graded: int, population: int) -> tuple[float, str]:
    """The variance an item would need for the error to be what it is after so many items."""
    error = estimate.standard_error
    if not error or not graded or graded >= population:
        return 0.25, "as if half of the traces were acceptable: nothing is known yet"
    item_variance = error**2 / (1 / graded - 1 / population)
    return item_variance, "if further items vary as those graded so far"
