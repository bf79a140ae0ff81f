"""Pairs the two rows of every statement and finds its direction.

PrimeKG states each edge twice, x-y and y-x, first all of one direction, then the reverses. A row
without its reverse betrays a truncated file.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.core.kg.relations import SPECS
from pipeline.core.records import NodeType

Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Unpaired = Callable[[int], Exception]


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a file as columns: positions of the nodes x and y, relation code."""

    x: Int32s
    y: Int32s
    codes: npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Statements:
    """Directed statements, one for each pair of rows: positions of head and tail, relation code."""

    heads: Int32s
    tails: Int32s
    codes: npt.NDArray[np.uint8]
    dropped_self_loops: int
    dropped_duplicates: int


def pair_rows(rows: Rows, types: Sequence[NodeType], unpaired: Unpaired) -> Statements:
    """Collapses rows to statements; raises `unpaired(row)` for the first lonely row (from 0).

    The head is the end of the relation's head type; where both ends have one type, the x of
    the row stated first.
    """
    proper = np.flatnonzero(rows.x != rows.y)
    x, y, codes = rows.x[proper], rows.y[proper], rows.codes[proper]
    order, starts = _groups(x, y, codes, len(types))
    lonely = _lonely_row(x < y, order, starts)
    if lonely is not None:
        raise unpaired(int(proper[lonely]))
    first = order[starts]
    backward = _points_backward(x[first], codes[first], types)
    return Statements(
        heads=np.where(backward, y[first], x[first]),
        tails=np.where(backward, x[first], y[first]),
        codes=codes[first],
        dropped_self_loops=len(rows.codes) - len(proper),
        dropped_duplicates=len(proper) - 2 * len(starts),
    )


def _groups(
    x: Int32s, y: Int32s, codes: npt.NDArray[np.uint8], node_count: int
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """A stable order that brings the rows of one statement together, and where each begins."""
    key = codes.astype(np.int64) * node_count + np.minimum(x, y)
    key = key * node_count + np.maximum(x, y)
    key, order = _sorted(key, len(SPECS) * node_count**2)
    return order, np.flatnonzero(np.diff(key, prepend=-1))


def _sorted(key: Int64s, bound: int) -> tuple[Int64s, npt.NDArray[np.intp]]:
    """Keys below the bound in order, equal ones in the rows' order, and where they stood."""
    rows = len(key)
    if bound * rows >= 2**63:
        order = np.argsort(key, kind="stable")
        return key[order], order
    # Key and row in one number sort several times faster than rows by their keys.
    both = key * rows + np.arange(rows)
    both.sort()
    return both // rows, both % rows


def _lonely_row(
    ascending: Bools, order: npt.NDArray[np.intp], starts: npt.NDArray[np.intp]
) -> int | None:
    """The first row in file order whose reverse is missing."""
    if not len(starts):
        return None
    grouped = ascending[order]
    both = np.logical_or.reduceat(grouped, starts) & np.logical_or.reduceat(~grouped, starts)
    lonely = order[starts[~both]]
    return int(lonely.min()) if len(lonely) else None


def _points_backward(x: Int32s, codes: npt.NDArray[np.uint8], types: Sequence[NodeType]) -> Bools:
    """Whether a statement's first row has the relation's tail as its x."""
    number = {kind: code for code, kind in enumerate(NodeType)}
    node_types = np.array([number[kind] for kind in types], np.uint8)
    head_types = np.array([number[spec.head_type] for spec in SPECS], np.uint8)
    backward: Bools = node_types[x] != head_types[codes]
    return backward
