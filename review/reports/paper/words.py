"""Sentences with numbers in them, and where each number comes from.

A number enters a sentence through `Figures`, which writes it down with its cell of a report, so
the text can be checked against the reports' JSON.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from pipeline.statistics.estimate import Estimate
from review.reports.document import Cell, Report
from review.reports.wording import format_number, settled_text


@dataclass(frozen=True, slots=True)
class Place:
    """A cell of a report: its report's and table's keys, row (from 0) and column."""

    report: str
    table: str
    row: int
    column: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A number as it is written in the text, its value, and its place in a report.

    `part`: of an estimate, "value", "low", "high" or "n". `place` is None for what the study's
    records hold and no report does.
    """

    name: str
    shown: str
    value: float
    part: str = "value"
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph: the guideline's item it answers (0: none), a heading, its sentences."""

    item: int
    heading: str
    sentences: tuple[str, ...]

    @property
    def text(self) -> str:
        return " ".join(self.sentences)


@dataclass
class Figures:
    """The numbers of a text, in the order in which they were written."""

    written: list[Figure] = field(default_factory=list)

    def number(
        self,
        name: str,
        value: float,
        unit: str = "items",
        *,
        place: Place | None = None,
        part: str = "value",
    ) -> str:
        """A number without its interval; `part` of an estimate where its place holds one."""
        return self._write(name, value, unit, part, place)

    def count(self, name: str, value: int, singular: str, plural: str = "") -> str:
        """ "1 rater", "12 raters"."""
        noun = singular if value == 1 else plural or f"{singular}s"
        return f"{self.number(name, value)} {noun}"

    def estimate(
        self,
        name: str,
        estimate: Estimate,
        unit: str = "share",
        *,
        place: Place | None = None,
        label: str = "95 % CI",
    ) -> str:
        """ "63.4 % (95 % CI 58.1 % to 68.2 %; n = 240)"; why it has no interval, if it has none.

        Only for an estimate that has a value.
        """
        if estimate.value is None:
            raise ValueError(f"{name} is undefined: {estimate.reason}.")
        value = self._write(name, estimate.value, unit, "value", place)
        return f"{value} ({'; '.join(self._notes(name, estimate, unit, place, label))})"

    def _notes(
        self, name: str, estimate: Estimate, unit: str, place: Place | None, label: str
    ) -> Iterator[str]:
        if estimate.low is not None and estimate.high is not None and not estimate.reason:
            low = self._write(name, estimate.low, unit, "low", place)
            yield f"{label} {low} to {self._write(name, estimate.high, unit, 'high', place)}"
        yield f"n = {self._write(name, estimate.n, 'items', 'n', place)}"
        for note in (estimate.reason, estimate.caution, self._settled(name, estimate, unit)):
            if note:
                yield note

    def _settled(self, name: str, estimate: Estimate, unit: str) -> str:
        settled = estimate.once_settled
        if settled is not None:
            for part in ("waiting", "lowest", "highest"):
                own = "items" if part == "waiting" else unit
                self._write(name, getattr(settled, part), own, part, None)
        return settled_text(estimate, unit)

    def _write(self, name: str, value: float, unit: str, part: str, place: Place | None) -> str:
        shown = f"{value:,}" if isinstance(value, int) else format_number(value, unit)
        self.written.append(Figure(name, shown, value, part, place))
        return shown


@dataclass(frozen=True)
class Cells:
    """A report's cells by table, row and column, with their places."""

    report: Report

    def rows(self, table: str) -> list[dict[str, Cell]]:
        """The rows of a table by column; empty where the report has no such table."""
        found = self.report.table(table)
        if found is None:
            return []
        keys = [column.key for column in found.columns]
        return [dict(zip(keys, row, strict=True)) for row in found.rows]

    def place(self, table: str, row: int, column: str) -> Place:
        return Place(self.report.key, table, row, column)


def listed(parts: list[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    return " and ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))
