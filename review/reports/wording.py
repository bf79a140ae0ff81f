"""Cells in words: the one way in which pages, printed pages and plots write a figure."""

from dataclasses import dataclass, replace

from pipeline.statistics.estimate import Estimate
from review.reports.document import Cell, Link, Plot, PlotKind, Table

NONE = "—"
# How a unit is written: what the number is multiplied by, its decimals, what follows it.
UNITS: dict[str, tuple[float, int, str]] = {
    "share": (100, 1, " %"),
    "points": (1, 2, ""),
    "coefficient": (1, 2, ""),
    "seconds": (1, 0, " s"),
    "hours": (1, 1, " h"),
    "items": (1, 0, ""),
}
MONEY_DECIMALS = 4


@dataclass(frozen=True, slots=True)
class Worded:
    """A cell in words: the figure, its interval with n, why something is missing, a caution."""

    figure: str
    interval: str = ""
    reason: str = ""
    caution: str = ""

    def __str__(self) -> str:
        said = f"{self.figure} {self.interval}".strip()
        notes = "; ".join(filter(None, (self.reason, self.caution)))
        return f"{said} ({notes})" if notes else said


def worded(cell: Cell, unit: str = "") -> Worded:
    """Any cell in words; an undefined figure is a dash with its reason, never a NaN."""
    if isinstance(cell, Estimate):
        return _estimate(cell, unit)
    return Worded(_plain(cell, unit))


def number(value: float, unit: str) -> str:
    """A number in its unit: 0.824 as a share is "82.4 %"."""
    factor, decimals, after = UNITS.get(unit, (1, MONEY_DECIMALS, f" {unit}".rstrip()))
    return f"{_digits(value * factor, decimals)}{after}"


def plotted(
    table: Table,
    kind: PlotKind,
    label: str,
    values: tuple[str, ...],
    *,
    covers: str = "",
    reference: float | None = None,
) -> Table:
    """The table with a plot of these columns; its alternative says every figure that is drawn.

    `covers`: what the intervals cover, as a sentence.
    """
    places = {column.key: place for place, column in enumerate(table.columns)}
    rows = (
        f"{worded(row[places[label]], table.columns[places[label]].unit).figure}: "
        + ", ".join(_drawn(table, row, places[key], len(values) > 1) for key in values)
        for row in table.rows
    )
    says = " ".join(filter(None, (f"{table.title}.", "; ".join(rows) + ".", covers)))
    return replace(table, plot=Plot(kind, label, values, says, reference))


def _drawn(table: Table, row: tuple[Cell, ...], place: int, named: bool) -> str:
    column = table.columns[place]
    said = str(worded(row[place], column.unit))
    return f"{column.title} {said}" if named else said


def _plain(cell: str | int | float | Link | None, unit: str) -> str:
    if cell is None or cell == "":
        return NONE
    if isinstance(cell, Link):
        return cell.text
    if isinstance(cell, str):
        return cell
    return f"{cell:,}" if isinstance(cell, int) and unit in ("", "items") else number(cell, unit)


def _estimate(estimate: Estimate, unit: str) -> Worded:
    if estimate.value is None:
        return Worded(NONE, reason=estimate.reason)
    counted = f"n = {estimate.n:,}"
    if estimate.low is None or estimate.high is None or estimate.reason:
        return Worded(number(estimate.value, unit), counted, estimate.reason, estimate.caution)
    factor, decimals, _ = UNITS.get(unit, (1, MONEY_DECIMALS, ""))
    low, high = (_digits(end * factor, decimals) for end in (estimate.low, estimate.high))
    return Worded(
        number(estimate.value, unit), f"({low} to {high}), {counted}", caution=estimate.caution
    )


def _digits(value: float, decimals: int) -> str:
    said = f"{value:,.{decimals}f}"
    return said[1:] if said.startswith("-") and not any(d in said for d in "123456789") else said
