"""Coefficients of agreement: 1 - observed / expected disagreement, with two bootstraps.

Percent agreement; Fleiss (1971); Krippendorff (2011); Gwet (2008, 2014). Over questions: a
replicate draws questions. Over raters: it draws questions and, apart from them, raters (Owen
2007, the pigeonhole bootstrap); with fewer than six raters it is a t interval instead.
"""

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from .intervals import (
    FEW_RATERS,
    MIN_RATERS,
    Estimate,
    Floats,
    Ints,
    draws,
    few_raters_interval,
    percentile_interval,
    undefined,
)
from .ratings import Ratings, Totals, panels_of_units, question_totals


def agreement_weights(kind: str, positions: Floats) -> Floats:
    """Weights of partial agreement: 1 for the same point, less the further apart."""
    points = len(positions)
    if kind == "identity" or points < 2:
        return np.eye(points)
    distances = np.abs(positions[:, None] - positions[None, :])
    if kind == "ordinal":
        between = np.abs(np.arange(points)[:, None] - np.arange(points)[None, :]) + 1
        distances = np.asarray(between * (between - 1) / 2)
    relative = distances / distances.max()
    return np.asarray(1 - (relative**2 if kind == "quadratic" else relative))


def coefficient(name: str, totals: Totals, positions: Floats) -> Floats:
    """A coefficient of each row of totals; NaN where it is undefined."""
    family, _, weights = name.partition("_")
    if family == "alpha":
        observed, expected = _krippendorff(totals, positions, weights)
    else:
        matrix = agreement_weights(weights or "identity", positions)
        observed = _observed(totals, matrix)
        expected = _expected(family, totals, matrix)
    defined = (totals.paired > 0) & (expected > 1e-12)
    undefined_rows = np.full(len(defined), np.nan)
    return np.asarray(1 - np.divide(observed, expected, where=defined, out=undefined_rows))


def _observed(totals: Totals, weights: Floats) -> Floats:
    agreed = np.sum(totals.pairs * weights, axis=(1, 2))
    paired = totals.paired
    return np.asarray(1 - np.divide(agreed, paired, where=paired > 0, out=np.zeros_like(agreed)))


def _expected(family: str, totals: Totals, weights: Floats) -> Floats:
    """Disagreement expected by chance: none for percent agreement; Fleiss; Gwet."""
    rated, points = totals.rated[:, None], totals.points
    shares = np.divide(totals.shares, rated, where=rated > 0, out=np.zeros_like(totals.shares))
    if family == "percent":
        return np.ones(len(totals.rows))
    if family == "fleiss":
        return np.asarray(1 - np.einsum("rk,kl,rl->r", shares, weights, shares))
    if points < 2:
        return np.zeros(len(totals.rows))
    guesses = np.sum(shares * (1 - shares), axis=1)
    return np.asarray(1 - weights.sum() / (points * (points - 1)) * guesses)


def _krippendorff(totals: Totals, positions: Floats, level: str) -> tuple[Floats, Floats]:
    margins = totals.coincidences.sum(axis=2)
    squared = _squared_distances(level, positions, margins)
    observed = np.sum(totals.coincidences * squared, axis=(1, 2))
    expected = np.einsum("rk,rkl,rl->r", margins, squared, margins)
    return observed * (margins.sum(axis=1) - 1), expected


def _squared_distances(level: str, positions: Floats, margins: Floats) -> Floats:
    rows, points = margins.shape
    if level == "ordinal":
        cumulative = np.concatenate([np.zeros((rows, 1)), np.cumsum(margins, axis=1)], axis=1)
        midranks = (cumulative[:, 1:] + cumulative[:, :-1]) / 2
        return np.asarray((midranks[:, :, None] - midranks[:, None, :]) ** 2)
    squared = (positions[:, None] - positions[None, :]) ** 2
    if level == "nominal":
        squared = 1 - np.eye(points)
    return np.broadcast_to(squared, (rows, points, points))


def agreement(
    ratings: Ratings, names: Sequence[str], *, replicates: int, over_raters: bool = False
) -> dict[str, tuple[Estimate, Estimate | None]]:
    """Each coefficient with its interval over questions, and over questions and raters."""
    totals = question_totals(ratings)
    summed = Totals(totals.rows.sum(axis=0, keepdims=True), totals.points)
    n = ratings.paired_units
    values = {name: float(coefficient(name, summed, ratings.positions)[0]) for name in names}
    questions = _question_replicates(totals, ratings, names, replicates)
    found = {name: _estimate(ratings, values[name], questions[name], n) for name in names}
    raters: dict[str, Estimate] = {}
    if over_raters and len(ratings.raters) < FEW_RATERS:
        raters = _over_few_raters(ratings, names, found)
    elif over_raters:
        replicated = _rater_replicates(ratings, names, replicates)
        raters = {name: _estimate(ratings, values[name], replicated[name], n) for name in names}
    return {name: (found[name], raters.get(name)) for name in names}


