"""The form of every report: sections of tables of cells, one of which may also be a plot.

A page, a printed page, CSV, JSON and a release's card all read these, so no figure can differ
between them.
"""

from dataclasses import dataclass
from typing import Literal

from pipeline.statistics.estimate import Estimate
from review.evidence.waiting import Preliminary

PlotKind = Literal["intervals", "bars", "stacked", "heat", "line", "calibration"]


@dataclass(frozen=True, slots=True)
class Link:
    """Text with a link to a page of this site: a view's name and its arguments."""

    text: str
    view: str
    arguments: tuple[str | int, ...] = ()


Cell = str | int | float | Estimate | Link | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column's key (for CSV and JSON), what people read above it, and its unit.

    `unit`: "share" (0 to 1, shown as a percentage), "points" (of the scale from 1 to 5),
    "seconds", "items", "coefficient" (up to 1), "figure" (any number), "plain" (a
    number as it was set), "p" (of a test), a currency, or "" for text.
    """

    key: str
    title: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Plot:
    """How a table is plotted: which columns (by their keys), and the alternative in words.

    `alt_text` says what someone who cannot see the plot must know, with n and what the interval
    covers.
    """

    kind: PlotKind
    label: str
    values: tuple[str, ...]
    alt_text: str
    reference: float | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells under columns, with a title, what it rests on, and perhaps a plot.

    `key` is unique in its report: it names the CSV file and the plot. `empty` is shown
    where there are no rows. A `folded` table opens at a click on the page; printed pages and
    files show it like any other.
    """

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    empty: str = "Nothing to show yet."
    plot: Plot | None = None
    folded: bool = False

    def __post_init__(self) -> None:
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError(f"A row of {self.key} has not one cell a column.")


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with sentences and tables."""

    key: str
    title: str
    text: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True, slots=True)
class Headline:
    """The one figure that stands for a report in the overview, and what it is."""

    title: str
    figure: Cell
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """One report of one study. `estimand` is printed with every number that has one.

    `preliminary`: what items that its estimates rest on wait for; said first of all.
    """

    key: str
    title: str
    study: str
    sections: tuple[Section, ...]
    estimand: str = ""
    cautions: tuple[str, ...] = ()
    headline: Headline | None = None
    preliminary: Preliminary | None = None

    @property
    def tables(self) -> tuple[Table, ...]:
        return tuple(table for section in self.sections for table in section.tables)

    def table(self, key: str) -> Table | None:
        """The table of this key."""
        return next((table for table in self.tables if table.key == key), None)
