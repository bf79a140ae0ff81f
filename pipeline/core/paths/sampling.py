"""Counts all shortest paths of a pair and draws some of them uniformly, without listing them.

Each thread keeps its own buffers, marked by epochs, so that no search clears what another left.
"""

import threading
from dataclasses import dataclass, field
from functools import cache
from types import ModuleType
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from pipeline.core.errors import TooManyPaths
from pipeline.core.kg.adjacency import Adjacency, Mask

Array = npt.NDArray[Any]
Bools = npt.NDArray[np.bool_]

HUB_SHARE: Final = 64  # a hub has more entries than 1 / HUB_SHARE of all nodes
MAX_EPOCH: Final = np.iinfo(np.int32).max


@dataclass(frozen=True, eq=False)
class Subgraph:
    """Where paths may run: relations by code mask, in-between nodes by their type's code.

    types uint8 [n]; between: the allowed types; `max_length` counts edges. Made once for many
    searches: it lists who is joined to the hubs.
    """

    adjacency: Adjacency
    types: npt.NDArray[np.uint8]
    between: Bools
    relations: Mask
    max_length: int
    arrays: tuple[Array, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        adjacency, relations = self.adjacency, self.relations
        entries = (adjacency.offsets, adjacency.neighbours, adjacency.codes)
        hubs = _hubs(adjacency, relations)
        arrays = (*entries, relations, self.types, self.between, *hubs)
        object.__setattr__(self, "arrays", arrays)


class PathSample(NamedTuple):
    """The number of all shortest paths of a pair (0: there is none), and those drawn.

    `positions` [k, distance + 1] holds the nodes of one drawn path in each row, in any order.
    """

    total: int
    positions: npt.NDArray[np.int32]


class _Buffers(threading.local):
    """What one thread's searches write into: `size` nodes, `capacity` links, grown on demand."""

    size = capacity = 0
    epoch = 1
    arrays: tuple[Array, ...] = ()

    def claim(self, size: int, depths: int, capacity: int = 0) -> int:
        """Makes room for a graph; the first of `depths` marks that no search has left here."""
        if size > self.size or capacity > self.capacity or self.epoch + depths > MAX_EPOCH:
            self.size, self.capacity = max(size, self.size), max(size, capacity, self.capacity)
            self.arrays, self.epoch = _buffer_arrays(self.size, self.capacity), 1
        epoch = self.epoch
        self.epoch += depths
        return epoch


_buffers = _Buffers()


def sample_shortest(
    subgraph: Subgraph, start: int, goal: int, max_paths: int, seed: bytes
) -> PathSample:
    """Counts the shortest paths between two positions and draws at most `max_paths` of them.

    Every set of paths is equally likely; `seed` (8 bytes or more) decides which. `start` and
    `goal` are two different nodes. Raises TooManyPaths where counts overflow.
    """
    kernels, ranks = _machine_code()
    size, capacity, total = len(subgraph.types), 0, -1
    max_length = min(subgraph.max_length, size)
    while total < 0:  # more links than the buffers take
        epoch = _buffers.claim(size, max_length + 1, capacity)
        met = kernels.meet(subgraph.arrays, (start, goal), max_length, epoch, _buffers.arrays)
        capacity, total = 4 * _buffers.capacity, met[-1]
    if total >= kernels.MAX_COUNT:
        raise TooManyPaths(
            f"A pair of entities is joined by {kernels.MAX_COUNT:,} shortest paths or more. "
            "A smaller search.maximum_length leaves such pairs out."
        )
    chosen = ranks.sample_ranks(total, max_paths, seed)
    positions = np.empty((len(chosen), met[0] + met[1] + 2), np.int32)
    kernels.write_paths(subgraph.arrays, met, chosen, epoch, _buffers.arrays, positions)
    return PathSample(total, positions)


@cache
def _machine_code() -> tuple[ModuleType, ModuleType]:
    """Loaded with the first search: web processes never need it."""
    from pipeline.core.paths import kernels, ranks

    return kernels, ranks


def _hubs(adjacency: Adjacency, relations: Mask) -> tuple[Array, Array]:
    """Each node's row among the hubs, and for each hub a bit for each node joined to it."""
    edges = np.diff(adjacency.offsets)
    hubs = np.flatnonzero(edges * HUB_SHARE > adjacency.node_count)
    rows = np.full(adjacency.node_count, -1, np.int32)
    rows[hubs] = np.arange(len(hubs))
    bits = np.zeros((len(hubs), (adjacency.node_count + 7) // 8), np.uint8)
    for row, hub in zip(bits, hubs, strict=True):
        joined = np.zeros(adjacency.node_count, np.bool_)
        joined[adjacency.expand(np.array([hub]), relations)[1]] = True
        row[:] = np.packbits(joined, bitorder="little")
    return rows, bits


def _buffer_arrays(size: int, capacity: int) -> tuple[Array, ...]:
    """marks, counts, nodes, starts, links and running sums, as `kernels` wants them."""
    return (
        np.zeros((2, size), np.int32),
        np.empty((2, size), np.int64),
        np.empty((2, size), np.int32),
        np.empty((2, size + 2), np.int64),
        np.empty((2, capacity + size), np.int32),
        np.empty(capacity + 1, np.int64),
    )
