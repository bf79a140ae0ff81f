"""Pairs the two rows of every statement and finds its direction.

PrimeKG states each edge twice, x-y and y-x, first all of one direction, then the reverses. A row
without its reverse betrays a truncated file.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from pipeline.core.kg.artefact import NODE_TYPES
from pipeline.core.kg.relations import SPECS

Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.uint8]

_HEAD_TYPES: Final = np.array([NODE_TYPES.index(spec.head_type) for spec in SPECS], np.uint8)


@dataclass(frozen=True, slots=True)
class DirectedRows:
    """The rows of a file as columns: positions of the nodes x and y, relation code."""

    x: Int32s
    y: Int32s
    codes: Codes

    @staticmethod
    def concatenate(blocks: Sequence["DirectedRows"]) -> "DirectedRows":
        columns = zip(*((block.x, block.y, block.codes) for block in blocks), strict=True)
        return DirectedRows(*map(np.concatenate, columns))


@dataclass(frozen=True)
class Statements:
    """Directed statements, one for each pair of rows: positions of head and tail, relation code."""

    heads: Int32s
    tails: Int32s
    codes: Codes
    dropped_self_loops: int
    dropped_duplicates: int


class Unpaired(Exception):
    """A row (from 0) whose reverse is missing."""

    def __init__(self, row: int) -> None:
        super().__init__(row)
        self.row = row


def pair_rows(rows: DirectedRows, node_types: Codes) -> Statements:
    """Collapses rows to statements. Raises Unpaired for the first row without its reverse.

    `node_types` [nodes] are codes into NODE_TYPES. The head is the end of the relation's head
    type; where both ends have one type, the x of the row stated first.
    """
    proper = np.flatnonzero(rows.x != rows.y)
    x, y, codes = rows.x[proper], rows.y[proper], rows.codes[proper]
    order, starts = _groups(x, y, codes, len(node_types))
    unpaired = _unpaired_row(x < y, order, starts)
    if unpaired is not None:
        raise Unpaired(int(proper[unpaired]))
    first = order[starts]
    backward = node_types[x[first]] != _HEAD_TYPES[codes[first]]
    return Statements(
        heads=np.where(backward, y[first], x[first]),
        tails=np.where(backward, x[first], y[first]),
        codes=codes[first],
        dropped_self_loops=len(rows.codes) - len(proper),
        dropped_duplicates=len(proper) - 2 * len(starts),
    )


def _groups(
    x: Int32s, y: Int32s, codes: Codes, node_count: int
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """A stable order that brings the rows of one statement together, and where each begins."""
    # The smaller position first: both rows of a statement have one key.
    key = codes.astype(np.int64) * node_count + np.minimum(x, y)
    key = key * node_count + np.maximum(x, y)
    key, order = _sort_keys(key, len(SPECS) * node_count**2)
    return order, np.flatnonzero(np.diff(key, prepend=-1))


def _sort_keys(key: Int64s, bound: int) -> tuple[Int64s, npt.NDArray[np.intp]]:
    """Keys below the bound in order, equal ones in the rows' order, and where they stood."""
    rows = len(key)
    if bound * rows >= 2**63:
        order = np.argsort(key, kind="stable")
        return key[order], order
    # Key and row in one number sort several times faster than rows by their keys.
    both = key * rows + np.arange(rows)
    both.sort()
    return both // rows, both % rows


def _unpaired_row(
    ascending: Bools, order: npt.NDArray[np.intp], starts: npt.NDArray[np.intp]
) -> int | None:
    """The first row in file order whose reverse is missing."""
    if not len(starts):
        return None
    # Of one statement's rows some must ascend and some descend.
    grouped = ascending[order]
    both = np.logical_or.reduceat(grouped, starts) & np.logical_or.reduceat(~grouped, starts)
    unpaired = order[starts[~both]]
    return int(unpaired.min()) if len(unpaired) else None
