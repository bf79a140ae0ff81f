"""Exact look-up of names over memory-mapped arrays: 64-bit hashes in order, entries beside.

Names and synonyms have an index each, so that a match is always known for what it is.
"""

from bisect import bisect_left
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pipeline.core.kg.names import name_hash


class NameIndex:
    """Finds a normal name's entries: hashes uint64 ascending, entries int32 [n] each."""

    __slots__ = ("_entries", "_hashes")

    def __init__(self, hashes: npt.NDArray[np.uint64], entries: npt.NDArray[np.int32]) -> None:
        # Views of the same memory, which plain Python searches faster than numpy does.
        self._hashes, self._entries = hashes.data, entries.data

    @staticmethod
    def pack(normal_names: Sequence[str]) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int32]]:
        """Hashes and entries of these names; an entry is a place in the sequence."""
        hashes = np.array([name_hash(name) for name in normal_names], np.uint64)
        order = np.argsort(hashes, kind="stable")
        return hashes[order], order.astype(np.int32)

    def __len__(self) -> int:
        return len(self._hashes)

    def entries(self, normal_name: str) -> list[int]:
        """Entries that may bear this normal name: hashes can collide, so compare."""
        key, hashes = name_hash(normal_name), self._hashes
        start = end = bisect_left(hashes, key)
        while end < len(hashes) and hashes[end] == key:
            end += 1
        return self._entries[start:end].tolist()
