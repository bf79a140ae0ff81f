"""The nodes of a kg.csv as columns name them: told apart by index, checked to agree.

A node's row ends come as columns; the first names the node, all later ones must say the same.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.core.kg.regular_bytes import Irregular
from pipeline.core.records import Node, NodeType

# A larger index would need a larger table than it is worth: the reader by line takes any.
_TABLE: Final = 1 << 22
_DIGITS: Final = 16
_LONGEST_CELL: Final = 10_000
_TYPES: Final = tuple(NodeType)

Positions = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Ends:
    """Both ends of a block's rows, all x first, then all y: [2 rows] each.

    `indices`, `identifiers` and `names` are arrow arrays of strings, the others codes.
    """

    indices: Any
    identifiers: Any
    names: Any
    types: npt.NDArray[np.uint8]
    sources: npt.NDArray[np.int32]


class NodeTable:
    """The nodes seen so far, in the order first named, as columns and by index."""

    def __init__(self) -> None:
        self._position = np.full(_TABLE, -1, np.int32)
        self._indices = np.empty(0, np.int64)
        self._identifiers = self._names = pa.array([], pa.string())
        self._types = np.empty(0, np.uint8)
        self._sources = np.empty(0, np.int32)
        self._source_names: dict[str, int] = {}

    @property
    def nodes(self) -> tuple[Node, ...]:
        kinds = [_TYPES[code] for code in self._types]
        names = list(self._source_names)
        sources = [names[code] for code in self._sources]
        columns = self._indices.tolist(), self._identifiers.to_pylist(), self._names.to_pylist()
        return tuple(map(Node, *columns, kinds, sources))

    def source_codes(self, column: Any) -> npt.NDArray[np.int32]:
        """A code for each different source, given when it is first met."""
        words = column.dictionary.to_pylist()
        known = self._source_names
        codes = np.array([known.setdefault(word, len(known)) for word in words], np.int32)
        cells: npt.NDArray[np.int32] = codes[column.indices.to_numpy()]
        return cells

    def positions(self, ends: Ends) -> Positions:
        """The position of every end's node. Raises Irregular where two ends disagree."""
        indices = _numbers(ends.indices)
        positions = self._position[indices]
        if (new := np.flatnonzero(positions < 0)).size:
            self._admit(_first_named(indices, new), indices, ends)
            positions = self._position[indices]
        self._agree(positions, ends)
        return positions

    def _admit(self, at: npt.NDArray[np.intp], indices: npt.NDArray[np.int64], ends: Ends) -> None:
        """Takes up the nodes of these ends, in this order."""
        count = len(self._indices)
        self._position[indices[at]] = np.arange(count, count + len(at), dtype=np.int32)
        self._indices = np.concatenate([self._indices, indices[at]])
        self._types = np.concatenate([self._types, ends.types[at]])
        self._sources = np.concatenate([self._sources, ends.sources[at]])
        identifiers, names = ends.identifiers.take(pa.array(at)), ends.names.take(pa.array(at))
        for cell in (*identifiers.to_pylist(), *names.to_pylist(), *self._source_names):
            if not cell.strip() or len(cell) > _LONGEST_CELL:
                raise Irregular
        self._identifiers = pa.concat_arrays([self._identifiers, identifiers])
        self._names = pa.concat_arrays([self._names, names])

    def _agree(self, positions: Positions, ends: Ends) -> None:
        at = pa.array(positions)
        if not (
            np.array_equal(self._types[positions], ends.types)
            and np.array_equal(self._sources[positions], ends.sources)
            and self._identifiers.take(at).equals(ends.identifiers)
            and self._names.take(at).equals(ends.names)
        ):
            raise Irregular


def _numbers(texts: Any) -> npt.NDArray[np.int64]:
    """Whole numbers from 0 below the table's size."""
    digits = pc.all(pc.ascii_is_decimal(texts)).as_py()
    if not digits or pc.max(pc.binary_length(texts)).as_py() > _DIGITS:
        raise Irregular
    numbers: npt.NDArray[np.int64] = texts.cast(pa.int64()).to_numpy()
    if numbers.max() >= _TABLE:
        raise Irregular
    return numbers


def _first_named(indices: npt.NDArray[np.int64], new: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """Of these ends, the first of each index, in the order of the file (x before y)."""
    rows = len(indices) // 2
    in_order = new[np.argsort(2 * (new % rows) + new // rows)]
    _, first = np.unique(indices[in_order], return_index=True)
    return in_order[np.sort(first)]