def _over_few_raters(
    ratings: Ratings, names: Sequence[str], found: dict[str, Estimate]
) -> dict[str, Estimate]:
    """A t interval from each coefficient without each of the raters."""
    raters = len(ratings.raters)
    rows = _totals_of_replicates(ratings, np.ones((raters, ratings.questions)), 1 - np.eye(raters))
    without_each = Totals(rows, len(ratings.scale))
    result = {}
    for name, one in found.items():
        result[name] = one
        if one.value is None:
            continue
        if raters < MIN_RATERS:
            result[name] = Estimate(one.value, n=one.n)
        elif one.error is not None:
            values = coefficient(name, without_each, ratings.positions)
            interval = few_raters_interval(one.value, one.error, values, one.n)
            result[name] = interval.within(-1.0, 1.0)
    return result


def _question_replicates(
    totals: Totals, ratings: Ratings, names: Sequence[str], replicates: int
) -> dict[str, Floats]:
    generator = np.random.default_rng(0)
    blocks = draws(generator, len(totals.rows), replicates if ratings.units else 0)
    parts = [Totals(block @ totals.rows, totals.points) for block in blocks]
    return {name: _joined(name, parts, ratings) for name in names}


def _rater_replicates(ratings: Ratings, names: Sequence[str], replicates: int) -> dict[str, Floats]:
    generator = np.random.default_rng([0, 1])
    raters, parts = len(ratings.raters), []
    for block in draws(generator, ratings.questions, replicates if ratings.units else 0):
        drawn = generator.multinomial(raters, np.full(raters, 1 / raters), len(block))
        rows = _totals_of_replicates(ratings, block, drawn.astype(float))
        parts.append(Totals(rows, len(ratings.scale)))
    return {name: _joined(name, parts, ratings) for name in names}


def _joined(name: str, parts: Sequence[Totals], ratings: Ratings) -> Floats:
    columns = [coefficient(name, part, ratings.positions) for part in parts]
    return np.concatenate(columns) if columns else np.empty(0)


def _estimate(ratings: Ratings, value: float, replicates: Floats, n: int) -> Estimate:
    if n == 0 or np.isnan(value):
        return undefined(n)
    if ratings.questions < 2:
        return Estimate(value, n=n)
    return percentile_interval(value, replicates, n)


def _totals_of_replicates(ratings: Ratings, questions: Floats, raters: Floats) -> Floats:
    """Totals of replicates that drew questions and raters; none is paired with themselves."""
    points = len(ratings.scale)
    totals = np.zeros((len(raters), 2 + points + points * (points + 1)))
    for members, units, category in panels_of_units(ratings):
        weight_of_unit = questions[:, ratings.question[units]] * ratings.weight[units]
        totals += _totals_of_panel(category, points, weight_of_unit, raters[:, members])
    return totals


def _totals_of_panel(
    category: Ints, points: int, weight_of_unit: Floats, weights: Floats
) -> Floats:
    size = weights.sum(axis=1)
    pairs = size**2 - np.sum(weights**2, axis=1)
    units = weight_of_unit.sum(axis=1)
    indicators = np.eye(points)[category].reshape(len(category), -1)
    given = (weight_of_unit @ indicators).reshape(len(weights), -1, points)
    cells = _pair_cells(category, points, weight_of_unit, weights, pairs)
    shares = np.einsum("bj,bjk->bk", _over(weights, size), given)
    columns = [units * (size > 0), units * (pairs > 0), shares, cells, cells * size[:, None]]
    return np.column_stack(columns)


def _pair_cells(
    category: Ints, points: int, weight_of_unit: Floats, weights: Floats, pairs: Floats
) -> Floats:
    """Pairs of points among the pairs of ratings, a unit weighing one."""
    cells = points * (points + 1) // 2
    pairs_of_raters = list(combinations(range(weights.shape[1]), 2))
    if not pairs_of_raters:
        return np.zeros((len(weights), cells))
    products = np.stack([weights[:, a] * weights[:, b] for a, b in pairs_of_raters], axis=1)
    cell_of = np.zeros((points, points), dtype=np.int64)
    row, column = np.triu_indices(points)
    cell_of[row, column] = cell_of[column, row] = np.arange(len(row))
    counted = np.diag(np.where(row == column, 2.0, 1.0))
    first, second = (category[:, list(side)] for side in zip(*pairs_of_raters, strict=True))
    indicators = counted[cell_of[first, second]].reshape(len(category), -1)
    counts = (weight_of_unit @ indicators).reshape(len(weights), len(pairs_of_raters), cells)
    return np.asarray(np.einsum("bp,bpc->bc", _over(products, pairs), counts))


def _over(parts: Floats, whole: Floats) -> Floats:
    known = np.broadcast_to((whole > 0)[:, None], parts.shape)
    return np.divide(parts, whole[:, None], where=known, out=np.zeros_like(parts))
