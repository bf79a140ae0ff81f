"""Positive and negative agreement: how often raters agree when one of them says yes, or no.

Sources: Cicchetti and Feinstein (1990); for many raters Uebersax (2009, "Raw agreement
indices"): pairs of ratings that both say it, of the pairs in which a given rating says it.
Unlike one coefficient, the two figures show on which side raters part.
"""

from collections.abc import Hashable

import numpy as np

from pipeline.statistics.agreement.coefficients import NO_PAIRS, REPLICATES
from pipeline.statistics.agreement.rating_table import RatingTable
from pipeline.statistics.estimate import Estimate, FloatArray, undefined
from pipeline.statistics.intervals import multinomial_weights, percentiles


def specific_agreement(
    table: RatingTable, *, replicates: int = REPLICATES, seed: int = 0
) -> dict[Hashable, Estimate]:
    """For each point of the scale: given one rating says it, how often another of the item does.

    On a scale of no and yes these are negative and positive agreement. `n`: items with two
    ratings of which one at least says it.
    """
    of_items = _pairs(table)
    sums = table.by_question(of_items)
    drawn = _drawn(sums, replicates, seed)
    return {
        point: _estimate(sums, of_items, drawn, place, len(table.scale))
        for place, point in enumerate(table.scale)
    }


def _pairs(table: RatingTable) -> FloatArray:
    """By item: for each point the ordered pairs that agree on it, then those that contain it."""
    points = len(table.scale)
    cells = table.item * points + table.category
    counts = np.bincount(cells, minlength=table.items * points).reshape(-1, points)
    others = counts.sum(axis=1, keepdims=True) - 1
    return np.hstack([counts * (counts - 1), counts * others]).astype(float)


def _drawn(sums: FloatArray, replicates: int, seed: int) -> FloatArray:
    generator = np.random.default_rng(seed)
    blocks = multinomial_weights(generator, len(sums), replicates if len(sums) > 1 else 0)
    return np.concatenate([np.empty((0, sums.shape[1])), *(block @ sums for block in blocks)])


def _estimate(
    sums: FloatArray, of_items: FloatArray, drawn: FloatArray, place: int, points: int
) -> Estimate:
    agreed, said = sums[:, place].sum(), sums[:, points + place].sum()
    n = int(np.sum(of_items[:, points + place] > 0))
    if not n:
        any_pair = of_items[:, points:].sum() > 0
        return undefined("no item with two ratings was given it" if any_pair else NO_PAIRS)
    value = float(agreed / said)
    if not len(drawn):
        return Estimate(value, n=n, reason="all of one question: no interval")
    with_it = drawn[:, points + place]
    ratios = np.full(len(drawn), np.nan)
    np.divide(drawn[:, place], with_it, where=with_it > 0, out=ratios)
    return percentiles(value, ratios, n)
