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
from pipeline.statistics.intervals import multinomial_weights, percentiles


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """Two raters' ratings of the items both rated.

    `confusion` counts items by what the first (rows) and the second (columns) said.
    """

    first: Hashable
    second: Hashable
    confusion: IntArray
    kappa: Estimate


def pairs(
    table: RatingTable,
    *,
    weights: Weighting = "quadratic",
    replicates: int = REPLICATES,
    seed: int = 0,
) -> list[Pair]:
    """Every pair of raters that share an item, with Cohen's kappa over resampled questions."""
    found = []
    for first, second in combinations(range(len(table.raters)), 2):
        both = _shared(table, first, second)
        if both.shape[1]:
            found.append(_pair(table, first, second, both, weights, replicates, seed))
    return found


def cohen(
    table: RatingTable,
    first: Hashable,
    second: Hashable,
    *,
    weights: Weighting = "quadratic",
    replicates: int = REPLICATES,
    seed: int = 0,
) -> Estimate:
    """Cohen's kappa of two raters, by their names; undefined if no item is shared."""
    one, other = table.raters.index(first), table.raters.index(second)
    both = _shared(table, one, other)
    return _pair(table, one, other, both, weights, replicates, seed).kappa


def _shared(table: RatingTable, first: int, second: int) -> IntArray:
    """Items both rated, and the category each gave (3 x items)."""
    given = np.full((2, table.items), -1)
    for row, rater in zip(given, (first, second), strict=True):
        theirs = table.rater == rater
        row[table.item[theirs]] = table.category[theirs]
    items = np.flatnonzero((given >= 0).all(axis=0))
    return np.stack([items, given[0, items], given[1, items]]).astype(np.int64)


def _pair(
    table: RatingTable,
    first: int,
    second: int,
    shared: IntArray,
    weights: Weighting,
    replicates: int,
    seed: int,
) -> Pair:
    points = len(table.scale)
    _, question = np.unique(table.question[shared[0]], return_inverse=True)
    questions, cells = len(np.unique(question)), points * points
    place = question * cells + shared[1] * points + shared[2]
    counts = np.bincount(place, minlength=questions * cells).reshape(questions, cells)
    matrix = agreement_weights(weights, table.positions)
    return Pair(
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
    drawn = np.concatenate([_kappas(block @ counts, weights) for block in blocks])
    return percentiles(value, drawn, n)


def _kappas(counts: FloatArray, weights: FloatArray) -> FloatArray:
    """Kappa of each flattened confusion table; NaN where chance alone would agree as often."""
    points = len(weights)
    tables = counts.reshape(-1, points, points)
    tables = tables / tables.sum(axis=(1, 2), keepdims=True)
    observed = 1 - np.sum(tables * weights, axis=(1, 2))
    chance = np.einsum("rk,kl,rl->r", tables.sum(axis=2), weights, tables.sum(axis=1))
    known = 1 - chance > 1e-12
    ratio = np.divide(observed, 1 - chance, where=known, out=np.full(len(known), np.nan))
    return np.asarray(1 - ratio)
