"""Tables of the archive: fields with their meaning, and rows as CSV."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from review.exports.archive.contents import Contents
from review.exports.writers import defuse_formula

Kind = Literal["text", "whole number", "number", "yes or no", "time"]
Rows = Callable[[Contents], Iterable[Sequence[Any]]]


@dataclass(frozen=True, slots=True)
class Field:
    """One column: its name, type and meaning, with unit and allowed values where it has any.

    `is_free_text`: what a person wrote. It is in the file only by choice.
    """

    name: str
    kind: Kind
    meaning: str
    unit: str = ""
    values: str = ""
    is_free_text: bool = False


@dataclass(frozen=True, slots=True)
class ArchiveTable:
    """One CSV file: what a row is, its fields, and where its rows come from, all fields each."""

    name: str
    a_row: str
    fields: tuple[Field, ...]
    rows: Rows

    def shown(self, *, with_comments: bool) -> tuple[Field, ...]:
        """The fields that the file has."""
        return tuple(field for field in self.fields if with_comments or not field.is_free_text)

    def csv(self, contents: Contents) -> bytes:
        """The file's bytes: UTF-8, RFC 4180; no cell is taken for a formula."""
        shown = set(self.shown(with_comments=contents.with_comments))
        wanted = [index for index, field in enumerate(self.fields) if field in shown]
        header = [self.fields[index].name for index in wanted]
        cells = ([_cell(row[index]) for index in wanted] for row in self.rows(contents))
        return csv_bytes([header, *cells])


def csv_bytes(rows: Iterable[Sequence[Any]]) -> bytes:
    """Rows of plain cells as a CSV file."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()


def _cell(value: Any) -> Any:
    """Empty for what is not known, 1 and 0 for yes and no, times as ISO 8601 in UTC."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return defuse_formula(value) if isinstance(value, str) else value
