"""The nodes and edges that drawn paths run over, each once, read from the adjacency in bulk.

As machine code, for they are read anew for every pair. All compiled functions stand in this
file: see `compiled`.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from pipeline.core.kg.adjacency import RELATION_BITS, TAIL_BIT
from pipeline.core.paths.compiling import compiled

Array = npt.NDArray[Any]


class Hops(NamedTuple):
    """What the rows of a table of paths [k, d+1] consist of, by place.

    nodes: distinct positions, ascending; node_places [d+1, k] and hop_places [d, k]: which node
    and which distinct hop stands where, a column for each path, in the order of their nodes. The
    edges of hop i stand from starts[i] to starts[i+1]: x_index of head and tail, relation code.
    """

    nodes: Array
    node_places: Array
    hop_places: Array
    starts: Array
    heads: Array
    tails: Array
    codes: Array


@compiled
def _first_entry(neighbours: Array, low: int, high: int, other: int) -> int:
    """The first of a node's entries (low .. high-1) that leads to `other` or beyond."""
    while low < high:
        middle = (low + high) >> 1
        if neighbours[middle] < other:
            low = middle + 1
        else:
            high = middle
    return low


@compiled
def _from_fewer(offsets: Array, pair: int) -> tuple[int, int]:
    """The nodes of a pair, that with fewer entries first.

    A relation joins fixed types, so the edges of a pair stand in one order at either node.
    """
    a, b = divmod(pair, len(offsets) - 1)
    return (b, a) if offsets[b + 1] - offsets[b] < offsets[a + 1] - offsets[a] else (a, b)


@compiled
def _edges(
    offsets: Array, neighbours: Array, codes: Array, relations: Array, pairs: Array
) -> tuple[Array, Array, Array, Array]:
    """Where the allowed edges of each pair begin; their heads, tails and relation codes."""
    starts = np.zeros(len(pairs) + 1, np.int64)
    heads, tails, kinds = [], [], []
    for place, pair in enumerate(pairs):
        node, other = _from_fewer(offsets, pair)
        end = offsets[node + 1]
        entry = _first_entry(neighbours, offsets[node], end, other)
        while entry < end and neighbours[entry] == other:
            code = codes[entry]
            if relations[code]:
                heads.append(other if code & TAIL_BIT else node)
                tails.append(node if code & TAIL_BIT else other)
                kinds.append(code & RELATION_BITS)
            entry += 1
        starts[place + 1] = len(heads)
    return starts, np.array(heads), np.array(tails), np.array(kinds)


@compiled
def read_hops(
    indices: Array,
    offsets: Array,
    neighbours: Array,
    codes: Array,
    relations: Array,
    paths: Array,
) -> Hops:
    """What the paths (rows of positions, at least one hop) run over, put in order first."""
    rows, width = paths.shape
    for column in range(width - 2, 0, -1):
        paths = paths[np.argsort(paths[:, column], kind="mergesort")]
    columns = np.ascontiguousarray(paths.T).astype(np.int64)
    pairs = (columns[:-1] * len(indices) + columns[1:]).ravel()
    nodes, distinct = np.unique(columns), np.unique(pairs)
    starts, heads, tails, kinds = _edges(offsets, neighbours, codes, relations, distinct)
    return Hops(
        nodes,
        np.searchsorted(nodes, columns.ravel()).reshape((width, rows)),
        np.searchsorted(distinct, pairs).reshape((width - 1, rows)),
        starts,
        indices[heads],
        indices[tails],
        kinds,
    )
