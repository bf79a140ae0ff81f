"""A source file as numbered records: JSONL, JSON or CSV, plain or gzip, read as a stream.

Uploads may be hostile: no line, record or archive is taken into memory beyond its limit.
"""

import codecs
import csv
import gzip
import io
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from itertools import islice
from pathlib import Path, PurePath
from typing import BinaryIO

from pipeline.core.datasets.fields import InvalidRecord
from pipeline.core.datasets.json_records import (
    JsonDocument,
    StrictDecoder,
    checked_object,
    object_of_line,
)
from pipeline.core.errors import SourceFileError

DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}
_GZIP_MAGIC = b"\x1f\x8b"
# PubMedQA's own JSON maps PubMed ids, which are digits, to records without an id. Anything
# else that begins with an object is one object a line, as MedMCQA's own .json files are.
_KEYED_BY_ID = re.compile(rb'\s*\{\s*"\d+"\s*:')
_ID_OF_KEY = "pubid"


@dataclass(frozen=True, slots=True)
class ReadLimits:
    """How much of a file is read before it is refused; sizes in bytes, after unpacking.

    The largest published source, PubMedQA's artificial set, has about 0.55 GB.
    """

    record: int = 1_000_000
    total: int = 1 << 30
    rejected: int = 100_000


DEFAULT_LIMITS = ReadLimits()


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """One record: its line (from 1; in a JSON document its number), its position among the
    file's records (from 0; in JSONL among its lines), and its fields, or why it has none."""

    line: int
    position: int
    fields: Mapping[str, object]
    flaw: str = ""


@dataclass(frozen=True, slots=True)
class Sample:
    """A file's first records, and the names of their fields in the order they were met."""

    records: tuple[SourceRecord, ...]
    fields: tuple[str, ...]


class _Limited(io.RawIOBase):
    """A stream that refuses to give more than its limit and names the file in every error."""

    def __init__(self, stream: BinaryIO, file_name: str, limit: int) -> None:
        self._stream, self._file_name, self._left = stream, file_name, limit

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        try:
            data = self._stream.read(len(buffer))
        except (OSError, EOFError, zlib.error) as error:
            raise SourceFileError(self._file_name, 0, f"It cannot be read: {error}") from error
        self._left -= len(data)
        if self._left < 0:
            raise SourceFileError(self._file_name, 0, "It is larger than the limit.")
        buffer[: len(data)] = data
        return len(data)


def source_records(
    stream: BinaryIO, file_name: str, limits: ReadLimits, *, delimiter: str | None = None
) -> Iterator[SourceRecord]:
    """The records of a file, in its order. The name's ending says which format it is.

    `delimiter` is a name from DELIMITERS: what separates the columns of a file whose header
    leaves that open.

    Raises SourceFileError when the file as a whole cannot be read.
    """
    ending = "".join(PurePath(file_name.lower()).suffixes)
    reader = _unpack(stream, file_name, ending, limits.total)
    if reader.peek(3)[:3] == codecs.BOM_UTF8:
        reader.read(3)
    yield from _format(reader, file_name, ending.removesuffix(".gz"))(reader, file_name, limits)


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


def _unpack(stream: BinaryIO, file_name: str, ending: str, limit: int) -> BufferedReader:
    packed: BufferedReader = BufferedReader(_Limited(stream, file_name, limit))
    if packed.peek(2)[:2] == _GZIP_MAGIC:
        unpacked = gzip.GzipFile(fileobj=packed)
        return BufferedReader(_Limited(unpacked, file_name, limit))  # type: ignore[arg-type]
    if ending.endswith(".gz"):
        raise SourceFileError(file_name, 0, "It is named .gz but is not a gzip file.")
    return packed


_Reader = Callable[[BufferedReader, str, ReadLimits], Iterator[SourceRecord]]


def _format(reader: BufferedReader, file_name: str, ending: str) -> _Reader:
    if ending.endswith(".csv"):
        return _csv_records
    if ending.endswith(".jsonl"):
        return _jsonl_records
    if not ending.endswith(".json"):
        raise SourceFileError(
            file_name, 0, "Its name ends in none of .jsonl, .json and .csv (or these with .gz)."
        )
    head = reader.peek(1)
    if head.lstrip().startswith(b"[") or _KEYED_BY_ID.match(head):
        return _document_records
    if head.lstrip().startswith(b"{"):
        return _jsonl_records
    raise SourceFileError(file_name, 0, "It begins with neither a JSON object nor an array.")


class _Lines:
    """The file's lines as text. Raises InvalidRecord for a bad one and can then go on.

    `allowance` is what may still be read before the caller renews it: it bounds a CSV record
    of many lines.
    """

    def __init__(self, stream: BufferedReader, limit: int) -> None:
        self._stream, self._limit = stream, limit
        self.number, self.allowance = 0, limit

    def __iter__(self) -> "_Lines":
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


def _jsonl_records(
    reader: BufferedReader, _file_name: str, limits: ReadLimits
) -> Iterator[SourceRecord]:
    lines, decoder = _Lines(reader, limits.record), StrictDecoder()
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


def _document_records(
    reader: BufferedReader, file_name: str, limits: ReadLimits
) -> Iterator[SourceRecord]:
    elements = JsonDocument(reader, file_name, limits.record).elements()
    for position, (key, value, flaw) in enumerate(elements):
        try:
            fields = checked_object(value, flaw)
        except InvalidRecord as error:
            yield SourceRecord(position + 1, position, {}, str(error))
            continue
        with_id = fields if key is None else {_ID_OF_KEY: key, **fields}
        yield SourceRecord(position + 1, position, with_id)


def _csv_records(
    reader: BufferedReader, file_name: str, limits: ReadLimits
) -> Iterator[SourceRecord]:
    lines = _Lines(reader, limits.record)
    rows = csv.reader(lines, strict=True)
    header = _csv_header(rows, file_name)
    position = 0
    while True:
        lines.renew()
        line = lines.number + 1
        try:
            cells = next(rows)
            if cells:
                yield SourceRecord(line, position, _csv_fields(header, cells))
                position += 1
        except StopIteration:
            return
        except (InvalidRecord, csv.Error) as error:
            yield SourceRecord(line, position, {}, _sentence(error))
            position += 1


def _csv_header(rows: Iterator[list[str]], file_name: str) -> list[str]:
    try:
        header = [name.strip() for name in next(rows, [])]
    except (InvalidRecord, csv.Error) as error:
        raise SourceFileError(file_name, 1, _sentence(error)) from None
    if not header or len(set(header)) < len(header):
        raise SourceFileError(file_name, 1, "The header is empty or names a column twice.")
    return header


def _csv_fields(header: list[str], cells: list[str]) -> dict[str, object]:
    """The cells by column. MedBullets' own files end their rows with empty extra cells."""
    if len(cells) < len(header) or any(cells[len(header) :]):
        raise InvalidRecord(f"The row has {len(cells)} cells, the header {len(header)}.")
    return dict(zip(header, cells, strict=False))


def _sentence(error: Exception) -> str:
    return str(error) if isinstance(error, InvalidRecord) else f"The row is not CSV: {error}."
