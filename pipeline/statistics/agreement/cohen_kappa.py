"""Two raters: their confusion table, and Cohen's kappa of each pair.

Sources: Cohen (1960; 1968, weighted). Quadratic weights read a scale's points as numbers.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from pipeline.statistics.agreement.coefficients import NO_PAIRS, ONE_CATEGORY, REPLICATES
from pipeline.statistics.agreement.rating_table import RatingTable
from pipeline.statistics.agreement.weights import Weighting, agreement_weights
from pipeline.statistics.estimate import Estimate, FloatArray, IntArray, undefined
from pipeline.statistics.intervals import multinomial_weights, percentile_interval


@dataclass(frozen=True, slots=True, eq=False)
class RaterPair:
    """Two raters' ratings of the items both rated.

    `confusion` counts items by what the first (rows) and the second (columns) said.
    """

    first: Hashable
    second: Hashable
    confusion: IntArray
    kappa: Estimate


def rater_pairs(
    table: RatingTable,
    *,
    weights: Weighting = "quadratic",
    replicates: int = REPLICATES,
    seed: int = 0,
) -> list[RaterPair]:
    """Every pair of raters that share an item, with Cohen's kappa over resampled questions."""
    result = []
    for first, second in combinations(range(len(table.raters)), 2):
        shared = _shared(table, first, second)
        if shared.shape[1]:
            result.append(_pair(table, first, second, shared, weights, replicates, seed))
    return result


def cohen_kappa(
    table: RatingTable,
    first: Hashable,
    second: Hashable,
    *,
    weights: Weighting = "quadratic",
    replicates: int = REPLICATES,
    seed: int = 0,
) -> Estimate:
    """Cohen's kappa of two raters, by their names; undefined if no item is shared."""
    first_index, second_index = table.raters.index(first), table.raters.index(second)
    shared = _shared(table, first_index, second_index)
    return _pair(table, first_index, second_index, shared, weights, replicates, seed).kappa


def _shared(table: RatingTable, first: int, second: int) -> IntArray:
    """Items both rated, and the category each gave (3 x items)."""
    categories = np.full((2, table.items), -1)
    for row, rater in zip(categories, (first, second), strict=True):
        own = table.rater == rater
        row[table.item[own]] = table.category[own]
    items = np.flatnonzero((categories >= 0).all(axis=0))
    return np.stack([items, categories[0, items], categories[1, items]]).astype(np.int64)


def _pair(
    table: RatingTable,
    first: int,
    second: int,
    shared: IntArray,
    weights: Weighting,
    replicates: int,
    seed: int,
) -> RaterPair:
    points = len(table.scale)
    _, question = np.unique(table.question[shared[0]], return_inverse=True)
    questions, cells = len(np.unique(question)), points * points
    cell = question * cells + shared[1] * points + shared[2]
    counts = np.bincount(cell, minlength=questions * cells).reshape(questions, cells)
    matrix = agreement_weights(weights, table.positions)
    return RaterPair(
        table.raters[first],
        table.raters[second],
        counts.sum(axis=0).reshape(points, points),
        _kappa(counts.astype(float), matrix, replicates, seed),
    )


def _kappa(counts: FloatArray, weights: FloatArray, replicates: int, seed: int) -> Estimate:
    questions, n = len(counts), int(counts.sum())
    if not n:
        return undefined(NO_PAIRS)
    value = float(_kappas(counts.sum(axis=0, keepdims=True), weights)[0])
    if np.isnan(value):
        return undefined(ONE_CATEGORY, n)
    if questions < 2:
        return Estimate(value, n=n, reason="all of one question: no interval")
    blocks = multinomial_weights(np.random.default_rng(seed), questions, replicates)
    replicate_kappas = np.concatenate([_kappas(block @ counts, weights) for block in blocks])
    return percentile_interval(value, replicate_kappas, n)


def _kappas(counts: FloatArray, weights: FloatArray) -> FloatArray:
    """Kappa of each flattened confusion table; NaN where chance alone would agree as often."""
    points = len(weights)
    tables = counts.reshape(-1, points, points)
    tables = tables / tables.sum(axis=(1, 2), keepdims=True)
    observed = 1 - np.sum(tables * weights, axis=(1, 2))
    expected = np.einsum("rk,kl,rl->r", tables.sum(axis=2), weights, tables.sum(axis=1))
    defined = 1 - expected > 1e-12
    ratio = np.divide(observed, 1 - expected, where=defined, out=np.full(len(defined), np.nan))
    return np.asarray(1 - ratio)
