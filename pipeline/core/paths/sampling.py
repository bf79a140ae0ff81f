"""Counts all shortest paths and draws some of them exactly uniformly, without listing them.

Paths are numbered in the order of their node sequences. How many paths lead from each node to
the goal follows level by level; a rank is drawn, then turned into its path by those counts.
"""

import math
import random
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.core.paths.levels import Levels, Links

Counts = npt.NDArray[Any]


@dataclass(frozen=True)
class CountedPaths:
    """All shortest paths of some levels, numbered 0 .. total-1 by their node positions.

    before[i][j] is the number of paths onwards through the links of level i before its j-th.
    """

    levels: Levels
    before: tuple[Counts, ...]
    total: int

    def path(self, rank: int) -> tuple[int, ...]:
        """The node positions of the path with this rank."""
        place, path = 0, [int(self.levels.nodes[0][0])]
        steps = zip(self.levels.links, self.before, self.levels.nodes[1:], strict=True)
        for links, before, nodes in steps:
            target = before[np.searchsorted(links.near, place)] + rank
            link = np.searchsorted(before, target, side="right") - 1
            rank = int(target - before[link])
            place = int(links.far[link])
            path.append(int(nodes[place]))
        return tuple(path)


def count_paths(levels: Levels) -> CountedPaths:
    """Numbers the paths of the levels; the counts are exact however large."""
    # No level adds more choices than it has nodes: the product bounds every sum below.
    bound = math.prod(len(nodes) for nodes in levels.nodes)
    dtype: Any = np.int64 if bound < 2**63 else object
    onwards: Counts = np.ones(1, dtype)
    before: list[Counts] = []
    for nodes, links in zip(levels.nodes[-2::-1], levels.links[::-1], strict=True):
        sums, onwards = _onwards(links, onwards, len(nodes), dtype)
        before.insert(0, sums)
    return CountedPaths(levels, tuple(before), int(onwards[0]))


def _onwards(links: Links, counts: Counts, node_count: int, dtype: Any) -> tuple[Counts, Counts]:
    """Running sums over the links of a level, and the paths onwards from each of its nodes."""
    sums = np.zeros(len(links.near) + 1, dtype)
    np.cumsum(counts[links.far], out=sums[1:])
    starts = np.searchsorted(links.near, np.arange(node_count + 1))
    return sums, sums[starts[1:]] - sums[starts[:-1]]


def draw_ranks(total: int, wanted: int, seed: int) -> tuple[int, ...]:
    """At most `wanted` distinct ranks below `total`, every such set equally likely, ascending.

    Floyd's algorithm (Bentley and Floyd, CACM 1987). It rests on `getrandbits` alone, whose
    bits for a seed are the same on every platform; `random.sample` promises less.
    """
    if total <= wanted:
        return tuple(range(total))
    source = random.Random(seed)
    drawn: set[int] = set()
    for last in range(total - wanted, total):
        rank = _below(last + 1, source)
        drawn.add(last if rank in drawn else rank)
    return tuple(sorted(drawn))


def _below(limit: int, source: random.Random) -> int:
    """A number from 0 to limit-1, uniformly: bits are drawn anew until they fit."""
    bits = (limit - 1).bit_length()
    while (number := source.getrandbits(bits) if bits else 0) >= limit:
        pass
    return number
