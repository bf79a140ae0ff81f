"""The bytes of a CSV file, let through only while every CSV reader reads them alike.

Readers agree on plain lines and on quotes that enclose whole cells of one line. They differ on
anything else (a quote within a cell, a carriage return, a NUL), so that is left to one of them.
"""

from threading import Lock
from typing import IO, Final

import numpy as np

_QUOTE: Final = ord('"')
_BESIDE_A_QUOTE: Final = np.frombuffer(b'\n",', np.uint8)
_LONGEST_LINE: Final = 1 << 17


class Irregular(Exception):
    """The file holds something that is not read alike everywhere, or that does not fit."""


class RegularBytes:
    """A binary stream that raises Irregular instead of handing out doubtful bytes."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._tail = b""
        self._lock = Lock()
        self.closed = False

    def read(self, size: int = -1) -> bytes:
        """The next bytes; none once closed."""
        with self._lock:
            return b"" if self.closed else self._checked(self._stream.read(size))

    def close(self) -> None:
        """Waits for a read under way: readers read ahead in threads of their own."""
        with self._lock:
            self.closed = True

    def _checked(self, data: bytes) -> bytes:
        if b"\0" in data or b"\r" in data:
            raise Irregular
        lines = self._tail + data
        end = lines.rfind(b"\n") + 1 if data else len(lines)
        self._tail = lines[end:]
        if len(self._tail) > _LONGEST_LINE or not _quotes_enclose_cells(lines, end):
            raise Irregular
        return data


def _quotes_enclose_cells(lines: bytes, end: int) -> bool:
    """Whether, in whole lines, quotes stand around cells or doubled within them.

    Counted from the first, every second quote closes: before an opening one stands a comma, a
    line's end or (the pair being one escaped quote) the quote just closed, and likewise after.
    """
    if lines.find(b'"', 0, end) < 0:
        return True
    lines = b"\n%b\n" % lines[:end]
    signs = np.frombuffer(lines, np.uint8)
    quotes = np.flatnonzero(signs == _QUOTE)
    beside = np.concatenate([signs[quotes[::2] - 1], signs[quotes[1::2] + 1]])
    enclosed = lines.split(b'"')[1::2]
    # A last quote that nothing closes encloses the last line's end.
    return bool(np.isin(beside, _BESIDE_A_QUOTE).all()) and not any(
        b"\n" in cell for cell in enclosed
    )
