"""Parquet, a few rows at a time, within limits that its own footer is checked against first."""

from collections.abc import Iterator
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.core.datasets.files.records import ReadLimits, SourceRecord
from pipeline.core.datasets.files.table import check_columns, is_index
from pipeline.core.errors import SourceFileError

MAGIC = b"PAR1"
_MAX_ROWS_AT_A_TIME = 256
_MAX_FOOTER = 16 << 20
# Of the lists in a footer: its row groups, its columns with their members.
_MAX_FOOTER_LIST = 10_000
# Values of the records published have more bytes than this on average.
_BYTES_A_VALUE = 64


def parquet_records(stream: BinaryIO, file_name: str, limits: ReadLimits) -> Iterator[SourceRecord]:
    """A record a row; structs are objects, absent values null. Line and position count rows."""
    try:
        yield from _records(stream, file_name, limits)
    except (pa.ArrowException, OSError, ValueError) as error:
        if isinstance(error, SourceFileError):
            raise
        reason = str(error).splitlines()[0][:200]
        raise SourceFileError(file_name, 0, f"It cannot be read as Parquet: {reason}") from error


def _records(stream: BinaryIO, file_name: str, limits: ReadLimits) -> Iterator[SourceRecord]:
    _check_end(stream, file_name, limits)
    file = pq.ParquetFile(
        stream, thrift_string_size_limit=_MAX_FOOTER, thrift_container_size_limit=_MAX_FOOTER_LIST
    )
    check_columns(file.schema_arrow.names, file_name, limits)
    _check_sizes(file.metadata, file_name, limits)
    names = [name for name in file.schema_arrow.names if not is_index(name)]
    position = 0
    for batch in _batches(stream, file, names, limits):
        for fields, flaw in _rows(batch, limits):
            yield SourceRecord(position + 1, position, fields, flaw)
            position += 1


def _check_end(stream: BinaryIO, file_name: str, limits: ReadLimits) -> None:
    size = stream.seek(0, 2)
    if size > limits.total:
        raise SourceFileError(file_name, 0, "It is larger than the limit.")
    stream.seek(max(0, size - 8))
    length, magic = int.from_bytes(stream.read(4), "little"), stream.read(4)
    if magic != MAGIC or length > min(size, _MAX_FOOTER):
        raise SourceFileError(file_name, 0, "Its end is not that of a Parquet file: it is cut off.")
    stream.seek(0)


def _check_sizes(metadata: Any, file_name: str, limits: ReadLimits) -> None:
    """Refuse what would unpack beyond the limit, by bytes or by values that need almost none."""
    groups = map(metadata.row_group, range(metadata.num_row_groups))
    chunks = [group.column(i) for group in groups for i in range(group.num_columns)]
    values = sum(chunk.num_values for chunk in chunks)
    unpacked = sum(chunk.total_uncompressed_size for chunk in chunks)
    if max(unpacked, values * _BYTES_A_VALUE) > limits.total:
        raise SourceFileError(file_name, 0, "It is larger than the limit.")


def _batches(stream: BinaryIO, file: Any, names: list[str], limits: ReadLimits) -> Iterator[Any]:
    """Rows as Arrow holds them. A few bytes may name one long text for every row, so texts stay
    in their dictionaries; where they cannot, within structs and lists, as many rows are taken
    as unpack to no more than the whole file may."""
    texts = [field.name for field in file.schema_arrow if _is_text(field.type)]
    groups = map(file.metadata.row_group, range(file.metadata.num_row_groups))
    largest = max((_size_without(texts, group) for group in groups), default=0)
    rows = max(1, min(_MAX_ROWS_AT_A_TIME, limits.total // max(1, largest)))
    file = pq.ParquetFile(
        stream, metadata=file.metadata, read_dictionary=texts, buffer_size=1 << 16
    )
    yield from file.iter_batches(rows, columns=names, use_threads=False)


def _size_without(texts: list[str], group: Any) -> int:
    chunks = map(group.column, range(group.num_columns))
    return sum(c.total_uncompressed_size for c in chunks if c.path_in_schema not in texts)


def _is_text(type: Any) -> bool:
    return bool(pa.types.is_string(type) or pa.types.is_large_string(type))


def _is_dictionary_of_texts(type: Any) -> bool:
    return bool(pa.types.is_dictionary(type) and _is_text(type.value_type))


def _rows(batch: Any, limits: ReadLimits) -> Iterator[tuple[dict[str, object], str]]:
    if sum(map(_size, batch.columns)) <= limits.record:
        yield from ((fields, "") for fields in _as_python(batch))
        return
    for row in (batch.slice(index, 1) for index in range(batch.num_rows)):
        if sum(map(_size, row.columns)) > limits.record:
            yield {}, f"The record is longer than {limits.record:,} bytes."
        else:
            yield from ((fields, "") for fields in _as_python(row))


def _size(column: Any) -> int:
    """Bytes of the values once each stands for itself."""
    if not _is_dictionary_of_texts(column.type):
        return int(column.nbytes)
    lengths = pc.binary_length(column.dictionary).take(column.indices)
    return int(pc.sum(lengths).as_py() or 0)


def _as_python(batch: Any) -> Iterator[dict[str, object]]:
    """NaN is how some writers leave a number out."""
    columns = [
        (c.cast(c.type.value_type) if _is_dictionary_of_texts(c.type) else c).to_pylist(
            maps_as_pydicts="strict"
        )
        for c in batch.columns
    ]
    for row in zip(*columns, strict=True):
        values = (None if value != value else value for value in row)
        yield dict(zip(batch.schema.names, values, strict=True))
