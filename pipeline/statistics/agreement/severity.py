"""Severity and drift of raters: how far each lies above or below peers on the same items.

A residual is a rating less the mean of the other raters' ratings of that item, in points of the
scale. Peers are not the truth: a severe rater among severe ones shows no residual.
"""

import math
from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np

from pipeline.statistics.agreement.rating_table import RatingTable
from pipeline.statistics.estimate import BoolArray, Estimate, FloatArray, undefined
from pipeline.statistics.intervals import clustered_mean, t_interval

NO_PEERS = "nobody else rated this rater's items"
NO_ORDER = "the order of the ratings is not known"


@dataclass(frozen=True, slots=True)
class Severity:
    """One rater beside peers: negative residuals are severe, positive ones lenient.

    `drift`: mean residual of the later half of the rater's own ratings less the earlier half's.
    """

    rater: Hashable
    residual: Estimate
    drift: Estimate


def rater_severities(table: RatingTable) -> list[Severity]:
    """Every rater's mean residual and drift, with t intervals over question clusters."""
    residuals, peers = _residuals(table)
    return [
        Severity(
            name,
            _mean(table, residuals, own := peers & (table.rater == rater)),
            _drift(table, residuals, own),
        )
        for rater, name in enumerate(table.raters)
    ]


def residual_windows(table: RatingTable, rater: Hashable, *, parts: int = 4) -> list[Estimate]:
    """A rater's mean residual in successive equal parts of their work, for a plot of drift."""
    if table.order is None:
        return [undefined(NO_ORDER)]
    residuals, peers = _residuals(table)
    own = np.flatnonzero(peers & (table.rater == table.raters.index(rater)))
    ordered = own[np.argsort(table.order[own], kind="stable")]
    if len(ordered) < parts:
        reason = NO_PEERS if not len(ordered) else f"fewer than {parts} ratings beside peers"
        return [undefined(reason, len(ordered)) for _ in range(parts)]
    return [_mean_of(table, residuals, part) for part in np.array_split(ordered, parts)]


def _residuals(table: RatingTable) -> tuple[FloatArray, BoolArray]:
    """Each rating's residual, and whether it has peers."""
    values = table.values
    number = table.ratings_of_item[table.item]
    total = np.bincount(table.item, values, table.items)[table.item]
    peers = number > 1
    others = np.divide(total - values, number - 1, where=peers, out=np.zeros(len(values)))
    return values - others, peers


def _mean(table: RatingTable, residuals: FloatArray, wanted: BoolArray) -> Estimate:
    return _mean_of(table, residuals, np.flatnonzero(wanted))


def _mean_of(table: RatingTable, residuals: FloatArray, wanted: np.ndarray) -> Estimate:
    if not len(wanted):
        return undefined(NO_PEERS)
    return clustered_mean(residuals[wanted], table.question[table.item[wanted]])


def _drift(table: RatingTable, residuals: FloatArray, own: BoolArray) -> Estimate:
    if table.order is None:
        return undefined(NO_ORDER)
    indices = np.flatnonzero(own)
    ordered = indices[np.argsort(table.order[indices], kind="stable")]
    half = len(ordered) // 2
    early, late = ordered[:half], ordered[len(ordered) - half :]
    if half < 2:
        return undefined("fewer than four ratings beside peers", len(ordered))
    first, second = (_mean_of(table, residuals, part) for part in (early, late))
    return _difference(first, second)


def _difference(first: Estimate, second: Estimate) -> Estimate:
    """The later mean less the earlier; halves share few questions, so variances add."""
    n = first.n + second.n
    value = (second.value or 0) - (first.value or 0)
    if first.standard_error is None or second.standard_error is None:
        return Estimate(value, n=n, reason="all of one question: no interval")
    error = math.hypot(first.standard_error, second.standard_error)
    return t_interval(value, error, n, degrees_of_freedom=min(first.n, second.n) - 1)
