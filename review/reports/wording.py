"""Cells as text: how pages, printed pages and plots write a figure."""

from dataclasses import dataclass, replace

from pipeline.statistics.estimate import Estimate
from review.reports.document import Cell, Link, Plot, PlotKind, Table

NO_FIGURE = "—"
# How a unit is written: what the number is multiplied by, its decimals, what follows it.
UNITS: dict[str, tuple[float, int, str]] = {
    "share": (100, 1, " %"),
    "points": (1, 2, ""),
    "coefficient": (1, 2, ""),
    "seconds": (1, 0, " s"),
    "hours": (1, 1, " h"),
    "items": (1, 0, ""),
    "figure": (1, 2, ""),
    "p": (1, 4, ""),
}
MONEY_DECIMALS = 4
SMALLEST_P = 0.0001


@dataclass(frozen=True, slots=True)
class CellText:
    """A cell in words: the figure, its interval with n, why something is missing, a caution.

    `preliminary`: what the figure may become once waiting items are settled.
    """

    figure: str
    interval: str = ""
    reason: str = ""
    caution: str = ""
    preliminary: str = ""

    def __str__(self) -> str:
        text = f"{self.figure} {self.interval}".strip()
        notes = "; ".join(filter(None, (self.preliminary, self.reason, self.caution)))
        return f"{text} ({notes})" if notes else text


def cell_text(cell: Cell, unit: str = "") -> CellText:
    """Any cell in words; an undefined figure is a dash with its reason, never a NaN."""
    if isinstance(cell, Estimate):
        return _estimate_text(cell, unit)
    return CellText(_plain_text(cell, unit))


def format_number(value: float, unit: str) -> str:
    """A number in its unit: 0.824 as a share is "82.4 %". No p is written as nought."""
    if unit == "p" and 0 < value < SMALLEST_P:
        return f"< {SMALLEST_P}"
    if unit == "plain":
        return f"{value:g}"
    factor, decimals, after = UNITS.get(unit, (1, MONEY_DECIMALS, f" {unit}".rstrip()))
    return f"{_digits(value * factor, decimals)}{after}"


def with_plot(
    table: Table,
    kind: PlotKind,
    label: str,
    values: tuple[str, ...],
    *,
    covers: str = "",
    reference: float | None = None,
) -> Table:
    """The table with a plot of these columns; its alternative text names every figure in it.

    `covers`: what the intervals cover, as a sentence.
    """
    index_of_key = {column.key: index for index, column in enumerate(table.columns)}
    rows = (
        f"{cell_text(row[index_of_key[label]], table.columns[index_of_key[label]].unit).figure}: "
        + ", ".join(_alt_text_of(table, row, index_of_key[key], len(values) > 1) for key in values)
        for row in table.rows
    )
    alt_text = " ".join(filter(None, (f"{table.title}.", "; ".join(rows) + ".", covers)))
    return replace(table, plot=Plot(kind, label, values, alt_text, reference))


def _alt_text_of(table: Table, row: tuple[Cell, ...], index: int, named: bool) -> str:
    column = table.columns[index]
    text = str(cell_text(row[index], column.unit))
    return f"{column.title} {text}" if named else text


def _plain_text(cell: str | int | float | Link | None, unit: str) -> str:
    if cell is None or cell == "":
        return NO_FIGURE
    if isinstance(cell, Link):
        return cell.text
    if isinstance(cell, str):
        return cell
    return (
        f"{cell:,}"
        if isinstance(cell, int) and unit in ("", "items")
        else format_number(cell, unit)
    )


def settled_text(estimate: Estimate, unit: str) -> str:
    """What a preliminary figure may become; empty for one that waits for nothing."""
    settled = estimate.once_settled
    if settled is None:
        return ""
    alone = settled.waiting == 1
    items = f"{settled.waiting:,} waiting {'item is' if alone else 'items are'}"
    low, high = (format_number(end, unit) for end in (settled.lowest, settled.highest))
    return f"preliminary: {low} to {high} once {items} settled"


def _estimate_text(estimate: Estimate, unit: str) -> CellText:
    if estimate.value is None:
        return CellText(NO_FIGURE, reason=estimate.reason)
    counted = f"n = {estimate.n:,}"
    if estimate.low is None or estimate.high is None or estimate.reason:
        return CellText(
            format_number(estimate.value, unit),
            counted,
            estimate.reason,
            estimate.caution,
            settled_text(estimate, unit),
        )
    factor, decimals, _ = UNITS.get(unit, (1, MONEY_DECIMALS, ""))
    low, high = (_digits(end * factor, decimals) for end in (estimate.low, estimate.high))
    return CellText(
        format_number(estimate.value, unit),
        f"({low} to {high}), {counted}",
        caution=estimate.caution,
        preliminary=settled_text(estimate, unit),
    )


def _digits(value: float, decimals: int) -> str:
    text = f"{value:,.{decimals}f}"
    return text[1:] if text.startswith("-") and not any(d in text for d in "123456789") else text
