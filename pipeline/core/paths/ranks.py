"""Ranks drawn exactly uniformly, as machine code: which of all shortest paths are kept.

All compiled functions stand in this file: see `compiled`.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.core.paths.compiling import compiled

Array = npt.NDArray[Any]


@compiled
def _next(state: Array) -> np.uint64:
    """64 random bits by SplitMix64 (Steele, Lea and Flood, OOPSLA 2014), alike everywhere."""
    state[0] += np.uint64(0x9E3779B97F4A7C15)
    bits = (state[0] ^ (state[0] >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.uint64(bits ^ (bits >> np.uint64(31)))


@compiled
def _below(limit: int, state: Array) -> int:
    """A number from 0 to limit-1, uniformly: bits are drawn anew until they fit."""
    mask = limit - 1
    for width in (1, 2, 4, 8, 16, 32):
        mask |= mask >> width
    number = limit
    while number >= limit:
        number = int(_next(state) >> np.uint64(1)) & mask
    return number


@compiled
def draw(total: int, wanted: int, seed: Array) -> Array:
    """At most `wanted` distinct ranks below `total`, every such set equally likely, ascending.

    Floyd's algorithm (Bentley and Floyd, CACM 1987). `seed`: uint64 [1]. A `total` has
    at most 62 bits.
    """
    if total <= wanted:
        return np.arange(total)
    state, ranks = seed.copy(), np.empty(wanted, np.int64)
    for size in range(wanted):
        last = total - wanted + size
        rank = _below(last + 1, state)
        place = int(np.searchsorted(ranks[:size], rank))
        if place < size and ranks[place] == rank:
            rank, place = last, size
        for behind in range(size, place, -1):
            ranks[behind] = ranks[behind - 1]
        ranks[place] = rank
    return ranks
