"""Adjacency of the graph as compressed sparse rows, and masks of the relations walked over.

Nodes are positions (0 .. n-1, ascending x_index), not x_index. The entries of one node are
sorted by neighbour, then relation. An entry's code byte is the relation's code, with the high
bit set where the node is the statement's tail.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from pipeline.core.kg.relations import SPECS, RelationSpec

Positions = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]

TAIL_BIT: Final = 0x80
RELATION_BITS: Final = 0x7F


def relation_mask(allowed: Callable[[RelationSpec], bool]) -> Mask:
    """A table over code bytes: True where the relation is allowed, in either direction."""
    mask = np.zeros(256, np.bool_)
    for code, spec in enumerate(SPECS):
        mask[code] = mask[code | TAIL_BIT] = allowed(spec)
    return mask


WHOLE: Final = relation_mask(lambda spec: True)
SPECIFIC: Final = relation_mask(lambda spec: not spec.generic)


@dataclass(frozen=True, slots=True)
class Adjacency:
    """offsets int64 [n+1]; neighbours int32 and codes uint8 [two entries a statement]."""

    offsets: npt.NDArray[np.int64]
    neighbours: npt.NDArray[np.int32]
    codes: npt.NDArray[np.uint8]

    @property
    def node_count(self) -> int:
        return len(self.offsets) - 1

    def expand(self, positions: Positions, mask: Mask) -> tuple[Positions, Positions]:
        """All (owner, neighbour) pairs joined by an allowed relation, each pair once.

        `owner` counts into `positions`; pairs are sorted by owner, then neighbour.
        """
        starts = self.offsets[positions]
        counts = self.offsets[positions + 1] - starts
        ends = np.cumsum(counts)
        # The nodes' slices end to end, gathered at once: a loop in Python would cost more than
        # the whole search. Each entry is its rank in the result, moved to its slice's start.
        entries = np.repeat(starts - (ends - counts), counts) + np.arange(counts.sum())
        keep = mask[self.codes[entries]]
        owners = np.repeat(np.arange(len(positions)), counts)[keep]
        neighbours = self.neighbours[entries[keep]].astype(np.intp)
        # Parallel relations lead to one neighbour and, sorted, stand side by side.
        distinct = np.ones(len(owners), np.bool_)
        distinct[1:] = (np.diff(owners) != 0) | (np.diff(neighbours) != 0)
        return owners[distinct], neighbours[distinct]

    def codes_between(self, a: int, b: int) -> npt.NDArray[np.uint8]:
        """The code bytes of every entry of `a` that leads to `b`."""
        start, end = self.offsets[a], self.offsets[a + 1]
        low, high = start + np.searchsorted(self.neighbours[start:end], (b, b + 1))
        return self.codes[low:high]
