"""Preferences between contenders, judged in pairs: their chances, with intervals.

Judgements of one question by several raters are not independent, so the bootstrap draws whole
questions (Field and Welsh 2007), and, where there are enough raters, raters too (Owen 2007).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.statistics.bradley_terry import fit, why_no_maximum
from pipeline.statistics.estimate import Estimate, FloatArray, IntArray, undefined
from pipeline.statistics.intervals import MAX_BLOCK_CELLS, percentile_interval

FIRST, TIE, SECOND = range(3)
REPLICATES = 1000
MIN_RATERS = 6
FEW_RATERS = f"fewer than {MIN_RATERS} raters: no interval over raters"
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
    over_questions = _refitted(judged, size, replicates, seed, raters=False)
    if judged.raters < MIN_RATERS:
        across = _chances(fitted, None, n, FEW_RATERS)
    else:
        crossed = _refitted(judged, size, replicates, seed, raters=True)
        across = _chances(fitted, crossed, n)
    return Preferences(
        _chances(fitted, over_questions, n),
        tuple(_interval(fitted[i], over_questions[:, i], n) for i in range(size)),
        across,
        _interval(_tie(fitted), _tie(over_questions), n),
    )


def _tie(fitted: FloatArray) -> FloatArray:
    """The chance of a tie between equals: nu / (2 + nu)."""
    nu = np.exp(fitted[..., -1])
    return np.asarray(nu / (2 + nu))


def _chances(
    fitted: FloatArray, replicates: FloatArray | None, n: int, reason: str = ""
) -> tuple[tuple[Estimate, ...], ...]:
    size = len(fitted) - 1
    return tuple(
        tuple(
            Estimate(float(_chance(fitted, i, j)), n=n, reason=reason)
            if replicates is None
            else _interval(_chance(fitted, i, j), _chance(replicates, i, j), n)
            for j in range(size)
        )
        for i in range(size)
    )


def _chance(fitted: FloatArray, i: int, j: int) -> FloatArray:
    return np.asarray(1 / (1 + np.exp(fitted[..., j] - fitted[..., i])))


def _interval(value: FloatArray, replicates: FloatArray, n: int) -> Estimate:
    if not len(replicates):
        return Estimate(float(value), n=n, reason=ONE_QUESTION)
    return percentile_interval(float(value), replicates, n)


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
