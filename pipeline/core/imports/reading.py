"""A file's records as imported rows, and each record that gives none with its reason."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from pipeline.core.datasets.base import RejectedLine
from pipeline.core.datasets.fields import ForeignShape, InvalidRecord, shown
from pipeline.core.datasets.source_file import (
    DEFAULT_LIMITS,
    ReadLimits,
    opened,
    sample_records,
    source_records,
)
from pipeline.core.errors import SourceFileError
from pipeline.core.imports.formats import ChainFormat, ImportedRow

MAX_FIELDS_SHOWN = 20


def check_columns(
    source: BinaryIO | Path,
    file_name: str,
    chains: ChainFormat,
    limits: ReadLimits = DEFAULT_LIMITS,
    *,
    delimiter: str | None = None,
) -> None:
    """Raises SourceFileError for a file that lacks a column which every row needs."""
    sample = sample_records(source, file_name, limits, delimiter=delimiter)
    if missing := [name for name in chains.needed if name not in sample.fields]:
        fields = ", ".join(shown(name).strip("'") for name in sample.fields[:MAX_FIELDS_SHOWN])
        raise SourceFileError(
            file_name,
            0,
            f"It has no column {' and none called '.join(missing)}. Its columns are: "
            f"{fields or 'none'}. Name the columns of question and chain of thought.",
        )


def read_rows(
    source: BinaryIO | Path,
    file_name: str,
    chains: ChainFormat,
    limits: ReadLimits = DEFAULT_LIMITS,
    *,
    delimiter: str | None = None,
) -> Iterator[ImportedRow | RejectedLine]:
    """The rows of a file, one at a time; a bad record never stops the rest.

    Raises SourceFileError, possibly after rows, when the file as a whole cannot be read.
    """
    if isinstance(source, Path):
        with opened(source, file_name) as stream:
            yield from read_rows(stream, file_name, chains, limits, delimiter=delimiter)
        return
    rejected = 0
    for record in source_records(source, file_name, limits, delimiter=delimiter):
        try:
            if record.flaw:
                raise InvalidRecord(record.flaw)
            yield chains.row(record.fields, line=record.line, position=record.position)
        except ForeignShape as error:
            raise SourceFileError(file_name, record.line, str(error)) from error
        except InvalidRecord as error:
            rejected += 1
            if rejected > limits.rejected:
                reason = f"More than {limits.rejected:,} lines are unusable."
                raise SourceFileError(file_name, record.line, reason) from error
            yield RejectedLine(record.line, str(error))
