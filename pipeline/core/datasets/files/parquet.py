"""Parquet, a few rows at a time, within limits that its own footer is checked against first."""

from collections.abc import Iterator
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.core.datasets.files.records import ReadLimits, SourceRecord
from pipeline.core.datasets.files.table import check_columns, is_index
from pipeline.core.errors import SourceFileError

MAGIC = b"PAR1"
_ROWS_AT_A_TIME = 64
_MAX_FOOTER = 16 << 20
# Of the lists in a footer: its row groups, its columns with their members.
_MAX_FOOTER_LIST = 10_000


def parquet_records(stream: BinaryIO, file_name: str, limits: ReadLimits) -> Iterator[SourceRecord]:
    """A record a row; structs are objects, absent values null. Line and position count rows."""
    try:
        file = _opened(stream, file_name, limits)
        yield from _records(file, file_name, limits)
    except (pa.ArrowException, OSError, ValueError) as error:
        if isinstance(error, SourceFileError):
            raise
        reason = str(error).splitlines()[0][:200]
        raise SourceFileError(file_name, 0, f"It cannot be read as Parquet: {reason}") from error


def _opened(stream: BinaryIO, file_name: str, limits: ReadLimits) -> Any:
    _check_footer(stream, file_name, limits)
    file = pq.ParquetFile(
        stream,
        buffer_size=1 << 16,
        thrift_string_size_limit=_MAX_FOOTER,
        thrift_container_size_limit=_MAX_FOOTER_LIST,
    )
    check_columns(file.schema_arrow.names, file_name, limits)
    groups = map(file.metadata.row_group, range(file.metadata.num_row_groups))
    if sum(group.total_byte_size for group in groups) > limits.total:
        raise SourceFileError(file_name, 0, "It is larger than the limit.")
    return file


def _check_footer(stream: BinaryIO, file_name: str, limits: ReadLimits) -> None:
    size = stream.seek(0, 2)
    if size > limits.total:
        raise SourceFileError(file_name, 0, "It is larger than the limit.")
    stream.seek(max(0, size - 8))
    length, magic = int.from_bytes(stream.read(4), "little"), stream.read(4)
    if magic != MAGIC or length > min(size, _MAX_FOOTER):
        raise SourceFileError(file_name, 0, "Its end is not that of a Parquet file: it is cut off.")
    stream.seek(0)


def _records(file: Any, file_name: str, limits: ReadLimits) -> Iterator[SourceRecord]:
    columns = [name for name in file.schema_arrow.names if not is_index(name)]
    position, left = 0, limits.total
    for batch in file.iter_batches(_ROWS_AT_A_TIME, columns=columns, use_threads=False):
        left -= batch.nbytes
        if left < 0:
            raise SourceFileError(file_name, 0, "It is larger than the limit.")
        for row, flaw in _rows(batch, limits):
            yield SourceRecord(position + 1, position, row, flaw)
            position += 1


def _rows(batch: Any, limits: ReadLimits) -> Iterator[tuple[dict[str, object], str]]:
    if batch.nbytes <= limits.record:
        yield from ((_without_nan(row), "") for row in _as_python(batch))
        return
    for index in range(batch.num_rows):
        one = batch.slice(index, 1)
        if one.nbytes > limits.record:
            yield {}, f"The record is longer than {limits.record:,} bytes."
        else:
            yield from ((_without_nan(row), "") for row in _as_python(one))


def _as_python(batch: Any) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = batch.to_pylist(maps_as_pydicts="strict")
    return rows


def _without_nan(row: dict[str, object]) -> dict[str, object]:
    """NaN is how some writers leave a number out."""
    return {name: None if value != value else value for name, value in row.items()}
