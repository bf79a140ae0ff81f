"""Makes the records of drawn paths: every node, edge and hop once, however many paths share it.

A search is answered in fewer microseconds than fifty paths take to become records one by one, so
they are made column by column.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import fields
from itertools import pairwise, repeat
from typing import Any, Final, TypeVar

import numpy as np
import numpy.typing as npt

from pipeline.core.kg.adjacency import Mask
from pipeline.core.kg.index import GraphIndex
from pipeline.core.kg.relations import SPECS
from pipeline.core.records import Edge, Path, SearchLayer

Record = TypeVar("Record")
Places = npt.NDArray[np.int64]

_READINGS: Final = tuple(
    tuple(getattr(spec, name) for spec in SPECS)
    for name in ("relation", "display_relation", "polarity")
)


def records_of(
    graph: GraphIndex, positions: npt.NDArray[np.int32], layer: SearchLayer, mask: Mask
) -> tuple[Path, ...]:
    """The paths of a table of node positions [k, d+1], each hop with every allowed edge."""
    if not len(positions):
        return ()
    from pipeline.core.paths.hops import read_hops

    walked, indices = graph.adjacency, graph.indices_of_type(None)
    hops = read_hops(indices, walked.offsets, walked.neighbours, walked.codes, mask, positions)
    nodes = list(map(graph.node_at, hops.nodes.tolist()))
    edges = _edges(hops.heads, hops.tails, hops.codes.tolist())
    joins = [tuple(edges[start:end]) for start, end in pairwise(hops.starts.tolist())]
    rows, steps = _rows(nodes, hops.node_places), _rows(joins, hops.hop_places)
    return tuple(in_bulk(Path, len(positions), rows, steps, repeat(layer)))


def _edges(heads: Places, tails: Places, codes: list[int]) -> list[Edge]:
    readings = (map(column.__getitem__, codes) for column in _READINGS)
    return in_bulk(Edge, len(codes), heads.tolist(), tails.tolist(), *readings)


def _rows(found: list[Any], places: Places) -> Iterator[tuple[Any, ...]]:
    """For each column of places a tuple of what stands there."""
    return zip(*(map(found.__getitem__, row) for row in places.tolist()), strict=True)


def in_bulk(kind: type[Record], count: int, *columns: Iterable[Any]) -> list[Record]:
    """`count` records of a frozen dataclass with slots, each column the values of one field.

    Fills the slots as the class's own `__init__` would, without its call for each field; a third
    of the time. For classes without `__post_init__`.
    """
    made = list(map(object.__new__, repeat(kind, count)))
    for field, column in zip(fields(kind), columns, strict=True):  # type: ignore[arg-type]
        deque(map(getattr(kind, field.name).__set__, made, column), maxlen=0)
    return made
