"""Tables of figures: how the scripts hold them, write them, and compare them with the reports."""

import csv
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TextIO

from .intervals import Estimate, OnceSettled

Cell = Estimate | str | int | float | None
Row = dict[str, Cell]
Tables = dict[tuple[str, str], list[Row]]

SETTLED = ("waiting", "lowest", "highest")
NUMBERS = ("value", "low", "high", "n", *(f"settled_{name}" for name in SETTLED))
HEADER = ("report", "table", "row", "column", "text", *NUMBERS)
# Equal to nine digits: what remains is the rounding of sums in another order.
RELATIVE, ABSOLUTE = 1e-9, 1e-9


@dataclass(frozen=True)
class Figure:
    """One cell of one table. `text` where it is none of numbers."""

    report: str
    table: str
    row: int
    column: str
    text: str | None
    numbers: Mapping[str, float | None]

    @property
    def place(self) -> tuple[str, str, int, str]:
        return self.report, self.table, self.row, self.column


def figures_of(tables: Tables) -> Iterator[Figure]:
    """The cells of these tables, one after another."""
    for (report, table), rows in tables.items():
        for index, row in enumerate(rows, 1):
            for column, cell in row.items():
                yield Figure(report, table, index, column, *_parts(cell))


def _parts(cell: Cell) -> tuple[str | None, dict[str, float | None]]:
    if isinstance(cell, Estimate):
        return None, _numbers(cell)
    if isinstance(cell, str):
        return cell, {}
    return None, {"value": cell}


def _numbers(one: Estimate) -> dict[str, float | None]:
    numbers = {"value": one.value, "low": one.low, "high": one.high, "n": one.n}
    settled = asdict(one.settled) if one.settled else dict.fromkeys(SETTLED)
    return numbers | {f"settled_{name}": settled[name] for name in SETTLED}


def write_csv(tables: Tables, out: TextIO) -> None:
    """A row for each figure."""
    writer = csv.writer(out)
    writer.writerow(HEADER)
    for one in figures_of(tables):
        numbers = (one.numbers.get(name) for name in NUMBERS)
        writer.writerow([*one.place, one.text, *numbers])


def write_json(tables: Tables, out: TextIO) -> None:
    """The tables by report and key."""
    content = [
        {"report": report, "table": table, "rows": [_plain(row) for row in rows]}
        for (report, table), rows in tables.items()
    ]
    json.dump(content, out, ensure_ascii=False, indent=1, allow_nan=False)


def _plain(row: Row) -> dict[str, Any]:
    return {
        name: _parts(cell)[1] if isinstance(cell, Estimate) else cell for name, cell in row.items()
    }


def reported(path: Path) -> Tables:
    """The tables of reports.json, as the product's reports have them."""
    content = json.loads(path.read_text(encoding="utf-8"))
    return {
        (report["report"], table["table"]): [
            {name: _cell(cell) for name, cell in row.items()} for row in table["rows"]
        ]
        for report in content["reports"]
        for section in report["sections"]
        for table in section["tables"]
    }


def _cell(cell: Any) -> Cell:
    if isinstance(cell, dict):
        settled = cell["once_settled"] and OnceSettled(**cell["once_settled"])
        figures = {name: cell[name] for name in ("value", "low", "high", "n")}
        return Estimate(**figures, settled=settled)
    return cell  # type: ignore[no-any-return]


def differences(found: Tables, report: Tables, without_grades: set[tuple[str, str]]) -> list[str]:
    """Every figure that differs from the reports', and every table that one of the two lacks."""
    asked = {key for key in report if key not in without_grades}
    lacking = [f"{'/'.join(key)}: not worked out here" for key in sorted(asked - set(found))]
    more = [f"{'/'.join(key)}: not in the reports" for key in sorted(set(found) - asked)]
    both = [key for key in found if key in asked]
    mine = {one.place: one for one in figures_of({key: found[key] for key in both})}
    theirs = {one.place: one for one in figures_of({key: report[key] for key in both})}
    differing = [
        _said(place, mine.get(place), theirs.get(place))
        for place in dict.fromkeys((*mine, *theirs))
        if not _same(mine.get(place), theirs.get(place))
    ]
    return [*lacking, *more, *differing]


def _same(one: Figure | None, other: Figure | None) -> bool:
    if one is None or other is None or one.text != other.text:
        return False
    names = {*one.numbers, *other.numbers}
    return all(_close(one.numbers.get(name), other.numbers.get(name)) for name in names)


def _close(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=RELATIVE, abs_tol=ABSOLUTE)


def _said(place: tuple[str, str, int, str], one: Figure | None, other: Figure | None) -> str:
    report, table, row, column = place
    return f"{report}/{table}, row {row}, {column}: {_words(one)} here, {_words(other)} reported"


def _words(one: Figure | None) -> str:
    if one is None:
        return "nothing"
    return (
        one.text if one.text is not None else ", ".join(f"{k} {v}" for k, v in one.numbers.items())
    )
