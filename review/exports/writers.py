"""Writers of a bundle's tables: JSON lines, CSV, Parquet, a few hundred rows at a time.

The same rows give the same bytes: keys in the order of the row's fields, no times, no names of
machines. Parquet's bytes also depend on the version of pyarrow, which the manifest names.
"""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Protocol

from review.exports.columns import ColumnType
from review.exports.files import HashedFile

# What spreadsheets take for a formula, as bundles have it; reports keep a list of their own.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


# A row as plain values by field, as JSON has them.
PlainRow = dict[str, Any]


class TableWriter(Protocol):
    """Rows with these columns into one file; `finish` ends it and leaves the file open."""

    def __init__(self, file: HashedFile, columns: Mapping[str, ColumnType]) -> None: ...

    def write(self, rows: Sequence[PlainRow]) -> None: ...

    def finish(self) -> None: ...


class JsonLines:
    """One JSON object a line, UTF-8."""

    def __init__(self, file: HashedFile, columns: Mapping[str, ColumnType]) -> None:
        self._file = file

    def write(self, rows: Sequence[PlainRow]) -> None:
        text = "".join(_json(row) + "\n" for row in rows)
        self._file.write(text.encode())

    def finish(self) -> None:
        """Nothing follows the last line."""


class Csv:
    """Comma-separated after RFC 4180, UTF-8; lists as JSON; no cell is taken for a formula."""

    def __init__(self, file: HashedFile, columns: Mapping[str, ColumnType]) -> None:
        self._file = file
        self._put([list(columns)])

    def write(self, rows: Sequence[PlainRow]) -> None:
        self._put([[_cell(value) for value in row.values()] for row in rows])

    def finish(self) -> None:
        """Nothing follows the last row."""

    def _put(self, rows: list[list[Any]]) -> None:
        text = io.StringIO()
        csv.writer(text, lineterminator="\r\n").writerows(rows)
        self._file.write(text.getvalue().encode())


class Parquet:
    """Columns in their types, one row group a call."""

    def __init__(self, file: HashedFile, columns: Mapping[str, ColumnType]) -> None:
        import pyarrow.parquet

        self._schema = _arrow_schema(columns)
        self._writer = pyarrow.parquet.ParquetWriter(
            pyarrow.PythonFile(file, mode="w"), self._schema, compression="zstd", version="2.6"
        )

    def write(self, rows: Sequence[PlainRow]) -> None:
        import pyarrow

        table = pyarrow.Table.from_pylist(list(rows), schema=self._schema)
        self._writer.write_table(table)

    def finish(self) -> None:
        self._writer.close()


WRITERS: Mapping[str, type[TableWriter]] = MappingProxyType(
    {"jsonl": JsonLines, "csv": Csv, "parquet": Parquet}
)


def defuse_formula(text: str) -> str:
    """The text with an apostrophe before what a spreadsheet would run as a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return defuse_formula(value)
    return _json(value) if isinstance(value, list) else value


def _json(value: Any) -> str:
    """Separators U+2028 and U+2029 are escaped: some readers take them for line ends."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _arrow_schema(columns: Mapping[str, ColumnType]) -> Any:
    import pyarrow

    return pyarrow.schema([(name, _arrow(column)) for name, column in columns.items()])


def _arrow(column: ColumnType) -> Any:
    import pyarrow

    plain = {str: "string", int: "int64", float: "float64", bool: "bool"}
    if column.plain is None:
        kind = pyarrow.struct([(name, _arrow(part)) for name, part in column.columns.items()])
    else:
        kind = pyarrow.type_for_alias(plain[column.plain])
    for _ in range(column.lists):
        kind = pyarrow.list_(kind)
    return kind
