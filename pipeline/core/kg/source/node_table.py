"""The nodes of a kg.csv as its columns name them: told apart by index, checked to agree.

A node's row ends come as columns; the first names the node, all later ones must say the same.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.core.kg.artefact import NODE_TYPES
from pipeline.core.kg.source.primekg_format import MAX_INDEX
from pipeline.core.records import Node

# Look-ups by array are twenty times faster than by sorting or hashing; PrimeKG needs 2**17.
_DENSE_INDICES: Final = 1 << 20

Positions = npt.NDArray[np.int32]


class Unfit(Exception):
    """Some row of the block does not add up; which one is for others to say."""


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
    """The nodes named so far, in the order first named, as columns and by index."""

    def __init__(self) -> None:
        # Position by slot, -1 where no node has been named.
        self._positions = np.full(_DENSE_INDICES, -1, np.int32)
        self._sparse_slots: dict[int, int] = {}
        self._indices = np.empty(0, np.int64)
        self._identifiers = self._names = pa.array([], pa.string())
        self.types = np.empty(0, np.uint8)
        self._sources = np.empty(0, np.int32)
        self._source_names: dict[str, int] = {}

    @property
    def nodes(self) -> tuple[Node, ...]:
        kinds = [NODE_TYPES[code] for code in self.types]
        names = list(self._source_names)
        sources = [names[code] for code in self._sources]
        columns = self._indices.tolist(), self._identifiers.to_pylist(), self._names.to_pylist()
        return tuple(map(Node, *columns, kinds, sources))

    def source_codes(self, column: Any) -> npt.NDArray[np.int32]:
        """A code for each different source, given when it is first met."""
        words = column.dictionary.to_pylist()
        if not all(map(str.strip, words)):
            raise Unfit
        known = self._source_names
        codes = np.array([known.setdefault(word, len(known)) for word in words], np.int32)
        cells: npt.NDArray[np.int32] = codes[column.indices.to_numpy()]
        return cells

    def positions(self, ends: Ends) -> Positions:
        """The position of every end's node. Raises Unfit where two ends disagree."""
        indices = _numbers(ends.indices)
        slots = self._slots(indices)
        positions = self._positions[slots]
        if (new := np.flatnonzero(positions < 0)).size:
            first = _first_named(indices, new)
            count = len(self._indices)
            self._admit(first, indices, ends)
            self._positions[slots[first]] = np.arange(count, len(self._indices), dtype=np.int32)
            positions = self._positions[slots]
        self._agree(positions, ends)
        return positions

    def _slots(self, indices: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Where `_positions` holds each index: the index itself, behind them the large ones."""
        sparse = np.flatnonzero(indices >= _DENSE_INDICES)
        if not sparse.size:
            return indices
        slots, known = indices.copy(), self._sparse_slots
        slots[sparse] = [
            known.setdefault(index, _DENSE_INDICES + len(known))
            for index in indices[sparse].tolist()
        ]
        room = np.full(max(0, _DENSE_INDICES + len(known) - len(self._positions)), -1, np.int32)
        self._positions = np.concatenate([self._positions, room])
        return slots

    def _admit(self, at: npt.NDArray[np.intp], indices: npt.NDArray[np.int64], ends: Ends) -> None:
        """Takes up the nodes of these ends, in this order."""
        identifiers, names = ends.identifiers.take(pa.array(at)), ends.names.take(pa.array(at))
        if not all(map(str.strip, (*identifiers.to_pylist(), *names.to_pylist()))):
            raise Unfit
        self._indices = np.concatenate([self._indices, indices[at]])
        self.types = np.concatenate([self.types, ends.types[at]])
        self._sources = np.concatenate([self._sources, ends.sources[at]])
        self._identifiers = pa.concat_arrays([self._identifiers, identifiers])
        self._names = pa.concat_arrays([self._names, names])

    def _agree(self, positions: Positions, ends: Ends) -> None:
        at = pa.array(positions)
        if not (
            np.array_equal(self.types[positions], ends.types)
            and np.array_equal(self._sources[positions], ends.sources)
            and self._identifiers.take(at).equals(ends.identifiers)
            and self._names.take(at).equals(ends.names)
        ):
            raise Unfit


def _numbers(texts: Any) -> npt.NDArray[np.int64]:
    """Whole numbers from 0 that JSON readers keep."""
    digits = pc.all(pc.ascii_is_decimal(texts)).as_py()
    if not digits or pc.max(pc.binary_length(texts)).as_py() > len(str(MAX_INDEX)):
        raise Unfit
    numbers: npt.NDArray[np.int64] = texts.cast(pa.int64()).to_numpy()
    if numbers.max() > MAX_INDEX:
        raise Unfit
    return numbers


def _first_named(indices: npt.NDArray[np.int64], new: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """Of these ends, the first of each index, in the order of the file (x before y)."""
    rows = len(indices) // 2
    in_order = new[np.argsort(2 * (new % rows) + new // rows)]
    _, first = np.unique(indices[in_order], return_index=True)
    return in_order[np.sort(first)]
