"""Raters beside each other: ICC, Cohen's kappa by pair, specific agreement, severity, drift."""

import math

import numpy as np

from .agreement import agreement_weights
from .intervals import (
    Estimate,
    Floats,
    Ints,
    Mask,
    clustered_mean,
    draws,
    percentile_interval,
    t_interval,
    undefined,
)
from .ratings import Ratings

MODELS = ("1,1", "2,1", "3,1")


def intraclass(ratings: Ratings, *, replicates: int = 1000) -> list[Estimate]:
    """ICC(1,1), ICC(2,1), ICC(3,1) of Shrout and Fleiss (1979), from mean squared differences."""
    n = int(np.sum(ratings.size_of_unit > 1))
    if not n:
        return [undefined()] * 3
    sums = _squares_by_question(ratings)
    values = _correlations(sums.sum(axis=0, keepdims=True))[0]
    blocks = draws(np.random.default_rng(0), len(sums), replicates)
    resampled = np.concatenate([_correlations(block @ sums) for block in blocks])
    return [
        _resampled(float(value), resampled[:, index], n, ratings.questions)
        for index, value in enumerate(values)
    ]


def _resampled(value: float, replicates: Floats, n: int, questions: int) -> Estimate:
    if np.isnan(value):
        return undefined(n)
    return percentile_interval(value, replicates, n) if questions > 1 else Estimate(value, n=n)


def _squares_by_question(ratings: Ratings) -> Floats:
    """Pairs within units and their squared differences; by rater count, sum, sum of squares."""
    values = ratings.values - ratings.values.mean()
    powers = np.stack([np.ones_like(values), values, values**2])
    counts, sums, squares = (np.bincount(ratings.unit, one, ratings.units) for one in powers)
    within = np.stack([counts * (counts - 1) / 2, counts * squares - sums**2], axis=1)
    raters = len(ratings.raters)
    cell = ratings.question[ratings.unit] * raters + ratings.rater
    by_rater = [np.bincount(cell, one, ratings.questions * raters) for one in powers]
    columns = [one.reshape(-1, raters) for one in by_rater]
    return np.hstack([ratings.by_question(within), *columns])


def _correlations(sums: Floats) -> Floats:
    unit_pairs, unit_squares = sums[:, 0], sums[:, 1]
    counts, totals, squares = np.split(sums[:, 2:], 3, axis=1)
    all_pairs, all_squares = _pairs(*(one.sum(axis=1) for one in (counts, totals, squares)))
    rater_pairs, rater_squares = (one.sum(axis=1) for one in _pairs(counts, totals, squares))
    neither = _half(
        all_squares - unit_squares - rater_squares, all_pairs - unit_pairs - rater_pairs
    )
    other_unit = _half(all_squares - unit_squares, all_pairs - unit_pairs)
    same_unit, same_rater = _half(unit_squares, unit_pairs), _half(rater_squares, rater_pairs)
    correlations = (
        _quotient(other_unit - same_unit, other_unit),
        _quotient(neither - same_unit, neither),
        _quotient(neither - same_unit, same_rater),
    )
    return np.stack(correlations, axis=1)


def _pairs(counts: Floats, totals: Floats, squares: Floats) -> tuple[Floats, Floats]:
    return counts * (counts - 1) / 2, counts * squares - totals**2


def _half(squares: Floats, pairs: Floats) -> Floats:
    out = np.full(len(pairs), np.nan)
    return np.asarray(np.divide(squares, 2 * pairs, where=pairs > 0.5, out=out))


def _quotient(part: Floats, whole: Floats) -> Floats:
    return np.asarray(np.divide(part, whole, where=whole > 1e-12, out=np.full(len(whole), np.nan)))


def cohen(ratings: Ratings, first: int, second: int, replicates: int) -> tuple[Ints, Estimate]:
    """Two raters: confusion of the units both rated, and Cohen's kappa by quadratic weights."""
    points = len(ratings.scale)
    given = np.full((2, ratings.units), -1)
    for row, rater in zip(given, (first, second), strict=True):
        own = ratings.rater == rater
        row[ratings.unit[own]] = ratings.category[own]
    units = np.flatnonzero((given >= 0).all(axis=0))
    if not len(units):
        return np.zeros((points, points), dtype=np.int64), undefined()
    _, question = np.unique(ratings.question[units], return_inverse=True)
    questions, cells = int(question.max()) + 1, points * points
    cell = question * cells + given[0, units] * points + given[1, units]
    counts = np.bincount(cell, minlength=questions * cells).reshape(questions, cells)
    weights = agreement_weights("quadratic", ratings.positions)
    confusion = counts.sum(axis=0)
    value, n = float(_kappas(confusion[None, :].astype(float), weights)[0]), len(units)
    if np.isnan(value):
        return confusion.reshape(points, points), undefined(n)
    if questions < 2:
        return confusion.reshape(points, points), Estimate(value, n=n)
    blocks = draws(np.random.default_rng(0), questions, replicates)
    resampled = np.concatenate([_kappas(block @ counts.astype(float), weights) for block in blocks])
    return confusion.reshape(points, points), percentile_interval(value, resampled, n)


