"""Delimited text: CSV as table programs, pandas and datasets write it.

What separates the columns is read off the header. A header that can be read in two ways is
refused with both of them, since a wrong guess would shift every column.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from io import BufferedReader
from types import MappingProxyType

from pipeline.core.datasets.fields import InvalidRecord, shown
from pipeline.core.datasets.files.lines import Lines
from pipeline.core.datasets.files.records import DEFAULT_LIMITS, ReadLimits, SourceRecord
from pipeline.core.datasets.files.table import check_columns, is_index
from pipeline.core.errors import SourceFileError

DELIMITERS: Mapping[str, str] = MappingProxyType(
    {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}
)
# Excel's own first line, which says what separates the columns.
_STATED = re.compile(r"sep=([,;\t|])\s*", re.IGNORECASE)
# The csv module's own limit of a cell, 128 KiB, is less than a record may have.
csv.field_size_limit(max(csv.field_size_limit(), DEFAULT_LIMITS.record))


class _Header:
    """The columns' names, and how a row becomes a record under them."""

    def __init__(self, names: Sequence[str], file_name: str, limits: ReadLimits) -> None:
        check_columns([name for name in names if name], file_name, limits)
        self._size = len(names)
        self._kept = [(i, name) for i, name in enumerate(names) if name and not is_index(name)]
        # pandas writes its index first, without a name.
        self._unnamed = [i for i, name in enumerate(names) if i and not name]

    def record(self, cells: Sequence[str]) -> dict[str, object]:
        """MedBullets' own files end their rows with empty extra cells. Raises InvalidRecord."""
        if len(cells) < self._size or any(cells[self._size :]):
            raise InvalidRecord(f"The row has {len(cells)} cells, the header {self._size}.")
        if any(cells[i] for i in self._unnamed):
            raise InvalidRecord("The row has a cell in a column that the header does not name.")
        return {name: cells[i] for i, name in self._kept}


def delimited_records(
    stream: BufferedReader, file_name: str, limits: ReadLimits, delimiter: str | None = None
) -> Iterator[SourceRecord]:
    """A record a row, under the names of the header; empty rows are none.

    `delimiter` is a character of DELIMITERS, for a header that leaves it open.
    """
    lines = Lines(stream, limits.record)
    names, separator = _header(lines, file_name, delimiter)
    header = _Header(names, file_name, limits)
    rows = csv.reader(lines, delimiter=separator, strict=True)
    position = 0
    while True:
        lines.renew()
        line = lines.number + 1
        try:
            cells = next(rows)
            if any(cells):
                yield SourceRecord(line, position, header.record(cells))
                position += 1
        except StopIteration:
            return
        except (InvalidRecord, csv.Error) as error:
            yield SourceRecord(line, position, {}, _sentence(error))
            position += 1


def _header(lines: Lines, file_name: str, delimiter: str | None) -> tuple[list[str], str]:
    """The columns' names, and the character that separates them."""
    try:
        text = _header_text(lines)
        stated = _STATED.fullmatch(text)
        if stated:
            text, delimiter = _header_text(lines), stated[1]
        readings = _readings(text)
        separator = delimiter or DELIMITERS[_chosen(readings, file_name)]
        return _cells(text, separator), separator
    except InvalidRecord as error:
        raise SourceFileError(file_name, 1, str(error)) from None


def _header_text(lines: Lines) -> str:
    """The header's line, or its lines where a quoted name holds a line end."""
    text = next(lines, "")
    while text.count('"') % 2 and (more := next(lines, "")):
        text += more
    return text


def _readings(text: str) -> dict[str, list[str]]:
    """What the header names under each delimiter that divides it."""
    readings = {}
    for name, character in DELIMITERS.items():
        with suppress(InvalidRecord):
            readings[name] = _cells(text, character)
    return {name: cells for name, cells in readings.items() if len(cells) > 1}


def _cells(text: str, delimiter: str) -> list[str]:
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return [cell.strip() for cell in next(rows, [])]
    except csv.Error as error:
        raise InvalidRecord(_sentence(error)) from None


def _chosen(readings: Mapping[str, Sequence[str]], file_name: str) -> str:
    if len(readings) < 2:
        return next(iter(readings), "comma")
    if ".tsv" in file_name.lower() and "tab" in readings:
        return "tab"
    ways = [f"{name} ({len(cells)}: {_shown(cells)})" for name, cells in readings.items()]
    raise SourceFileError(
        file_name,
        1,
        f"Its columns can be divided by {' or by '.join(ways)}: state which, on the form "
        f"or with --delimiter {' or '.join(readings)}.",
    )


def _shown(cells: Sequence[str]) -> str:
    return ", ".join(map(shown, cells[:3])) + (" ..." if len(cells) > 3 else "")


def _sentence(error: Exception) -> str:
    return str(error) if isinstance(error, InvalidRecord) else f"The row is not CSV: {error}."
