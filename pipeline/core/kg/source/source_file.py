"""A source file, plain or gzip (known by content, not by suffix), read once and hashed.

Lines come singly, as clean text, or many at once, as bytes. Every way they can be unreadable
becomes a SourceFileError with its line.
"""

import gzip
import hashlib
import io
import os
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from pipeline.core.errors import SourceFileError

Progress = Callable[[int, int], None]

BLOCK_SIZE: Final = 8 << 20
MAX_LINE_SIZE: Final = 1 << 20
_GZIP_MAGIC: Final = b"\x1f\x8b"
_BUFFER_SIZE: Final = 1 << 20


class _WatchedFile(io.RawIOBase):
    """A raw file that hashes and reports every byte read from it, in order."""

    def __init__(self, stream: io.FileIO, progress: Progress | None) -> None:
        self._stream = stream
        self._total, self._done = os.fstat(stream.fileno()).st_size, 0
        self._progress = progress
        self.sha256 = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        count = self._stream.readinto(buffer) or 0
        self.sha256.update(buffer[:count])
        self._done += count
        if self._progress and count:
            self._progress(self._done, self._total)
        return count

    def close(self) -> None:
        self._stream.close()
        super().close()


class SourceFile:
    """An open source file; `line` is the number of the line last read (from 1).

    `progress` is told (bytes read, bytes in all) of the file as it lies on disk. At the end of
    the file `checksum` is the sha256 of those bytes. Raises SourceFileError.
    """

    def __init__(self, path: Path, progress: Progress | None = None) -> None:
        self.line = 0
        self._name = path.name
        self._ahead = io.BytesIO()
        self._fault: Exception | None = None
        try:
            self._watched = _WatchedFile(path.open("rb", buffering=0), progress)
        except OSError as error:
            raise self.error(f"cannot be opened ({error.strerror})", line=0) from error
        self._packed = io.BufferedReader(self._watched, _BUFFER_SIZE)
        self._stream: io.BufferedIOBase = self._packed
        if self._packed.peek(2)[:2] == _GZIP_MAGIC:
            self._stream = gzip.GzipFile(fileobj=self._packed)

    @property
    def checksum(self) -> str:
        return self._watched.sha256.hexdigest()

    def error(self, reason: str, *, line: int | None = None) -> SourceFileError:
        """The error of this file at a line; without one, at the line last read."""
        return SourceFileError(self._name, self.line if line is None else line, reason)

    def close(self) -> None:
        self._packed.close()

    def __iter__(self) -> Iterator[str]:
        while raw := self._ahead.readline(MAX_LINE_SIZE) or self._refill().readline(MAX_LINE_SIZE):
            self.line += 1
            yield self._text(raw)

    def peek_block(self) -> bytes:
        """The lines to be read next, whole ones, of some MiB together; none at the end."""
        position = self._ahead.tell()
        if not (block := self._ahead.read()):
            position, block = 0, self._refill().read()
        self._ahead.seek(position)
        return block

    def skip_block(self, line_count: int) -> None:
        """Leaves out the lines of `peek_block`, so many."""
        self._ahead.seek(0, io.SEEK_END)
        self.line += line_count

    def _refill(self) -> io.BytesIO:
        self._ahead = io.BytesIO(self._next_block())
        return self._ahead

    def _next_block(self) -> bytes:
        """Whole lines. What can be read before a fault is handed out, then the fault raised."""
        if self._fault:
            raise self.error(_wording(self._fault), line=self.line + 1) from self._fault
        pieces, size = [], 0
        try:
            # read1 loses nothing of what came before an error, as read would.
            while size < BLOCK_SIZE and (piece := self._stream.read1(BLOCK_SIZE - size)):
                pieces.append(piece)
                size += len(piece)
            pieces.append(self._stream.readline(MAX_LINE_SIZE))
            return b"".join(pieces)
        except (EOFError, OSError, zlib.error) as error:
            self._fault = error
        block = b"".join(pieces)
        return block[: block.rfind(b"\n") + 1] or self._next_block()

    def _text(self, raw: bytes) -> str:
        if len(raw) >= MAX_LINE_SIZE:
            raise self.error(f"the line is longer than {MAX_LINE_SIZE:,} bytes")
        if b"\0" in raw:
            raise self.error("the line holds a NUL character")
        try:
            return raw.decode("utf-8-sig" if self.line == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise self.error(f"not UTF-8: byte {error.start + 1} of the line") from error


def line_count(block: bytes) -> int:
    """How many lines; the last one may lack its end."""
    return block.count(b"\n") + (not block.endswith(b"\n") and bool(block))


def _wording(fault: Exception) -> str:
    if isinstance(fault, EOFError):
        return "the compressed file ends early: it was cut off"
    return f"the compressed file is damaged or cannot be read ({fault})"
