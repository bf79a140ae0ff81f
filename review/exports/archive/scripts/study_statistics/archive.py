"""The CSV files of the archive, as rows."""

import csv
from datetime import datetime
from pathlib import Path

Row = dict[str, str]
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class Archive:
    """The tables beside the script, by name; text as it was, None for an empty cell's number."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._tables: dict[str, list[Row]] = {}

    def table(self, name: str) -> list[Row]:
        """The rows of one table."""
        if name not in self._tables:
            with (self.folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
                self._tables[name] = [_undefused(row) for row in csv.DictReader(file)]
        return self._tables[name]

    def study(self, field: str) -> str:
        """A field of study.csv."""
        return next(row["value"] for row in self.table("study") if row["field"] == field)


def _undefused(row: Row) -> Row:
    """Without the apostrophe that keeps spreadsheets from running a cell."""
    return {name: _text(cell) for name, cell in row.items()}


def _text(cell: str) -> str:
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(FORMULA_STARTS) else cell


def whole(cell: str) -> int | None:
    """A whole number, None where the cell is empty."""
    return int(cell) if cell else None


def number(cell: str) -> float | None:
    """A number, None where the cell is empty."""
    return float(cell) if cell else None


def seconds(cell: str) -> float:
    """A time as seconds since 1970."""
    return datetime.fromisoformat(cell).timestamp()
