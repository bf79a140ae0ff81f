"""The nodes of a kg.csv: told apart by index, checked to be the same in every row.

A node's row ends come as columns; the first names the node, all later ones must say the same.
"""

from itertools import repeat
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.core.kg.artefact import NODE_TYPES
from pipeline.core.kg.source.primekg_format import MAX_INDEX, PARTS
from pipeline.core.records import Node, NodeType

_CELLS: Final = [part for part in PARTS if part != "index"]
_TYPE_CODES: Final = {str(kind): code for code, kind in enumerate(NODE_TYPES)}


class Unfit(Exception):
    """Some row of a block does not add up; which one is for others to say."""


class NodeTable:
    """The nodes named so far: `types` are codes into NODE_TYPES, by position."""

    def __init__(self) -> None:
        self.types = np.empty(0, np.uint8)
        self._positions: dict[int, int] = {}
        self._cells = pa.record_batch({part: pa.array([], pa.string()) for part in _CELLS})

    def nodes(self) -> tuple[Node, ...]:
        cells = [self._cells[part].to_pylist() for part in ("id", "name", "type", "source")]
        identifiers, names, kinds, sources = cells
        return tuple(map(Node, self._positions, identifiers, names, map(NodeType, kinds), sources))

    def positions(self, ends: Any) -> npt.NDArray[np.int32]:
        """The position of each row's node. Raises Unfit where two rows of one node disagree.

        `ends` is an arrow batch of strings, its columns the PARTS of a node.
        """
        # Far fewer nodes than rows: only each distinct index costs a look-up in Python.
        distinct = pa.array(_numbers(ends["index"])).dictionary_encode()
        indices, rows = distinct.dictionary.to_pylist(), distinct.indices.to_numpy()
        matches = map(self._positions.get, indices, repeat(-1))
        by_code = np.fromiter(matches, np.int32, len(indices))
        if (new := np.flatnonzero(by_code < 0)).size:
            first = np.empty(len(indices), np.intp)
            first[rows[::-1]] = np.arange(len(rows))[::-1]  # written last is what comes first
            by_code[new] = self._admit(
                [indices[code] for code in new], ends.select(_CELLS).take(pa.array(first[new]))
            )
        positions: npt.NDArray[np.int32] = by_code[rows]
        at = pa.array(positions)
        if not all(self._cells[part].take(at).equals(ends[part]) for part in _CELLS):
            raise Unfit
        return positions

    def _admit(self, indices: list[int], cells: Any) -> npt.NDArray[np.int32]:
        """The positions of new nodes, which must be whole."""
        words = cells.to_pydict()
        filled = all(word.strip() for column in words.values() for word in column)
        if not filled or not _TYPE_CODES.keys() >= set(words["type"]):
            raise Unfit
        codes = np.array([_TYPE_CODES[kind] for kind in words["type"]], np.uint8)
        positions = np.arange(len(self.types), len(self.types) + len(codes), dtype=np.int32)
        self.types = np.concatenate([self.types, codes])
        self._cells = pa.concat_batches([self._cells, cells])
        self._positions |= zip(indices, positions.tolist(), strict=True)
        return positions


def _numbers(texts: Any) -> npt.NDArray[np.int64]:
    """Whole numbers from 0 that JSON readers keep."""
    digits = pc.all(pc.ascii_is_decimal(texts)).as_py()
    if not digits or pc.max(pc.binary_length(texts)).as_py() > len(str(MAX_INDEX)):
        raise Unfit
    numbers: npt.NDArray[np.int64] = texts.cast(pa.int64()).to_numpy()
    if numbers.max() > MAX_INDEX:
        raise Unfit
    return numbers
