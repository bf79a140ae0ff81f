"""Reports as CSV: a table with its own columns, or a whole report with a row for each figure.

Lines that begin with # come first and say where the figures come from: readers of tables skip
them as comments, pandas.read_csv(file, comment="#"). An estimate takes five columns: value, low,
high, n, note.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence

from pipeline.statistics.estimate import Estimate
from review.reports.document import Cell, Column, Link, Report, Table
from review.reports.wording import settled_text

# What spreadsheets take for the beginning of a formula (OWASP, "CSV Injection").
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
# The same after what a spreadsheet may take for a separator.
FORMULA_INSIDE = re.compile(r"([,;]\s*)([=+@-])")
ESTIMATE_SUFFIXES = ("", "_low", "_high", "_n", "_note")
LONG_HEADER = ("table", "row", "of", "column", "unit", "value", "low", "high", "n", "note")

Field = str | int | float | None


def defuse_formula(text: str) -> str:
    """The text with an apostrophe before what a spreadsheet would run as a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def table_csv(table: Table, preamble: Sequence[str] = ()) -> str:
    """One table."""
    wide = [_is_estimated(table, index) for index in range(len(table.columns))]
    header = [
        f"{column.key}{part}"
        for column, is_wide in zip(table.columns, wide, strict=True)
        for part in (ESTIMATE_SUFFIXES if is_wide else ESTIMATE_SUFFIXES[:1])
    ]
    notes = [f"{table.title}. {table.note}".strip()]
    return _csv_text([*preamble, *notes], [header, *(_row(row, wide) for row in table.rows)])


def report_csv(report: Report, preamble: Sequence[str] = ()) -> str:
    """Every table of a report in one: a row for each figure, "of" naming the table's row."""
    rows = (
        (table.key, index, _text(row[0]), *_figure(column, cell))
        for table in report.tables
        for index, row in enumerate(table.rows, 1)
        for column, cell in zip(table.columns, row, strict=True)
    )
    return _csv_text(preamble, [LONG_HEADER, *rows])


def _figure(column: Column, cell: Cell) -> tuple[Field, ...]:
    return (column.key, column.unit, *_fields(cell))


def _is_estimated(table: Table, index: int) -> bool:
    return any(isinstance(row[index], Estimate) for row in table.rows)


def _row(row: Sequence[Cell], wide: Sequence[bool]) -> list[Field]:
    return [
        part
        for cell, is_wide in zip(row, wide, strict=True)
        for part in (_fields(cell) if is_wide else _fields(cell)[:1])
    ]


def _fields(cell: Cell) -> tuple[Field, ...]:
    """Value, low, high, n and note of a cell."""
    if isinstance(cell, Estimate):
        note = "; ".join(filter(None, (settled_text(cell, ""), cell.reason, cell.caution)))
        return cell.value, cell.low, cell.high, cell.n, note
    return _text(cell), None, None, None, None


def _text(cell: Cell) -> Field:
    if isinstance(cell, Estimate):
        return cell.value
    return cell.text if isinstance(cell, Link) else cell


def _csv_text(preamble: Sequence[str], rows: Iterable[Sequence[Field]]) -> str:
    """Texts are quoted, or a # within one would begin a comment."""
    out = io.StringIO()
    out.writelines(map(_comment, preamble))
    writer = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerows(
        [defuse_formula(field) if isinstance(field, str) else field for field in row]
        for row in rows
    )
    return out.getvalue()


def _comment(line: str) -> str:
    """A line of the preamble. It holds names people chose: none may start a row or a formula.

    Unquoted, since a quoted # begins no comment; so a spreadsheet parts it at its separators.
    """
    return "# " + FORMULA_INSIDE.sub(r"\1'\2", " ".join(line.split())) + "\r\n"
