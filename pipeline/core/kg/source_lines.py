"""The lines of a source file, plain or gzip: decoded, counted, bounded.

Every way the bytes can be unreadable becomes a SourceFileError with its line, so the reader
above sees clean text only.
"""

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pipeline.core.errors import SourceFileError
from pipeline.core.kg.source_bytes import Progress, SourceBytes

LONGEST_LINE: Final = 1 << 20


class SourceLines:
    """Iterates over the lines of one file as text; `number` is the line last read (from 1).

    `progress` and `checksum` are those of its SourceBytes. Raises SourceFileError.
    """

    def __init__(self, path: Path, progress: Progress | None = None) -> None:
        self.number = 0
        self._name = path.name
        try:
            self._source = SourceBytes(path, progress)
        except OSError as error:
            raise self.error(f"cannot be opened ({error.strerror})", line=0) from error

    @property
    def checksum(self) -> str:
        return self._source.checksum

    def error(self, reason: str, *, line: int | None = None) -> SourceFileError:
        """The error of this file at a line; without one, at the line last read."""
        return SourceFileError(self._name, self.number if line is None else line, reason)

    def close(self) -> None:
        self._source.close()

    def __iter__(self) -> Iterator[str]:
        while raw := self._next_raw():
            self.number += 1
            yield self._text(raw)

    def _next_raw(self) -> bytes:
        try:
            return self._source.stream.readline(LONGEST_LINE)
        except EOFError as error:
            reason = "the compressed file ends early: it was cut off"
            raise self.error(reason, line=self.number + 1) from error
        except (OSError, zlib.error) as error:
            reason = f"the compressed file is damaged or cannot be read ({error})"
            raise self.error(reason, line=self.number + 1) from error

    def _text(self, raw: bytes) -> str:
        if len(raw) >= LONGEST_LINE:
            raise self.error(f"the line is longer than {LONGEST_LINE:,} bytes")
        if b"\0" in raw:
            raise self.error("the line holds a NUL character")
        try:
            return raw.decode("utf-8-sig" if self.number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise self.error(f"not UTF-8: byte {error.start + 1} of the line") from error