def _kappas(counts: Floats, weights: Floats) -> Floats:
    points = len(weights)
    tables = counts.reshape(-1, points, points)
    tables = tables / tables.sum(axis=(1, 2), keepdims=True)
    observed = 1 - np.sum(tables * weights, axis=(1, 2))
    expected = np.einsum("rk,kl,rl->r", tables.sum(axis=2), weights, tables.sum(axis=1))
    defined = 1 - expected > 1e-12
    out = np.full(len(defined), np.nan)
    return np.asarray(1 - np.divide(observed, 1 - expected, where=defined, out=out))


def specific_agreement(ratings: Ratings, *, replicates: int) -> list[Estimate]:
    """By point: given that one rating says it, how often another of the unit does."""
    points = len(ratings.scale)
    cells = ratings.unit * points + ratings.category
    counts = np.bincount(cells, minlength=ratings.units * points).reshape(-1, points)
    others = counts.sum(axis=1, keepdims=True) - 1
    pairs = np.hstack([counts * (counts - 1), counts * others]).astype(float)
    sums = ratings.by_question(pairs)
    blocks = draws(np.random.default_rng(0), len(sums), replicates if len(sums) > 1 else 0)
    resampled = np.concatenate([np.empty((0, 2 * points)), *(block @ sums for block in blocks)])
    return [_specific(sums, pairs, resampled, index, points) for index in range(points)]


def _specific(sums: Floats, pairs: Floats, resampled: Floats, index: int, points: int) -> Estimate:
    n = int(np.sum(pairs[:, points + index] > 0))
    if not n:
        return undefined()
    value = float(sums[:, index].sum() / sums[:, points + index].sum())
    if not len(resampled):
        return Estimate(value, n=n)
    whole = resampled[:, points + index]
    out = np.full(len(resampled), np.nan)
    return percentile_interval(
        value, np.divide(resampled[:, index], whole, where=whole > 0, out=out), n
    )


def severities(ratings: Ratings) -> list[tuple[str, Estimate, Estimate]]:
    """Each rater's mean residual against peers on the same units, and drift over time."""
    residuals, peers = _residuals(ratings)
    rows = []
    for rater, name in enumerate(ratings.raters):
        own = np.flatnonzero(peers & (ratings.rater == rater))
        rows.append((name, _mean(ratings, residuals, own), _drift(ratings, residuals, own)))
    return rows


def quarters(ratings: Ratings, rater: int, parts: int = 4) -> list[Estimate]:
    """A rater's residual in equal parts of their work."""
    residuals, peers = _residuals(ratings)
    own = np.flatnonzero(peers & (ratings.rater == rater))
    ordered = own[np.argsort(ratings.at[own], kind="stable")]
    if len(ordered) < parts:
        return [undefined(len(ordered))] * parts
    return [_mean(ratings, residuals, part) for part in np.array_split(ordered, parts)]


def _residuals(ratings: Ratings) -> tuple[Floats, Mask]:
    values, number = ratings.values, ratings.size_of_unit[ratings.unit]
    total = np.bincount(ratings.unit, values, ratings.units)[ratings.unit]
    peers = number > 1
    others = np.divide(total - values, number - 1, where=peers, out=np.zeros(len(values)))
    return values - others, peers


def _mean(ratings: Ratings, residuals: Floats, rows: Ints) -> Estimate:
    return clustered_mean(residuals[rows], ratings.question[ratings.unit[rows]])


def _drift(ratings: Ratings, residuals: Floats, own: Ints) -> Estimate:
    ordered = own[np.argsort(ratings.at[own], kind="stable")]
    half = len(ordered) // 2
    if half < 2:
        return undefined(len(ordered))
    early = _mean(ratings, residuals, ordered[:half])
    late = _mean(ratings, residuals, ordered[len(ordered) - half :])
    n, value = early.n + late.n, (late.value or 0) - (early.value or 0)
    if early.error is None or late.error is None:
        return Estimate(value, n=n)
    return t_interval(value, math.hypot(early.error, late.error), n, min(early.n, late.n) - 1)
