"""A source file as numbered records: JSON, JSON Lines, CSV or Parquet, whatever wrote it.

Its content says which it is, its name only where content cannot. Uploads may be hostile: no
line, record or archive is taken into memory beyond its limit.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from pipeline.core.datasets.files.delimited import DELIMITERS
from pipeline.core.datasets.files.recognise import check_is_text, reader_of
from pipeline.core.datasets.files.records import DEFAULT_LIMITS, ReadLimits, SourceRecord
from pipeline.core.datasets.files.stream import as_utf8, read_ahead, unpacked
from pipeline.core.errors import SourceFileError

__all__ = [
    "DEFAULT_LIMITS",
    "DELIMITERS",
    "ReadLimits",
    "Sample",
    "SourceRecord",
    "opened",
    "sample_records",
    "source_records",
]

_PARQUET = b"PAR1"
# Beyond the longest record, so that what begins with one is told from one that is too long.
_READ_AHEAD = 1 << 16


@dataclass(frozen=True, slots=True)
class Sample:
    """A file's first records, and the names of their fields in the order they were met."""

    records: tuple[SourceRecord, ...]
    fields: tuple[str, ...]


def source_records(
    stream: BinaryIO, file_name: str, limits: ReadLimits, *, delimiter: str | None = None
) -> Iterator[SourceRecord]:
    """The records of a file, in its order.

    `delimiter` is a character of DELIMITERS: what separates the columns of a file whose header
    leaves that open.

    Raises SourceFileError when the file as a whole cannot be read, possibly after records.
    """
    reader = unpacked(stream, file_name, limits.total)
    if reader.peek(4)[:4] == _PARQUET:
        yield from _parquet_records(stream, file_name, limits)
        return
    check_is_text(reader.peek(8)[:8], file_name)
    size = limits.record + _READ_AHEAD
    head, text = read_ahead(as_utf8(reader, file_name), size)
    read = reader_of(head, file_name, is_whole=len(head) < size, delimiter=delimiter)
    yield from read(text, file_name, limits)


def _parquet_records(
    stream: BinaryIO, file_name: str, limits: ReadLimits
) -> Iterator[SourceRecord]:
    from pipeline.core.datasets.files.parquet import parquet_records

    stream.seek(0)
    if stream.read(len(_PARQUET)) != _PARQUET:
        reason = "It is a Parquet file within a gzip file: unpack it first."
        raise SourceFileError(file_name, 0, reason)
    return parquet_records(stream, file_name, limits)


def sample_records(
    source: BinaryIO | Path,
    file_name: str,
    limits: ReadLimits = DEFAULT_LIMITS,
    count: int = 20,
    *,
    delimiter: str | None = None,
) -> Sample:
    """The first `count` records: what a file's columns are called before a way to read them is
    chosen. A stream stands at its beginning again afterwards.

    Raises SourceFileError when the file as a whole cannot be read.
    """
    if isinstance(source, Path):
        with opened(source, file_name) as stream:
            return sample_records(stream, file_name, limits, count, delimiter=delimiter)
    records = tuple(islice(source_records(source, file_name, limits, delimiter=delimiter), count))
    source.seek(0)
    return Sample(records, tuple(dict.fromkeys(n for record in records for n in record.fields)))


@contextmanager
def opened(path: Path, file_name: str) -> Iterator[BinaryIO]:
    """The file at `path`. Raises SourceFileError when it cannot be opened."""
    try:
        stream = path.open("rb")
    except OSError as error:
        raise SourceFileError(file_name, 0, f"It cannot be opened: {error.strerror}") from error
    with stream:
        yield stream
