"""Tables as pandas and datasets write them into JSON: an object of columns, or of rows of cells.

Columns come one after the other, records need one cell of each: every column is laid aside on
disk, a cell a line, and then all are read side by side. So memory holds one record however
large the file is.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import zip_longest
from tempfile import SpooledTemporaryFile
from typing import IO

from pipeline.core.datasets.fields import shown
from pipeline.core.datasets.files.json_text import JsonText
from pipeline.core.datasets.files.records import ReadLimits, SourceRecord

_IN_MEMORY = 1 << 16
_ID = "id"
# JSON may hold halves of surrogate pairs.
_ERRORS = "surrogatepass"
_encode = json.JSONEncoder(ensure_ascii=False).encode


def column_records(document: JsonText, limits: ReadLimits) -> Iterator[SourceRecord]:
    """{"question": {"0": ...}} or {"question": [...]}: the nth cells are the nth record.

    Keys that are no numbers are the records' ids.
    """
    with ExitStack() as stack:
        columns: dict[str, IO[str]] = {}
        for name in document.members():
            if name in columns:
                document.fail(f"It names the column {shown(name)} twice.")
            if len(columns) == limits.columns:
                document.fail(f"It has more than {limits.columns} columns.")
            columns[name] = stack.enter_context(
                SpooledTemporaryFile(
                    _IN_MEMORY, "w+", encoding="utf-8", errors=_ERRORS, newline="\n"
                )
            )
            _lay_aside(document, columns[name])
        document.end()
        yield from _side_by_side(columns, document, limits)


def _lay_aside(document: JsonText, cells: IO[str]) -> None:
    """Write the cells of the column that begins here, one a line: key, value, flaw."""
    if document.peek() == "{":
        for key in document.members():
            _write_cell(cells, key, document)
    elif document.peek() == "[":
        for _ in document.elements():
            _write_cell(cells, None, document)
    else:
        document.fail("It is one object of columns, and one of them holds no cells.")
    cells.seek(0)


def _write_cell(cells: IO[str], key: str | None, document: JsonText) -> None:
    value = document.value()
    cells.write(_encode([key, value, document.flaw]) + "\n")


def _side_by_side(
    columns: dict[str, IO[str]], document: JsonText, limits: ReadLimits
) -> Iterator[SourceRecord]:
    for position, row in enumerate(zip_longest(*columns.values(), fillvalue="")):
        document.number = position + 1
        if not all(row):
            document.fail("Its columns differ in length.")
        if sum(map(len, row)) > limits.record:
            flaw = f"The record is longer than {limits.record:,} bytes."
            yield SourceRecord(position + 1, position, {}, flaw)
            continue
        cells = [json.loads(cell) for cell in row]
        keys = {key for key, _, _ in cells}
        if len(keys) > 1:
            document.fail(f"Its columns name different rows: {shown(sorted(map(str, keys)))}.")
        fields = dict(zip(columns, (value for _, value, _ in cells), strict=True))
        flaw = next((flaw for _, _, flaw in cells if flaw), "")
        yield SourceRecord(position + 1, position, _with_id(fields, keys.pop()), flaw)


def _with_id(fields: dict[str, object], key: str | None) -> dict[str, object]:
    return fields if key is None or key.isdigit() else {_ID: key, **fields}


def table_records(document: JsonText) -> Iterator[SourceRecord]:
    """pandas' orient="split": the columns' names, the index, then rows of cells."""
    names: list[str] = []
    for part in document.members():
        if part == "columns":
            names = _names(document)
        elif part != "data":
            document.skip()
        else:
            for _ in document.elements():
                yield _row(document, names)
    document.end()


def _names(document: JsonText) -> list[str]:
    names = document.value()
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        document.fail("The names of its columns are not texts.")
    if len(set(names)) < len(names):
        document.fail("It names a column twice.")
    return names


def _row(document: JsonText, names: Sequence[str]) -> SourceRecord:
    document.number += 1
    number, cells = document.number, document.value()
    flaw = document.flaw
    if not isinstance(cells, list) or len(cells) != len(names):
        cells, flaw = [], f"The row is not a list of {len(names)} cells, as there are columns."
    return SourceRecord(number, number - 1, dict(zip(names, cells, strict=False)), flaw)
