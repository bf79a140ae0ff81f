"""The forest plot: a row for each figure, its interval as a line. Pure layout in SVG units.

Each row has its label and its figure in words above the line, so that the drawing is as narrow as
a phone and loses nothing. The table beside it is the primary form, which the drawing repeats.
"""

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.benchmarks.published import INTERVAL_IS_OURS, SCORED_DIFFERENTLY, PublishedResult
from pipeline.statistics.estimate import Estimate

WIDTH, MARGIN = 360, 14
HEAD, FOOT = 8, 40
LINE_HEIGHT, PLOT_HEIGHT, GAP = 14, 16, 12
LABEL_WIDTH, LABEL_LINES = 48, 3
MARK = 5
TICKS = (0, 25, 50, 75, 100)
REFERENCE_NOTE = f"Published rows: {SCORED_DIFFERENTLY}. Their intervals are {INTERVAL_IS_OURS}."


@dataclass(frozen=True, slots=True)
class ForestRow:
    """One figure: a share from 0 to 1 with its ends, None where there is none.

    `note` says why something is missing, or what a reader must know. A reference is not ours.
    """

    label: str
    value: float | None
    low: float | None
    high: float | None
    n: int
    is_reference: bool = False
    note: str = ""

    @property
    def percent(self) -> str:
        return "" if self.value is None else f"{100 * self.value:.1f} %"

    @property
    def ends(self) -> str:
        if self.low is None or self.high is None:
            return ""
        return f"{100 * self.low:.1f} to {100 * self.high:.1f}"

    @property
    def counted(self) -> str:
        return f"{self.n:,}"

    @property
    def text(self) -> str:
        """The figure in words: "57.5 % (51.9 to 62.9), n = 308", or why there is none."""
        if self.value is None:
            return self.note or "no figure"
        ends = f" ({self.ends})" if self.ends else ""
        return f"{self.percent}{ends}, n = {self.counted}"


@dataclass(frozen=True, slots=True)
class Words:
    """A line of text: its baseline, what it says, and whether it is the figure or the label."""

    y: int
    text: str
    is_figure: bool = False


@dataclass(frozen=True, slots=True)
class DrawnRow:
    """A row as drawn: its words, the line of its interval, the mark; None where undefined."""

    row: ForestRow
    words: tuple[Words, ...]
    y: int
    x: float | None
    x_low: float | None
    x_high: float | None

    @property
    def mark(self) -> str:
        """The path of the mark: a square for our figures, a diamond for a reference."""
        if self.x is None:
            return ""
        x, y = self.x, self.y
        if self.row.is_reference:
            return f"M{x} {y - MARK - 1}L{x + MARK + 1} {y}L{x} {y + MARK + 1}L{x - MARK - 1} {y}z"
        return f"M{x - MARK} {y - MARK}h{2 * MARK}v{2 * MARK}h{-2 * MARK}z"

    @property
    def caps(self) -> str:
        """The path of the interval: a line with a short stroke at each end."""
        if self.x_low is None or self.x_high is None:
            return ""
        low, high, y = self.x_low, self.x_high, self.y
        return f"M{low} {y}H{high}M{low} {y - 4}v8M{high} {y - 4}v8"


@dataclass(frozen=True, slots=True)
class Tick:
    """A value of the axis in per cent, and where it stands."""

    x: float
    percent: int


@dataclass(frozen=True, slots=True)
class Forest:
    """A drawing of `width` x `height` units.

    `chance_x` is where choosing at random would stand. `reference_note`: how published rows were
    scored and where their intervals are from; empty where there are none.
    """

    title: str
    description: str
    width: int
    height: int
    rows: tuple[DrawnRow, ...]
    ticks: tuple[Tick, ...]
    chance_x: float | None
    axis_y: int
    reference_note: str

    @property
    def left(self) -> int:
        return MARGIN - MARK

    @property
    def ticks_y(self) -> int:
        return self.axis_y + 14

    @property
    def name_y(self) -> int:
        return self.axis_y + 30

    @property
    def middle(self) -> int:
        return self.width // 2


def forest_row(label: str, accuracy: Estimate, *, note: str = "") -> ForestRow:
    """A row of one of our own figures."""
    why = note or accuracy.reason
    return ForestRow(label, accuracy.value, accuracy.low, accuracy.high, accuracy.n, note=why)


def reference_row(result: PublishedResult) -> ForestRow:
    """A row of a published figure; what is ours of it is said once, below the table."""
    found = result.accuracy
    return ForestRow(
        f"{result.model} ({result.citation})",
        found.value,
        found.low,
        found.high,
        found.n,
        is_reference=True,
        note="published, with an interval computed here",
    )


def draw_forest(title: str, rows: Sequence[ForestRow], *, chance: float | None = None) -> Forest:
    """Lay the rows out from top to bottom on an axis from 0 to 100 %."""
    drawn, y = [], HEAD
    for row in rows:
        drawn.append(_drawn(row, y))
        y = drawn[-1].y + PLOT_HEIGHT // 2 + GAP
    return Forest(
        title,
        _description(rows, chance),
        WIDTH,
        y + FOOT,
        tuple(drawn),
        tuple(Tick(_x(percent / 100), percent) for percent in TICKS),
        None if chance is None else _x(chance),
        y,
        REFERENCE_NOTE if any(row.is_reference for row in rows) else "",
    )


def _drawn(row: ForestRow, top: int) -> DrawnRow:
    label = textwrap.wrap(row.label, LABEL_WIDTH, max_lines=LABEL_LINES, placeholder=" …")
    figure = textwrap.wrap(row.text, LABEL_WIDTH)
    words = tuple(
        Words(top + LINE_HEIGHT * (index + 1), text, is_figure=index >= len(label))
        for index, text in enumerate((*label, *figure))
    )
    y = words[-1].y + 4 + PLOT_HEIGHT // 2
    x, x_low, x_high = (
        None if share is None else _x(share) for share in (row.value, row.low, row.high)
    )
    return DrawnRow(row, words, y, x, x_low, x_high)


def _x(share: float) -> float:
    return round(MARGIN + (WIDTH - 2 * MARGIN) * share, 1)


def _description(rows: Iterable[ForestRow], chance: float | None) -> str:
    """The drawing in words: every figure with its interval."""
    said = (f"{row.label}{', published' if row.is_reference else ''}: {row.text}" for row in rows)
    level = "" if chance is None else f" The dotted line is chance, {100 * chance:.1f} %."
    return f"Accuracy with 95 % intervals. {'; '.join(said)}.{level}"
