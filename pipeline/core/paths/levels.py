"""All shortest paths between two nodes as levels: a bidirectional breadth-first search.

Works on positions and whole frontiers of the graph's adjacency, always widening the side with
fewer edges to read, so that a hub is seldom scanned. No path is listed here: the levels
and the links between them hold all of them.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from pipeline.core.kg.adjacency import Adjacency, Mask, NodeFilter, Positions

_FAR = np.iinfo(np.int32).max


@dataclass(frozen=True)
class Links:
    """Links from one level to the next, by place within each level, sorted by (near, far)."""

    near: Positions
    far: Positions


@dataclass(frozen=True)
class Levels:
    """The nodes at each distance that lie on a shortest path, and the links between levels.

    nodes[0] is the start alone, nodes[-1] the goal alone, each ascending; links[i] joins
    nodes[i] to nodes[i + 1]. Every node has a link to each side.
    """

    nodes: tuple[Positions, ...]
    links: tuple[Links, ...]


@dataclass(frozen=True)
class Walk:
    """What may be walked: relations by mask, in-between nodes by filter (None: every node)."""

    adjacency: Adjacency
    relations: Mask
    between: NodeFilter | None = None


class _Side:
    """One half of the search: the distance of every node reached from its root."""

    def __init__(self, walk: Walk, root: int, other_root: int) -> None:
        self._walk = walk
        self.distance: npt.NDArray[np.int32] = np.full(walk.adjacency.node_count, _FAR, np.int32)
        self.distance[root] = 0
        self.depth = 0
        self.frontier: Positions = np.array([root])
        self._other_root = other_root

    def cost(self) -> int:
        return self._walk.adjacency.entry_count(self.frontier)

    def widen(self) -> None:
        """Goes one step further from the root, through permitted nodes alone."""
        _, reached = self._walk.adjacency.expand(self.frontier, self._walk.relations)
        fresh = self.distance[reached] == _FAR
        if self._walk.between is not None:
            fresh &= self._walk.between[reached] | (reached == self._other_root)
        self.depth += 1
        self.distance[reached[fresh]] = self.depth
        self.frontier = np.flatnonzero(self.distance == self.depth)


def shortest_levels(walk: Walk, start: int, goal: int, maximum_length: int) -> Levels | None:
    """The levels of all shortest paths of at most `maximum_length` edges; None without one.

    `start` and `goal` are positions of two different nodes.
    """
    near, far = _Side(walk, start, goal), _Side(walk, goal, start)
    meeting = np.empty(0, np.intp)
    while not len(meeting):
        if near.depth + far.depth == maximum_length:
            return None
        side, other = (near, far) if near.cost() <= far.cost() else (far, near)
        side.widen()
        if not len(side.frontier):
            return None
        meeting = side.frontier[other.distance[side.frontier] != _FAR]
    return _levels(walk, near, far, meeting)


def _levels(walk: Walk, near: _Side, far: _Side, meeting: Positions) -> Levels:
    """Follows the distances from where the sides met back to both roots."""
    nodes = [meeting]
    for distance in range(near.depth - 1, -1, -1):
        nodes.insert(0, _towards(walk, nodes[0], near, distance))
    for distance in range(far.depth - 1, -1, -1):
        nodes.append(_towards(walk, nodes[-1], far, distance))
    return Levels(tuple(nodes), tuple(_links(walk, a, b) for a, b in pairwise(nodes)))


def _towards(walk: Walk, level: Positions, side: _Side, distance: int) -> Positions:
    """The nodes one step nearer to the side's root that are joined to this level."""
    candidates = np.flatnonzero(side.distance == distance)
    links = _links(walk, candidates, level)
    return candidates[np.unique(links.near)]


def _links(walk: Walk, near: Positions, far: Positions) -> Links:
    """All links between two levels, read from the side with fewer edges."""
    adjacency = walk.adjacency
    if adjacency.entry_count(near) <= adjacency.entry_count(far):
        owner, place = _joined(walk, near, far)
        return Links(owner, place)
    owner, place = _joined(walk, far, near)
    order = np.lexsort((owner, place))
    return Links(place[order], owner[order])


def _joined(walk: Walk, level: Positions, other: Positions) -> tuple[Positions, Positions]:
    """Places (in `level`, in `other`) of all joined pairs, sorted."""
    owner, reached = walk.adjacency.expand(level, walk.relations)
    place = np.searchsorted(other, reached)
    place[place == len(other)] = 0
    hit = other[place] == reached
    return owner[hit], place[hit]
