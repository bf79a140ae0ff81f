"""Draws shortest paths of a pair: by machine code, or by exact integers where counts overflow.

Each thread keeps its own buffers, marked by epochs, so that no search clears what another left.
"""

import threading
from dataclasses import dataclass, field
from functools import cache
from types import ModuleType
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from pipeline.core.kg.adjacency import Adjacency, Mask
from pipeline.core.paths.levels import Walk, shortest_levels
from pipeline.core.paths.sampling import count_paths, draw_ranks

Array = npt.NDArray[Any]
Bools = npt.NDArray[np.bool_]

LAST_EPOCH: Final = np.iinfo(np.int32).max


@dataclass(frozen=True, eq=False)
class Ground:
    """Where paths may run: relations by code mask, in-between nodes by their type's code.

    types uint8 [n]; kinds: the allowed ones; `longest` counts edges. Made once for many
    searches: it lists who is joined to the hubs.
    """

    adjacency: Adjacency
    types: npt.NDArray[np.uint8]
    kinds: Bools
    relations: Mask
    longest: int
    walkable: tuple[Array, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        walked = self.adjacency
        arrays = (walked.offsets, walked.neighbours, walked.codes, self.relations)
        hubs = _hubs(walked)
        walkable = (*arrays, self.types, self.kinds, hubs, _joins(walked, hubs, self.relations))
        object.__setattr__(self, "walkable", walkable)


class Drawn(NamedTuple):
    """All shortest paths of a pair, counted (0: there is none), and those drawn.

    `positions` [k, distance + 1] holds the nodes of one drawn path in each row, in any order.
    """

    total: int
    positions: npt.NDArray[np.int32]


class _Buffers(threading.local):
    """What the searches of one thread write into: `size` nodes, `room` links, grown on demand."""

    size = room = 0
    epoch = 1
    arrays: tuple[Array, ...] = ()

    def claim(self, size: int, depths: int, room: int = 0) -> int:
        """Makes room for a graph; the first of `depths` marks that no search has left here."""
        if size > self.size or room > self.room or self.epoch + depths > LAST_EPOCH:
            self.size, self.room = max(size, self.size), max(size, room, self.room)
            self.arrays, self.epoch = _buffer_arrays(self.size, self.room), 1
        epoch = self.epoch
        self.epoch += depths
        return epoch


_buffers = _Buffers()


def draw_shortest(ground: Ground, start: int, goal: int, wanted: int, seed: bytes) -> Drawn:
    """Counts the shortest paths between two positions and draws at most `wanted` of them.

    Every set of paths is equally likely; `seed` (32 bytes) decides which. `start` and `goal` are
    two different nodes.
    """
    kernels, ranks = _machine_code()
    size, room, total = len(ground.types), 0, -1
    longest = min(ground.longest, size)
    while total < 0:
        epoch = _buffers.claim(size, longest + 1, room)
        met = kernels.meet(ground.walkable, (start, goal), longest, epoch, _buffers.arrays)
        room, total = 4 * _buffers.room, met[-1]
    if total >= kernels.LIMIT:
        return _draw_exactly(ground, start, goal, wanted, seed)
    drawn = ranks.draw(total, wanted, np.frombuffer(seed, "<u8", 1))
    rows = kernels.write_paths(ground.walkable, met, drawn, epoch, _buffers.arrays)
    return Drawn(total, rows)


@cache
def _machine_code() -> tuple[ModuleType, ModuleType]:
    """Loaded with the first search: web processes never need it."""
    from pipeline.core.paths import kernels, ranks

    return kernels, ranks


def _draw_exactly(ground: Ground, start: int, goal: int, wanted: int, seed: bytes) -> Drawn:
    """The same with integers of any size, for more paths than machine integers count."""
    walk = Walk(ground.adjacency, ground.relations, ground.kinds[ground.types])
    levels = shortest_levels(walk, start, goal, ground.longest)
    if levels is None:
        raise RuntimeError("Two searches of one pair contradict each other.")
    counted = count_paths(levels)
    ranks = draw_ranks(counted.total, wanted, int.from_bytes(seed, "big"))
    return Drawn(counted.total, np.array([counted.path(rank) for rank in ranks], np.int32))


def _hubs(adjacency: Adjacency) -> npt.NDArray[np.int64]:
    """The nodes that `kernels` takes for hubs."""
    from pipeline.core.paths.kernels import HUB_SHARE

    edges = np.diff(adjacency.offsets)
    return np.flatnonzero(edges * HUB_SHARE > adjacency.node_count)


def _joins(adjacency: Adjacency, hubs: npt.NDArray[np.int64], relations: Mask) -> Array:
    """For each hub a bit for each node that an allowed relation joins to it."""
    joins = np.zeros((len(hubs), (adjacency.node_count + 7) // 8), np.uint8)
    for row, hub in zip(joins, hubs, strict=True):
        joined = np.zeros(adjacency.node_count, np.bool_)
        joined[adjacency.expand(np.array([hub]), relations)[1]] = True
        row[:] = np.packbits(joined, bitorder="little")
    return joins


def _buffer_arrays(size: int, room: int) -> tuple[Array, ...]:
    """marks, counts, nodes, starts, links and running sums, as `kernels` wants them."""
    return (
        np.zeros((2, size), np.int32),
        np.empty((2, size), np.int64),
        np.empty((2, size), np.int32),
        np.empty((2, size + 2), np.int64),
        np.empty((2, room + size), np.int32),
        np.empty(room + 1, np.int64),
    )
