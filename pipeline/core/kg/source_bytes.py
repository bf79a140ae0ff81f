"""The bytes of a source file, plain or gzip, read once: unpacked, hashed, reported.

Compression is known by content, not by suffix.
"""

import gzip
import hashlib
import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import IO, Final, cast

Progress = Callable[[int, int], None]

_GZIP_MAGIC: Final = b"\x1f\x8b"
_BLOCK: Final = 1 << 20


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


class SourceBytes:
    """An open source file; `stream` reads its unpacked bytes.

    `progress` is told (bytes read, bytes in all) of the file as it lies on disk. At the end of
    `stream`, `checksum` is the sha256 of those bytes. Raises OSError.
    """

    def __init__(self, path: Path, progress: Progress | None = None) -> None:
        self._watched = _WatchedFile(path.open("rb", buffering=0), progress)
        self._buffered = io.BufferedReader(self._watched, _BLOCK)
        self.stream: IO[bytes] = self._buffered
        if self._buffered.peek(2)[:2] == _GZIP_MAGIC:
            self.stream = cast(IO[bytes], gzip.GzipFile(fileobj=self._buffered))

    @property
    def checksum(self) -> str:
        return self._watched.sha256.hexdigest()

    def close(self) -> None:
        self._buffered.close()
