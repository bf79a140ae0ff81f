"""Draws ranks exactly uniformly, as machine code: which of all shortest paths are kept.

All compiled functions stand in this file: see `entry_point`.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.core.paths.compiling import entry_point, inner

Array = npt.NDArray[Any]


def sample_ranks(total: int, max_ranks: int, seed: bytes) -> Array:
    """At most `max_ranks` distinct ranks below `total`, every such set equally likely, ascending.

    `seed`: at least 8 bytes. A `total` has at most 62 bits.
    """
    if total <= max_ranks:
        return np.arange(total)
    ranks = np.empty(max_ranks, np.int64)
    _fill(ranks, total, np.frombuffer(seed, "<u8", 1).copy())
    return ranks


@inner
def _next(state: Array) -> np.uint64:
    """64 random bits by SplitMix64 (Steele, Lea and Flood, OOPSLA 2014), alike everywhere."""
    state[0] += np.uint64(0x9E3779B97F4A7C15)
    bits = (state[0] ^ (state[0] >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.uint64(bits ^ (bits >> np.uint64(31)))


@inner
def _below(limit: int, state: Array) -> int:
    """A number from 0 to limit-1, uniformly: bits are drawn anew until they fit."""
    mask = limit - 1
    for width in (1, 2, 4, 8, 16, 32):
        mask |= mask >> width
    number = limit
    while number >= limit:
        number = int(_next(state) >> np.uint64(1)) & mask
    return number


@entry_point
def _fill(ranks: Array, total: int, state: Array) -> None:
    """Floyd's algorithm (Bentley and Floyd, CACM 1987), with the ranks so far kept in order."""
    for size in range(len(ranks)):
        last = total - len(ranks) + size
        rank = _below(last + 1, state)
        index = size
        while index and ranks[index - 1] > rank:
            index -= 1
        if index and ranks[index - 1] == rank:  # drawn before: `last` was not, and is the largest
            rank, index = last, size
        for moved in range(size, index, -1):
            ranks[moved] = ranks[moved - 1]
        ranks[index] = rank
