"""Strengths from paired comparisons with ties: Bradley and Terry (1952), Davidson (1970).

Contender i is preferred over j with a probability in proportion to its strength, and the two are
found equal in proportion to nu times the geometric mean of both. So ties are likeliest between
equals and count half for each side, and with no tie at all the model is that of Bradley and
Terry. The probabilities are log-linear: the likelihood has one maximum, found by Newton's method.
Rao and Kupper (1967) model ties by a threshold instead; their likelihood has no such simple
totals.

A maximum is finite only if preferences and ties lead from every contender to every other
(Ford 1957) and some preferences go against others. Counts without that are refused with the
reason: a contender that always wins has no largest strength.
"""

from collections.abc import Sequence

import numpy as np

from pipeline.statistics.estimate import BoolArray, FloatArray, IntArray

MAX_STEPS = 100
# No Newton step moves a parameter further: far from the maximum a full one may overshoot.
MAX_STEP = 2.0
TOLERANCE = 1e-9
# The logarithm of nu where there was no tie.
NO_TIES = -40.0
NO_ESTIMATE = "the strengths have no finite estimate"


def fit(counts: FloatArray, pairs: IntArray, contenders: int) -> FloatArray:
    """Log strengths (mean 0) and the log of nu, for each replicate: replicates x (contenders + 1).

    `counts` (replicates x pairs x 3): how often the first of each pair was preferred, how often
    neither, how often the second; `pairs` (pairs x 2) names both. NaN where there is no finite
    maximum.
    """
    exists = has_maximum(counts, pairs, contenders)
    parameters = np.full((len(counts), contenders + 1), np.nan)
    if exists.any():
        free = _maximise(counts[exists], _features(pairs, contenders))
        strengths = np.column_stack([np.zeros(len(free)), free[:, :-1]])
        centred = strengths - strengths.mean(axis=1, keepdims=True)
        parameters[exists] = np.column_stack([centred, free[:, -1]])
    return parameters


def has_maximum(counts: FloatArray, pairs: IntArray, contenders: int) -> BoolArray:
    """Which replicates have a finite maximum.

    Where all preferences are consistent with one order of the contenders there may be one by a
    narrow margin; it rests on the ties alone, and is refused too.
    """
    won, tied = _graphs(counts, pairs, contenders)
    connected = _reachable(won | tied).all(axis=(1, 2))
    opposed = np.diagonal(_reachable(won, reflexive=False), axis1=1, axis2=2).any(axis=1)
    return np.asarray(connected & opposed)


def why_no_maximum(counts: FloatArray, pairs: IntArray, names: Sequence[str]) -> str:
    """The reason why one table of counts (pairs x 3) has no finite strengths; "" if it has."""
    stack = counts[None]
    if has_maximum(stack, pairs, len(names))[0]:
        return ""
    if not counts.sum():
        return "nothing was compared yet"
    won, tied = _graphs(stack, pairs, len(names))
    compared = _reachable(won | tied | np.swapaxes(won, 1, 2))[0]
    if not compared.all():
        return f"no comparison connects {names[0]} with {_listed(names, ~compared[0])}"
    if not won.any():
        return "every comparison ended in a tie"
    return f"{_one_sided(won[0], _reachable(won | tied)[0], names)}: {NO_ESTIMATE}"


def _one_sided(won: BoolArray, reached: BoolArray, names: Sequence[str]) -> str:
    """Who was never preferred over whom, where preferences go one way only."""
    if reached.all():
        return f"{_never(names, np.asarray(~won.any(axis=1)))} preferred"
    # The contender that reaches the most is on the side that was never beaten or equalled.
    above = reached[:, int(reached.sum(axis=1).argmax())]
    return f"{_never(names, ~above)} preferred over {_listed(names, above)}, nor found equal"


def _never(names: Sequence[str], which: BoolArray) -> str:
    return f"{_listed(names, which)} {'were' if which.sum() > 1 else 'was'} never"


def _listed(names: Sequence[str], which: BoolArray) -> str:
    return " and ".join(name for name, said in zip(names, which, strict=True) if said)


def _graphs(counts: FloatArray, pairs: IntArray, contenders: int) -> tuple[BoolArray, BoolArray]:
    """Who was preferred over whom, and who was found equal (replicates x contenders x both)."""
    won = np.zeros((len(counts), contenders, contenders), dtype=bool)
    tied = np.zeros_like(won)
    for (first, second), of_pair in zip(pairs.tolist(), np.moveaxis(counts, 1, 0), strict=True):
        won[:, first, second] |= of_pair[:, 0] > 0
        won[:, second, first] |= of_pair[:, 2] > 0
        tied[:, first, second] |= of_pair[:, 1] > 0
        tied[:, second, first] |= of_pair[:, 1] > 0
    return won, tied


def _reachable(graph: BoolArray, *, reflexive: bool = True) -> BoolArray:
    """Who is reached from whom along the edges, in any number of steps (at least one)."""
    size = graph.shape[-1]
    reached = graph | np.eye(size, dtype=bool) if reflexive else graph.copy()
    for middle in range(size):  # Warshall's algorithm
        reached |= reached[:, :, middle, None] & reached[:, None, middle, :]
    return reached


def _features(pairs: IntArray, contenders: int) -> FloatArray:
    """What each outcome of each pair adds up (pairs x 3 x parameters); the first strength is 0."""
    strength = np.eye(contenders)[:, 1:]
    first, second = strength[pairs[:, 0]], strength[pairs[:, 1]]
    by_outcome = np.stack([first, (first + second) / 2, second], axis=1)
    tie = np.broadcast_to(np.array([0.0, 1.0, 0.0])[None, :, None], (len(pairs), 3, 1))
    return np.concatenate([by_outcome, tie], axis=2)


def _maximise(counts: FloatArray, features: FloatArray) -> FloatArray:
    """The parameters at the maximum (replicates x parameters); NaN where none was reached."""
    tieless = counts[:, :, 1].sum(axis=1) == 0
    parameters = np.zeros((len(counts), features.shape[2]))
    parameters[tieless, -1] = NO_TIES
    step: FloatArray = np.full_like(parameters, np.inf)
    for _ in range(MAX_STEPS):
        gradient, information = _derivatives(parameters, counts, features)
        gradient[tieless, -1] = 0
        information[tieless, -1, :] = information[tieless, :, -1] = 0
        information[tieless, -1, -1] = 1
        solved = np.linalg.solve(information, gradient[:, :, None])
        step = np.asarray(solved[:, :, 0], dtype=float)
        parameters += np.clip(step, -MAX_STEP, MAX_STEP)
        if np.abs(step).max() < TOLERANCE:
            return parameters
    parameters[np.abs(step).max(axis=1) >= TOLERANCE] = np.nan
    return parameters


def _derivatives(
    parameters: FloatArray, counts: FloatArray, features: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """The gradient of the log likelihood and its information matrix, by replicate."""
    logits = np.einsum("pok,rk->rpo", features, parameters)
    weights = np.exp(logits - logits.max(axis=2, keepdims=True))
    shares = weights / weights.sum(axis=2, keepdims=True)
    totals = counts.sum(axis=2)
    expected = totals[:, :, None] * shares
    gradient = np.einsum("rpo,pok->rk", counts - expected, features)
    means = np.einsum("rpo,pok->rpk", shares, features)
    squares = np.einsum("rpo,pok,pol->rkl", expected, features, features, optimize=True)
    return gradient, squares - np.einsum("rp,rpk,rpl->rkl", totals, means, means, optimize=True)
