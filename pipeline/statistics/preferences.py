"""Preferences between contenders, judged in pairs: their chances, with intervals.

Judgements of one question by several raters are not independent, so the bootstrap draws whole
questions (Field and Welsh 2007), and, where there are enough raters, raters too (Owen 2007).
Intervals are on the scale of log odds, where they are nearly symmetric.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from operator import itemgetter

import numpy as np

from pipeline.statistics.bradley_terry import NO_TIES, fit, why_no_maximum
from pipeline.statistics.estimate import FEW_RATERS, Estimate, FloatArray, IntArray, undefined
from pipeline.statistics.intervals import MAX_BLOCK_CELLS, MAX_UNDEFINED_SHARE, t_interval

FIRST, TIE, SECOND = range(3)
REPLICATES = 1000
TOO_FEW_RATERS = f"fewer than {FEW_RATERS} raters: no interval over raters"
TOO_MANY_UNDEFINED = "undefined in too many resamples: no interval"
ONE_QUESTION = "all of one question: no interval"


@dataclass(frozen=True, slots=True, eq=False)
class Judgements:
    """One entry a judgement: which of `pairs` (pairs x 2 contenders), the outcome, question, rater.

    An outcome is FIRST, TIE or SECOND of the pair. Questions and raters are numbered from 0.
    """

    pairs: IntArray
    pair: IntArray
    outcome: IntArray
    question: IntArray
    rater: IntArray

    @property
    def questions(self) -> int:
        return int(self.question.max()) + 1 if len(self.question) else 0

    @property
    def raters(self) -> int:
        return int(self.rater.max()) + 1 if len(self.rater) else 0

    @property
    def cells(self) -> FloatArray:
        """Which pair and outcome each judgement counts for (judgements x pairs times 3)."""
        return np.asarray(np.eye(3 * len(self.pairs))[3 * self.pair + self.outcome])

    @property
    def counts(self) -> FloatArray:
        """How often each outcome of each pair (pairs x 3)."""
        cells = np.bincount(3 * self.pair + self.outcome, minlength=3 * len(self.pairs))
        return cells.reshape(-1, 3).astype(float)


@dataclass(frozen=True, slots=True)
class Preferences:
    """Strengths and chances of all contenders by the model; or the `reason` why there are none.

    `chance[i][j]`: that i is preferred over j by a rater who prefers one of them. `strength`: in
    logarithms about their mean. The intervals are over questions, in `across` over raters too.
    """

    chance: tuple[tuple[Estimate, ...], ...]
    strength: tuple[Estimate, ...]
    across: tuple[tuple[Estimate, ...], ...]
    tie: Estimate
    reason: str = ""


def preferences(
    judged: Judgements, names: Sequence[str], *, replicates: int = REPLICATES, seed: int = 0
) -> Preferences:
    """Fit the model to these judgements of the contenders of these names."""
    size, n = len(names), len(judged.pair)
    reason = why_no_maximum(judged.counts, judged.pairs, names)
    if reason:
        nothing = undefined(reason, n)
        row = (nothing,) * size
        return Preferences((row,) * size, row, (row,) * size, nothing, reason)
    fitted = fit(judged.counts[None], judged.pairs, size)[0]
    over = _Resampled(_refitted(judged, size, replicates, seed, raters=False), judged.questions, n)
    if judged.raters < FEW_RATERS:
        across = _Resampled(None, judged.raters, n)
    else:
        crossed = _refitted(judged, size, replicates, seed, raters=True)
        across = _Resampled(crossed, judged.raters, n)
    return Preferences(
        _chances(fitted, over),
        tuple(over.interval(fitted, itemgetter((..., number))) for number in range(size)),
        _chances(fitted, across),
        _tie(fitted, over),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Resampled:
    """The model fitted to each resample of so many clusters; None where none was drawn."""

    fitted: FloatArray | None
    clusters: int
    n: int

    def interval(self, fitted: FloatArray, figure: Callable[[FloatArray], FloatArray]) -> Estimate:
        """A figure of the parameters with a t interval of its bootstrap standard error.

        Percentiles were too narrow: resamples of c clusters vary by (c - 1) / c too little.
        """
        value = float(figure(fitted))
        if self.fitted is None:
            return Estimate(value, n=self.n, reason=TOO_FEW_RATERS)
        drawn = figure(self.fitted)
        defined = drawn[np.isfinite(drawn)]
        if self.clusters < 2 or not len(drawn):
            return Estimate(value, n=self.n, reason=ONE_QUESTION)
        if len(drawn) - len(defined) > MAX_UNDEFINED_SHARE * len(drawn):
            return Estimate(value, n=self.n, reason=TOO_MANY_UNDEFINED)
        error = float(defined.std(ddof=1)) * math.sqrt(self.clusters / (self.clusters - 1))
        return t_interval(value, error, self.n, degrees_of_freedom=self.clusters - 1)


def as_chance(log_odds: Estimate) -> Estimate:
    """Log odds as a chance: its interval stays between 0 and 1."""
    value, low, high = (
        None if end is None else 1 / (1 + math.exp(-end))
        for end in (log_odds.value, log_odds.low, log_odds.high)
    )
    return Estimate(value, low, high, log_odds.n, log_odds.reason)


def _chances(fitted: FloatArray, resampled: _Resampled) -> tuple[tuple[Estimate, ...], ...]:
    size = len(fitted) - 1
    return tuple(
        tuple(
            as_chance(resampled.interval(fitted, partial(_apart, first=i, second=j)))
            for j in range(size)
        )
        for i in range(size)
    )


def _tie(fitted: FloatArray, resampled: _Resampled) -> Estimate:
    """The chance of a tie between equals: nu / (2 + nu)."""
    if fitted[-1] <= NO_TIES:
        return Estimate(0.0, n=resampled.n, reason="nobody chose a tie: no interval")
    return as_chance(resampled.interval(fitted, _log_odds_of_tie))


def _log_odds_of_tie(parameters: FloatArray) -> FloatArray:
    log_nu = parameters[..., -1]
    return np.asarray(np.where(log_nu > NO_TIES, log_nu - math.log(2), np.nan))


def _apart(parameters: FloatArray, *, first: int, second: int) -> FloatArray:
    return np.asarray(parameters[..., first] - parameters[..., second])


def _refitted(
    judged: Judgements, size: int, replicates: int, seed: int, *, raters: bool
) -> FloatArray:
    """The model fitted to each bootstrap replicate; none where all is of one question."""
    if judged.questions < 2:
        return np.empty((0, size + 1))
    counts = resampled_counts(judged, replicates=replicates, seed=seed, raters=raters)
    return fit(counts, judged.pairs, size)


def resampled_counts(
    judged: Judgements, *, replicates: int, seed: int, raters: bool = False
) -> FloatArray:
    """Counts of each bootstrap replicate (replicates x pairs x 3), of whole questions."""
    generator = np.random.default_rng([seed, int(raters)])
    cells, parts = judged.cells, []
    rows = max(1, MAX_BLOCK_CELLS // max(1, len(judged.pair)))
    for start in range(0, replicates, rows):
        block = min(rows, replicates - start)
        weights = _draws(generator, judged.questions, block)[:, judged.question]
        if raters:
            weights = weights * _draws(generator, judged.raters, block)[:, judged.rater]
        parts.append(weights @ cells)
    return np.concatenate(parts).reshape(replicates, -1, 3)


def _draws(generator: np.random.Generator, size: int, replicates: int) -> FloatArray:
    return generator.multinomial(size, np.full(size, 1 / size), replicates).astype(float)
