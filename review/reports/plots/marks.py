"""The kinds of plots: each draws a Series onto axes (matplotlib's, which the caller made)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from review.reports.plots.looks import DASHES, HATCHES, MARKS, Look
from review.reports.plots.series import Point, Series

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Rows are this far apart; series of one row share the part of it that is not left free.
ROW, FREE = 1.0, 0.4
# Per cent, with room for marks at the ends.
WHOLE_SCALE = (-4.0, 104.0)


def intervals(axes: "Axes", series: Series, look: Look) -> None:
    """A row for each label, a mark and its interval for each series."""
    for place, (name, points) in enumerate(zip(series.names, series.points, strict=True)):
        heights = _heights(series, place)
        _rows_of_marks(axes, points, heights, look, place, name)
    _rows(axes, series, look)


def bars(axes: "Axes", series: Series, look: Look) -> None:
    """A bar for each label and series, from 0, with its interval."""
    thick = ROW * (1 - FREE) / len(series.names)
    for place, (name, points) in enumerate(zip(series.names, series.points, strict=True)):
        heights = _heights(series, place)
        axes.barh(
            heights,
            [point.value or 0.0 for point in points],
            height=thick,
            color=look.series(place),
            hatch=HATCHES[place % len(HATCHES)],
            edgecolor=look.colours.surface,
            label=name,
        )
        _reaches(axes, points, heights, look)
        _missing(axes, points, heights, look)
    _rows(axes, series, look)


def stacked(axes: "Axes", series: Series, look: Look) -> None:
    """A bar for each label, its series one after another."""
    start = np.zeros(len(series.labels))
    heights = [-ROW * row for row in range(len(series.labels))]
    for place, (name, points) in enumerate(zip(series.names, series.points, strict=True)):
        widths = np.array([point.value or 0.0 for point in points])
        axes.barh(
            heights,
            widths,
            left=start,
            height=ROW * (1 - FREE),
            color=look.series(place),
            hatch=HATCHES[place % len(HATCHES)],
            edgecolor=look.colours.surface,
            label=name,
        )
        start += widths
    _rows(axes, series, look)
    axes.set_xlabel(series.unit_name)


def heat(axes: "Axes", series: Series, look: Look) -> None:
    """A cell for each label (row) and series (column), darker the larger, with its figure."""
    values = np.array([[point.value or 0.0 for point in points] for points in series.points]).T
    share = values / values.max() if values.size and values.max() > 0 else values
    low, high = (_rgb(colour) for colour in (look.colours.surface, look.colours.series[0]))
    axes.imshow(low + share[..., None] * (high - low), aspect="auto")
    for row, column in np.ndindex(*values.shape):
        ink = _legible(low + share[row, column] * (high - low), look)
        axes.text(column, row, f"{values[row, column]:,.0f}", ha="center", va="center", color=ink)
    axes.set_xticks(range(len(series.names)), series.names)
    axes.set_yticks(range(len(series.labels)), series.labels)
    axes.tick_params(length=0)


def line(axes: "Axes", series: Series, look: Look) -> None:
    """Labels from left to right, a line with marks and intervals for each series."""
    for place, (name, points) in enumerate(zip(series.names, series.points, strict=True)):
        drawn = [(at, point) for at, point in enumerate(points) if point.value is not None]
        axes.errorbar(
            [at + 0.06 * place for at, _ in drawn],
            [point.value or 0.0 for _, point in drawn],
            yerr=np.array([point.reach for _, point in drawn]).reshape(-1, 2).T,
            color=look.series(place),
            marker=MARKS[place % len(MARKS)],
            linestyle=DASHES[place % len(DASHES)],
            capsize=2,
            label=name,
        )
    axes.set_xticks(range(len(series.labels)), series.labels)
    axes.set_ylabel(series.axis)
    if series.reference is not None:
        axes.axhline(series.reference, color=look.colours.muted, linestyle=":")


def calibration(axes: "Axes", series: Series, look: Look) -> None:
    """The first series across, the second upwards, beside the line on which both are equal."""
    across, up = series.points
    axes.axline((0, 0), slope=1, color=look.colours.muted, linestyle=":")
    pairs = zip(across, up, strict=True)
    drawn = [(x.value, y) for x, y in pairs if x.value is not None and y.value is not None]
    axes.errorbar(
        [x or 0.0 for x, _ in drawn],
        [y.value or 0.0 for _, y in drawn],
        yerr=np.array([y.reach for _, y in drawn]).reshape(-1, 2).T,
        color=look.series(0),
        marker=MARKS[0],
        linestyle="none",
        capsize=2,
    )
    axes.set_xlabel(f"{series.names[0]} ({series.unit_name})")
    axes.set_ylabel(f"{series.names[1]} ({series.unit_name}; line: 95 % interval)")
    axes.set_xlim(*WHOLE_SCALE)
    axes.set_ylim(*WHOLE_SCALE)


def _rows_of_marks(
    axes: "Axes", points: Sequence[Point], heights: list[float], look: Look, place: int, name: str
) -> None:
    drawn = [(y, one) for y, one in zip(heights, points, strict=True) if one.value is not None]
    axes.errorbar(
        [one.value or 0.0 for _, one in drawn],
        [y for y, _ in drawn],
        xerr=np.array([one.reach for _, one in drawn]).reshape(-1, 2).T,
        color=look.series(place),
        marker=MARKS[place % len(MARKS)],
        linestyle="none",
        capsize=2,
        label=name,
    )
    _missing(axes, points, heights, look)


def _missing(axes: "Axes", points: Sequence[Point], heights: list[float], look: Look) -> None:
    """Say where a row has no figure: nothing drawn must not look like nothing there."""
    for y, one in zip(heights, points, strict=True):
        if one.value is None:
            across = axes.get_yaxis_transform()
            axes.text(0.01, y, "no figure", transform=across, va="center", color=look.colours.muted)


def _reaches(axes: "Axes", points: Sequence[Point], heights: list[float], look: Look) -> None:
    drawn = [(y, one) for y, one in zip(heights, points, strict=True) if any(one.reach)]
    axes.errorbar(
        [one.value or 0.0 for _, one in drawn],
        [y for y, _ in drawn],
        xerr=np.array([one.reach for _, one in drawn]).reshape(-1, 2).T,
        color=look.colours.ink,
        linestyle="none",
        capsize=2,
    )


def _heights(series: Series, place: int) -> list[float]:
    """Where a series stands in each row, the first row on top."""
    step = ROW * (1 - FREE) / len(series.names)
    offset = (place - (len(series.names) - 1) / 2) * step
    return [-ROW * row - offset for row in range(len(series.labels))]


def _rows(axes: "Axes", series: Series, look: Look) -> None:
    rows = range(len(series.labels))
    axes.set_yticks([-ROW * row for row in rows], [series.counted(row) for row in rows])
    axes.set_ylim(-ROW * len(series.labels) + ROW / 2, ROW / 2)
    axes.set_xlabel(series.axis)
    if series.reference is not None:
        axes.axvline(series.reference, linestyle=":", color=look.colours.muted)


def _rgb(colour: str) -> np.ndarray:
    return np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])


def _legible(behind: np.ndarray, look: Look) -> str:
    """The text colour that stands out more from what is behind it."""
    return max(
        (look.colours.ink, look.colours.surface),
        key=lambda colour: abs(_luminance(_rgb(colour)) - _luminance(behind)),
    )


def _luminance(rgb: np.ndarray) -> float:
    return float(np.sqrt(rgb**2.2 @ np.array([0.2126, 0.7152, 0.0722])))
