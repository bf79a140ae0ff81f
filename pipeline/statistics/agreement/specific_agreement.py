"""Positive and negative agreement: how often raters agree when one of them says yes, or no.

Sources: Cicchetti and Feinstein (1990); for many raters Uebersax (2009, "Raw agreement
indices"): pairs of ratings that both say it, of the pairs in which a given rating says it.
Unlike one coefficient, the two figures show on which side raters disagree.
"""

from collections.abc import Hashable

import numpy as np

from pipeline.statistics.agreement.coefficients import NO_PAIRS, REPLICATES
from pipeline.statistics.agreement.rating_table import RatingTable
from pipeline.statistics.estimate import Estimate, FloatArray, undefined
from pipeline.statistics.intervals import multinomial_weights, percentile_interval


def specific_agreement(
    table: RatingTable, *, replicates: int = REPLICATES, seed: int = 0
) -> dict[Hashable, Estimate]:
    """For each point of the scale: given one rating says it, how often another of the item does.

    On a scale of no and yes these are negative and positive agreement. `n`: items with two
    ratings of which one at least says it.
    """
    item_pairs = _item_pairs(table)
    sums = table.by_question(item_pairs)
    replicate_sums = _replicate_sums(sums, replicates, seed)
    return {
        point: _estimate(sums, item_pairs, replicate_sums, index, len(table.scale))
        for index, point in enumerate(table.scale)
    }


def _item_pairs(table: RatingTable) -> FloatArray:
    """By item: for each point the ordered pairs that agree on it, then those that contain it."""
    points = len(table.scale)
    cells = table.item * points + table.category
    counts = np.bincount(cells, minlength=table.items * points).reshape(-1, points)
    others = counts.sum(axis=1, keepdims=True) - 1
    return np.hstack([counts * (counts - 1), counts * others]).astype(float)


def _replicate_sums(sums: FloatArray, replicates: int, seed: int) -> FloatArray:
    generator = np.random.default_rng(seed)
    blocks = multinomial_weights(generator, len(sums), replicates if len(sums) > 1 else 0)
    return np.concatenate([np.empty((0, sums.shape[1])), *(block @ sums for block in blocks)])


def _estimate(
    sums: FloatArray, item_pairs: FloatArray, replicate_sums: FloatArray, index: int, points: int
) -> Estimate:
    agreeing, with_point = sums[:, index].sum(), sums[:, points + index].sum()
    n = int(np.sum(item_pairs[:, points + index] > 0))
    if not n:
        any_pair = item_pairs[:, points:].sum() > 0
        return undefined("no item with two ratings was given it" if any_pair else NO_PAIRS)
    value = float(agreeing / with_point)
    if not len(replicate_sums):
        return Estimate(value, n=n, reason="all of one question: no interval")
    denominators = replicate_sums[:, points + index]
    ratios = np.full(len(replicate_sums), np.nan)
    np.divide(replicate_sums[:, index], denominators, where=denominators > 0, out=ratios)
    return percentile_interval(value, ratios, n)
