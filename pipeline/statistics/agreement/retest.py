"""Test-retest: how far raters agree with themselves on an item dealt to them twice.

A repeat's two gradings are treated as two "raters", first and second; so agreement means with
oneself. Only the rater's own repeats count, never one rater's first beside another's second.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.statistics.agreement.coefficients import REPLICATES, agreement
from pipeline.statistics.agreement.cohen_kappa import cohen_kappa
from pipeline.statistics.agreement.rating_table import SCALE_1_5, tabulate
from pipeline.statistics.estimate import Estimate, undefined
from pipeline.statistics.intervals import clustered_mean, proportion

NO_REPEATS = "no repeated item was graded twice"


@dataclass(frozen=True, slots=True)
class Retest:
    """Agreement of raters with themselves; `shift`: second less first, in points.

    `exact` treats repeats as independent; the others resample or sum by question.
    """

    exact: Estimate
    kappa: Estimate
    ac2: Estimate
    shift: Estimate


def retest(
    first: Sequence[int],
    second: Sequence[int],
    *,
    questions: Sequence[Hashable],
    scale: Sequence[Hashable] = SCALE_1_5,
    replicates: int = REPLICATES,
    seed: int = 0,
) -> Retest:
    """Agreement of the same raters' first and second ratings (columns of equal length).

    Kappa and AC2 by quadratic weights. A repeat not yet graded is left out by the caller.
    """
    n = len(first)
    if not n:
        return Retest(*(undefined(NO_REPEATS) for _ in range(4)))
    table = tabulate(
        [*range(n), *range(n)],
        [1] * n + [2] * n,
        [*first, *second],
        scale=scale,
        questions=[*questions, *questions],
    )
    shift = table.values[n:] - table.values[:n]
    return Retest(
        proportion(int(np.sum(shift == 0)), n),
        cohen_kappa(table, 1, 2, replicates=replicates, seed=seed),
        agreement(table, ["ac2_quadratic"], replicates=replicates, seed=seed)[
            "ac2_quadratic"
        ].over_questions,
        clustered_mean(shift, table.question),
    )
