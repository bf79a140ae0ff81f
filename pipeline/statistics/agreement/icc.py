"""Intraclass correlations of one rating: ICC(1,1), ICC(2,1), ICC(3,1).

Sources: Shrout and Fleiss (1979). Their mean squares ask that every rater rates every item;
here the variances come from mean squared differences between pairs of ratings instead (same
item, same rater, neither). On complete tables this gives the same figures; with ratings
missing it still estimates the same variances.
"""

from typing import Literal

import numpy as np

from pipeline.statistics.agreement.rating_table import RatingTable
from pipeline.statistics.estimate import Estimate, FloatArray, undefined
from pipeline.statistics.intervals import multinomial_weights, percentile_interval

Model = Literal["1,1", "2,1", "3,1"]
MODELS: tuple[Model, ...] = ("1,1", "2,1", "3,1")
NOT_IDENTIFIED = {
    "1,1": "no two ratings of one item, or of two items",
    "2,1": "raters share no items, or one rater: items and raters cannot be told apart",
    "3,1": "raters share no items, or one rater: items and raters cannot be told apart",
}
NO_VARIATION = "the ratings do not vary"


def intraclass(
    table: RatingTable, *, replicates: int = 1000, seed: int = 0
) -> dict[Model, Estimate]:
    """The three correlations, with percentile intervals over resampled questions.

    1,1: each item has raters of its own. 2,1: raters are a sample, their severity counts as
    error. 3,1: these raters only, their severity does not count.
    """
    n = int(np.sum(table.ratings_of_item > 1))
    if not n:
        return {model: undefined("no item has two ratings") for model in MODELS}
    sums = _question_sums(table)
    values = _correlations(sums.sum(axis=0, keepdims=True))
    replicate_values = _replicates(sums, replicates, seed)
    return {
        model: _estimate(model, float(values[0, index]), replicate_values[:, index], n, table)
        for index, model in enumerate(MODELS)
    }


def _estimate(
    model: Model, value: float, replicate_values: FloatArray, n: int, table: RatingTable
) -> Estimate:
    if np.isnan(value):
        return undefined(NO_VARIATION if np.ptp(table.values) == 0 else NOT_IDENTIFIED[model], n)
    if table.questions < 2:
        return Estimate(value, n=n, reason="all of one question: no interval")
    return percentile_interval(value, replicate_values, n)


def _replicates(sums: FloatArray, replicates: int, seed: int) -> FloatArray:
    blocks = multinomial_weights(np.random.default_rng(seed), len(sums), replicates)
    return np.concatenate([_correlations(block @ sums) for block in blocks])


def _question_sums(table: RatingTable) -> FloatArray:
    """By question: pairs within items and their squared differences, then by rater the number
    of ratings, their sum and their sum of squares."""
    values = table.values - table.values.mean()
    powers = np.stack([np.ones_like(values), values, values**2])
    by_item = np.stack([np.bincount(table.item, power, table.items) for power in powers])
    counts, totals, squares = by_item
    item_squares = np.stack([counts * (counts - 1) / 2, counts * squares - totals**2], axis=1)
    raters = len(table.raters)
    cell = table.question[table.item] * raters + table.rater
    by_rater = [np.bincount(cell, power, table.questions * raters) for power in powers]
    return np.hstack(
        [table.by_question(item_squares), *(sums.reshape(-1, raters) for sums in by_rater)]
    )


def _correlations(sums: FloatArray) -> FloatArray:
    """The correlations of each row of sums; NaN where a kind of pair does not occur."""
    item_pairs, item_squares = sums[:, 0], sums[:, 1]
    counts, totals, squares = np.split(sums[:, 2:], 3, axis=1)
    all_pairs, all_squares = _pair_sums(*(part.sum(axis=1) for part in (counts, totals, squares)))
    rater_pairs, rater_squares = (part.sum(axis=1) for part in _pair_sums(counts, totals, squares))
    neither = _half_mean(
        all_squares - item_squares - rater_squares, all_pairs - item_pairs - rater_pairs
    )
    different_items = _half_mean(all_squares - item_squares, all_pairs - item_pairs)
    same_item, same_rater = (
        _half_mean(item_squares, item_pairs),
        _half_mean(rater_squares, rater_pairs),
    )
    return np.stack(
        [
            _quotient(different_items - same_item, different_items),
            _quotient(neither - same_item, neither),
            _quotient(neither - same_item, same_rater),
        ],
        axis=1,
    )


def _pair_sums(
    counts: FloatArray, totals: FloatArray, squares: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Number of pairs and sum of their squared differences."""
    return counts * (counts - 1) / 2, counts * squares - totals**2


def _half_mean(squares: FloatArray, pairs: FloatArray) -> FloatArray:
    defined = pairs > 0.5
    return np.asarray(np.divide(squares, 2 * pairs, where=defined, out=np.full(len(pairs), np.nan)))


def _quotient(part: FloatArray, whole: FloatArray) -> FloatArray:
    defined = whole > 1e-12
    return np.asarray(np.divide(part, whole, where=defined, out=np.full(len(whole), np.nan)))
