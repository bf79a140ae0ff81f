"""The lines of a text, none longer than a record may be; one object a line (JSON Lines)."""

from collections.abc import Iterator
from io import BufferedReader

from pipeline.core.datasets.fields import InvalidRecord
from pipeline.core.datasets.files.json_text import StrictDecoder, object_of_line
from pipeline.core.datasets.files.records import ReadLimits, SourceRecord


class Lines:
    """The file's lines as text. Raises InvalidRecord for a bad one and can then go on.

    `allowance` is what may still be read before the caller renews it: it bounds a CSV record
    of many lines.
    """

    def __init__(self, stream: BufferedReader, limit: int) -> None:
        self._stream, self._limit = stream, limit
        self.number, self.allowance = 0, limit

    def __iter__(self) -> "Lines":
        return self

    def __next__(self) -> str:
        line = self._stream.readline(self.allowance + 1)
        if not line:
            raise StopIteration
        self.number += 1
        self.allowance -= len(line)
        if self.allowance < 0:
            self._skip_rest(line)
            raise InvalidRecord(f"The record is longer than {self._limit:,} bytes.")
        try:
            return line.decode("utf-8")
        except UnicodeDecodeError:
            raise InvalidRecord("The line is not UTF-8.") from None

    def renew(self) -> None:
        self.allowance = self._limit

    def _skip_rest(self, line: bytes) -> None:
        while line and not line.endswith(b"\n"):
            line = self._stream.readline(1 << 16)


def line_records(
    stream: BufferedReader, _file_name: str, limits: ReadLimits
) -> Iterator[SourceRecord]:
    """JSON Lines: a record a line, blank lines apart."""
    lines, decoder = Lines(stream, limits.record), StrictDecoder()
    while True:
        lines.renew()
        try:
            line = next(lines)
            if line.strip():
                fields = object_of_line(decoder, line)
                yield SourceRecord(lines.number, lines.number - 1, fields)
        except StopIteration:
            return
        except InvalidRecord as error:
            yield SourceRecord(lines.number, lines.number - 1, {}, str(error))
