"""Reads the edges that join pairs of nodes, as machine code: paths are read anew for every pair.

All compiled functions stand in this file: see `entry_point`.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from pipeline.core.kg.adjacency import RELATION_BITS, TAIL_BIT, Adjacency, Mask
from pipeline.core.kg.relations import SPECS
from pipeline.core.paths.compiling import entry_point

Array = npt.NDArray[Any]


class PairEdges(NamedTuple):
    """The edges of some pairs, those of pair i from starts[i] to starts[i + 1].

    heads and tails are positions, codes those of relations.
    """

    starts: Array
    heads: Array
    tails: Array
    codes: Array


def read_edges(adjacency: Adjacency, pairs: Array, relations: Mask) -> PairEdges:
    """The allowed edges of each pair of positions, int64 [k, 2]."""
    starts = np.zeros(len(pairs) + 1, np.int64)
    # A pair has at most one edge for each relation and direction: no statement is stored twice.
    edges = np.empty((3, 2 * len(SPECS) * len(pairs)), np.int32)
    entries = adjacency.offsets, adjacency.neighbours, adjacency.codes
    _fill(entries, relations, pairs, starts, edges)
    return PairEdges(starts, *edges[:, : starts[-1]])


@entry_point
def _fill(
    entries: tuple[Array, Array, Array], relations: Array, pairs: Array, starts: Array, edges: Array
) -> None:
    offsets, neighbours, codes = entries
    size = starts[0]
    for index in range(len(pairs)):
        node, other = pairs[index, 0], pairs[index, 1]
        # From the node with fewer entries, which take less time to search. A relation joins fixed
        # types, so that the edges of a pair stand in one order at either node.
        if offsets[other + 1] - offsets[other] < offsets[node + 1] - offsets[node]:
            node, other = other, node
        entry, end = offsets[node], offsets[node + 1]
        high = end
        while entry < high:
            middle = (entry + high) >> 1
            if neighbours[middle] < other:
                entry = middle + 1
            else:
                high = middle
        while entry < end and neighbours[entry] == other:
            code = codes[entry]
            if relations[code]:
                is_tail = code & TAIL_BIT
                edges[0, size] = other if is_tail else node
                edges[1, size] = node if is_tail else other
                edges[2, size] = code & RELATION_BITS
                size += 1
            entry += 1
        starts[index + 1] = size
