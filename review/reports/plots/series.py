"""What a plot draws of its table: labels, and for each series a point with its interval."""

import textwrap
from dataclasses import dataclass

from pipeline.statistics.estimate import Estimate
from review.reports.document import Cell, Column, Link, Plot, Table
from review.reports.wording import UNITS, cell_text

AXES = {
    "share": "%",
    "points": "points of the scale",
    "coefficient": "1: always agree, 0: as by chance",
    "seconds": "seconds",
    "items": "number",
}


@dataclass(frozen=True, slots=True)
class Point:
    """One figure as it is drawn, in the axis's unit; `reason` where there is none."""

    value: float | None
    low: float | None = None
    high: float | None = None
    n: int | None = None
    reason: str = ""

    @property
    def error_bar(self) -> tuple[float, float]:
        """How far the interval goes below and above the value; nothing without one."""
        if self.value is None or self.low is None or self.high is None:
            return 0.0, 0.0
        return self.value - self.low, self.high - self.value


@dataclass(frozen=True, slots=True)
class Series:
    """Rows of a table as labels, and its drawn columns as named lists of points."""

    labels: tuple[str, ...]
    names: tuple[str, ...]
    points: tuple[tuple[Point, ...], ...]
    unit: str
    reference: float | None

    @property
    def axis(self) -> str:
        """What the axis of figures measures, and what the lines beside the marks are."""
        interval_note = "; line: 95 % interval" if self.has_intervals else ""
        text = f"{self.unit_name}{interval_note}"
        return f"{self.names[0]} ({text})" if len(self.names) == 1 else text

    @property
    def unit_name(self) -> str:
        return AXES.get(self.unit, self.unit)

    @property
    def has_intervals(self) -> bool:
        return any(sum(point.error_bar) for points in self.points for point in points)

    def label_with_n(self, row: int) -> str:
        """A row's label with the n behind it, where the figures of every row rest on one n."""
        label, counts = self.labels[row], self._counts(row)
        if not counts or any(len(self._counts(row)) > 1 for row in range(len(self.labels))):
            return label
        return f"{label}\nn = {min(counts):,}"

    def _counts(self, row: int) -> set[int]:
        return {points[row].n or 0 for points in self.points if points[row].n is not None}


def plot_series(table: Table, plot: Plot, *, width: int) -> Series:
    """The plot's columns of the table, in the unit of the first; labels of `width` letters."""
    index_of_key = {column.key: index for index, column in enumerate(table.columns)}
    columns = [table.columns[index_of_key[key]] for key in plot.values]
    factor = UNITS.get(columns[0].unit, (1, 0, ""))[0]
    label = table.columns[index_of_key[plot.label]]
    return Series(
        labels=tuple(_label(row[index_of_key[plot.label]], label, width) for row in table.rows),
        names=tuple(column.title for column in columns),
        points=tuple(
            tuple(_point(row[index_of_key[key]], factor) for row in table.rows)
            for key in plot.values
        ),
        unit=columns[0].unit,
        reference=None if plot.reference is None else plot.reference * factor,
    )


def _label(cell: Cell, column: Column, width: int) -> str:
    return textwrap.fill(cell_text(cell, column.unit).figure, width, break_long_words=False)


def _point(cell: Cell, factor: float) -> Point:
    if isinstance(cell, Estimate):
        value, low, high = (
            None if figure is None else figure * factor
            for figure in (cell.value, cell.low, cell.high)
        )
        return Point(value, low, high, cell.n, cell.reason)
    if cell is None or isinstance(cell, str | Link):
        return Point(None, reason=str(cell or "nothing"))
    return Point(cell * factor)
