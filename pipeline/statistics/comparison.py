"""Two runs over the same questions, and two estimates: their differences with intervals.

Of questions that both have: each question counts once, by the mean of its samples in each run.
Sources: Newcombe (1998) method 10 for paired shares (`paired.newcombe`), Student's t over questions
for means, the exact sign test (McNemar's, where each question has one sample), and Newcombe (1998)
method 10's rule for independent shares, as Zou and Donner (2008) state it for any two intervals.
Holm (1979) for several tests at once; Field and Welsh (2007) for the bootstrap of clusters.
"""

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.statistics.estimate import Estimate, FloatArray, IntArray, OnceSettled, undefined
from pipeline.statistics.intervals import (
    MIN_ERROR,
    clustered_mean,
    multinomial_weights,
    percentile_interval,
    proportion,
)
from pipeline.statistics.paired import NO_PAIRS, newcombe

REPLICATES = 2000


def question_share(shares: FloatArray) -> Estimate:
    """The mean of the questions' shares: Wilson's interval, or t over questions for fractions."""
    if not len(shares):
        return undefined("no questions")
    if _is_yes_or_no(shares):
        return proportion(int(shares.sum()), len(shares))
    return _mean(shares).within(0.0, 1.0)


def share_difference(first: FloatArray, second: FloatArray) -> Estimate:
    """Mean over questions of the first run's share less the second's.

    Newcombe's interval where every question's share is 0 or 1, else t over questions. Where every
    question differs alike t has no width: Newcombe's then, from the expected cells.
    """
    if not len(first):
        return undefined(NO_PAIRS)
    differences = first - second
    if not (_is_yes_or_no(first) and _is_yes_or_no(second)):
        result = _mean(differences).within(-1.0, 1.0)
        if result.low is not None:
            return result
    low, high = newcombe(
        float((first * second).sum()),
        float((first * (1 - second)).sum()),
        float(((1 - first) * second).sum()),
        float(((1 - first) * (1 - second)).sum()),
    )
    return Estimate(float(differences.mean()), low, high, len(first))


def mean_difference(first: FloatArray, second: FloatArray) -> Estimate:
    """Mean over questions of the first run's figure less the second's, with t over questions."""
    return _mean(first - second) if len(first) else undefined(NO_PAIRS)


def mean_of_questions(values: FloatArray) -> Estimate:
    """The mean of a figure over questions, with t over questions."""
    return _mean(values) if len(values) else undefined("no questions")


class Resamples:
    """The bootstrap's draws of whole clusters, by a seed: equal seeds give equal draws.

    Those for the number of clusters asked for first are kept, so that many pairs on the same
    questions are drawn for once.
    """

    def __init__(self, seed: int, replicates: int = REPLICATES) -> None:
        self._seed, self._replicates = seed, replicates
        self._clusters = 0
        self._kept: list[NDArray[np.uint16]] = []

    def weights(self, clusters: int) -> Iterator[FloatArray]:
        """How often each replicate draws each cluster, in blocks (replicates x clusters).

        A block may be overwritten by the next.
        """
        if clusters == self._clusters:
            yield from (block.astype(float) for block in self._kept)
            return
        keeps = not self._clusters and clusters < np.iinfo(np.uint16).max
        kept = []
        generator = np.random.default_rng(self._seed)
        for block in multinomial_weights(generator, clusters, self._replicates):
            if keeps:
                kept.append(block.astype(np.uint16))
            yield block
        if keeps:
            self._clusters, self._kept = clusters, kept


def paired_bootstrap(
    first: FloatArray, second: FloatArray, clusters: IntArray, resamples: Resamples
) -> Estimate:
    """Mean of the first less that of the second, with a percentile interval of whole clusters.

    A row for each question, and the cluster that it belongs to: each replicate draws clusters,
    with both outcomes of all their questions.
    """
    n, differences = len(first), first - second
    if not n:
        return undefined(NO_PAIRS)
    _, codes = np.unique(clusters, return_inverse=True)
    sums, sizes = np.bincount(codes, weights=differences), np.bincount(codes).astype(float)
    blocks = resamples.weights(len(sums))
    means = np.concatenate([block @ sums / (block @ sizes) for block in blocks])
    return percentile_interval(float(differences.mean()), means, n)


def sign_test(first: FloatArray, second: FloatArray) -> tuple[int, int, float]:
    """Questions where the first is higher, where the second is, and the exact two-sided p.

    P is 1 where no question differs. With one sample a question it is McNemar's exact test.
    """
    higher, lower = int(np.sum(first > second)), int(np.sum(first < second))
    return higher, lower, mcnemar_exact(higher, lower)


def mcnemar_exact(only_first: int, only_second: int) -> float:
    """The exact two-sided p of McNemar's test, from the two counts of pairs that differ.

    Twice the smaller binomial tail at 1/2, at most 1; 1 where no pair differs.
    """
    n, rarer = only_first + only_second, min(only_first, only_second)
    logs = (_log_choose(n, count) - n * math.log(2) for count in range(rarer + 1))
    return min(1.0, 2 * math.fsum(map(math.exp, logs))) if n else 1.0


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's adjusted p-values in the order given: the family's chance of any false one is held."""
    adjusted, highest = [0.0] * len(p_values), 0.0
    order = sorted(range(len(p_values)), key=lambda index: p_values[index])
    for rank, index in enumerate(order):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[index]))
        adjusted[index] = highest
    return adjusted


def independent_difference(first: Estimate, second: Estimate) -> Estimate:
    """One estimate less another of an independent sample, from their intervals.

    Each end moves by the root of the two squared distances that face it (Zou and Donner 2008). An
    end of no width, of a batch graded in full, adds nothing. `n` is the smaller sample's.
    """
    n = min(first.n, second.n)
    for estimate in (first, second):
        if estimate.value is None:
            return undefined(estimate.reason, n)
    a, b = _value(first), _value(second)
    settled = _settled(first, second)
    if None in (first.low, first.high, second.low, second.high):
        reason = first.reason if first.low is None or first.high is None else second.reason
        return Estimate(a - b, n=n, reason=reason or "no interval", once_settled=settled)
    below = math.hypot(a - _end(first.low), _end(second.high) - b)
    above = math.hypot(_end(first.high) - a, b - _end(second.low))
    return Estimate(a - b, a - b - below, a - b + above, n, once_settled=settled)


def _settled(first: Estimate, second: Estimate) -> OnceSettled | None:
    """What the difference may become once the waiting items of both are settled."""
    if first.once_settled is None and second.once_settled is None:
        return None
    ends = [one.once_settled or OnceSettled(0, _value(one), _value(one)) for one in (first, second)]
    return OnceSettled(
        ends[0].waiting + ends[1].waiting,
        ends[0].lowest - ends[1].highest,
        ends[0].highest - ends[1].lowest,
    )


def _is_yes_or_no(shares: FloatArray) -> bool:
    return bool(np.all((shares == 0) | (shares == 1)))


def _mean(values: FloatArray) -> Estimate:
    result = clustered_mean(values, np.arange(len(values)))
    if result.standard_error is not None and result.standard_error <= MIN_ERROR:
        return Estimate(float(values.mean()), n=len(values), reason=result.reason)
    return result


def _log_choose(n: int, count: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(count + 1) - math.lgamma(n - count + 1)


def _value(estimate: Estimate) -> float:
    return _end(estimate.value)


def _end(end: float | None) -> float:
    if end is None:
        raise ValueError("An estimate without this figure has no difference.")
    return end
