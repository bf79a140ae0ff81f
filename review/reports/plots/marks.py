"""The kinds of plots: each draws a Series onto axes (matplotlib's, which the caller made)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from review.reports.plots.series import Point, Series
from review.reports.plots.style import DASHES, HATCHES, MARKS, Style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Rows are this far apart; series of one row share the part of it that is not left free.
ROW_HEIGHT, GAP = 1.0, 0.4
# Per cent, with room for marks at the ends.
WHOLE_SCALE = (-4.0, 104.0)


def intervals(axes: "Axes", series: Series, style: Style) -> None:
    """A row for each label, a mark and its interval for each series."""
    for index, (name, points) in enumerate(zip(series.names, series.points, strict=True)):
        heights = _heights(series, index)
        _interval_marks(axes, points, heights, style, index, name)
    _label_rows(axes, series, style)


def bars(axes: "Axes", series: Series, style: Style) -> None:
    """A bar for each label and series, from 0, with its interval."""
    thick = ROW_HEIGHT * (1 - GAP) / len(series.names)
    for index, (name, points) in enumerate(zip(series.names, series.points, strict=True)):
        heights = _heights(series, index)
        axes.barh(
            heights,
            [point.value or 0.0 for point in points],
            height=thick,
            color=style.series(index),
            hatch=HATCHES[index % len(HATCHES)],
            edgecolor=style.colours.surface,
            label=name,
        )
        _error_bars(axes, points, heights, style)
        _mark_missing(axes, points, heights, style)
    _label_rows(axes, series, style)


def stacked(axes: "Axes", series: Series, style: Style) -> None:
    """A bar for each label, its series one after another."""
    start = np.zeros(len(series.labels))
    heights = [-ROW_HEIGHT * row for row in range(len(series.labels))]
    for index, (name, points) in enumerate(zip(series.names, series.points, strict=True)):
        widths = np.array([point.value or 0.0 for point in points])
        axes.barh(
            heights,
            widths,
            left=start,
            height=ROW_HEIGHT * (1 - GAP),
            color=style.series(index),
            hatch=HATCHES[index % len(HATCHES)],
            edgecolor=style.colours.surface,
            label=name,
        )
        start += widths
    _label_rows(axes, series, style)
    axes.set_xlabel(series.unit_name)


def heat(axes: "Axes", series: Series, style: Style) -> None:
    """A cell for each label (row) and series (column), darker the larger, with its figure."""
    values = np.array([[point.value or 0.0 for point in points] for points in series.points]).T
    share = values / values.max() if values.size and values.max() > 0 else values
    low, high = (_rgb(colour) for colour in (style.colours.surface, style.colours.series[0]))
    axes.imshow(low + share[..., None] * (high - low), aspect="auto")
    for row, column in np.ndindex(*values.shape):
        ink = _text_colour(low + share[row, column] * (high - low), style)
        axes.text(column, row, f"{values[row, column]:,.0f}", ha="center", va="center", color=ink)
    axes.set_xticks(range(len(series.names)), series.names)
    axes.set_yticks(range(len(series.labels)), series.labels)
    axes.tick_params(length=0)


def line(axes: "Axes", series: Series, style: Style) -> None:
    """Labels from left to right, a line with marks and intervals for each series."""
    for index, (name, points) in enumerate(zip(series.names, series.points, strict=True)):
        with_value = [(at, point) for at, point in enumerate(points) if point.value is not None]
        axes.errorbar(
            [at + 0.06 * index for at, _ in with_value],
            [point.value or 0.0 for _, point in with_value],
            yerr=np.array([point.error_bar for _, point in with_value]).reshape(-1, 2).T,
            color=style.series(index),
            marker=MARKS[index % len(MARKS)],
            linestyle=DASHES[index % len(DASHES)],
            capsize=2,
            label=name,
        )
    axes.set_xticks(range(len(series.labels)), series.labels)
    axes.set_ylabel(series.axis)
    if series.reference is not None:
        axes.axhline(series.reference, color=style.colours.muted, linestyle=":")


def calibration(axes: "Axes", series: Series, style: Style) -> None:
    """The first series across, the second upwards, beside the line on which both are equal."""
    across, up = series.points
    axes.axline((0, 0), slope=1, color=style.colours.muted, linestyle=":")
    pairs = zip(across, up, strict=True)
    with_value = [(x.value, y) for x, y in pairs if x.value is not None and y.value is not None]
    axes.errorbar(
        [x or 0.0 for x, _ in with_value],
        [y.value or 0.0 for _, y in with_value],
        yerr=np.array([y.error_bar for _, y in with_value]).reshape(-1, 2).T,
        color=style.series(0),
        marker=MARKS[0],
        linestyle="none",
        capsize=2,
    )
    axes.set_xlabel(f"{series.names[0]} ({series.unit_name})")
    axes.set_ylabel(f"{series.names[1]} ({series.unit_name}; line: 95 % interval)")
    axes.set_xlim(*WHOLE_SCALE)
    axes.set_ylim(*WHOLE_SCALE)


def _interval_marks(
    axes: "Axes", points: Sequence[Point], heights: list[float], style: Style, index: int, name: str
) -> None:
    with_value = [
        (y, point) for y, point in zip(heights, points, strict=True) if point.value is not None
    ]
    axes.errorbar(
        [point.value or 0.0 for _, point in with_value],
        [y for y, _ in with_value],
        xerr=np.array([point.error_bar for _, point in with_value]).reshape(-1, 2).T,
        color=style.series(index),
        marker=MARKS[index % len(MARKS)],
        linestyle="none",
        capsize=2,
        label=name,
    )
    _mark_missing(axes, points, heights, style)


def _mark_missing(
    axes: "Axes", points: Sequence[Point], heights: list[float], style: Style
) -> None:
    """Say where a row has no figure: nothing drawn must not look like nothing there."""
    for y, point in zip(heights, points, strict=True):
        if point.value is None:
            across = axes.get_yaxis_transform()
            axes.text(
                0.01, y, "no figure", transform=across, va="center", color=style.colours.muted
            )


def _error_bars(axes: "Axes", points: Sequence[Point], heights: list[float], style: Style) -> None:
    with_value = [
        (y, point) for y, point in zip(heights, points, strict=True) if any(point.error_bar)
    ]
    axes.errorbar(
        [point.value or 0.0 for _, point in with_value],
        [y for y, _ in with_value],
        xerr=np.array([point.error_bar for _, point in with_value]).reshape(-1, 2).T,
        color=style.colours.ink,
        linestyle="none",
        capsize=2,
    )


def _heights(series: Series, index: int) -> list[float]:
    """Where a series stands in each row, the first row on top."""
    step = ROW_HEIGHT * (1 - GAP) / len(series.names)
    offset = (index - (len(series.names) - 1) / 2) * step
    return [-ROW_HEIGHT * row - offset for row in range(len(series.labels))]


def _label_rows(axes: "Axes", series: Series, style: Style) -> None:
    rows = range(len(series.labels))
    axes.set_yticks([-ROW_HEIGHT * row for row in rows], [series.label_with_n(row) for row in rows])
    axes.set_ylim(-ROW_HEIGHT * len(series.labels) + ROW_HEIGHT / 2, ROW_HEIGHT / 2)
    axes.set_xlabel(series.axis)
    if series.reference is not None:
        axes.axvline(series.reference, linestyle=":", color=style.colours.muted)


def _rgb(colour: str) -> np.ndarray:
    return np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])


def _text_colour(behind: np.ndarray, style: Style) -> str:
    """The text colour that stands out more from what is behind it."""
    return max(
        (style.colours.ink, style.colours.surface),
        key=lambda colour: abs(_luminance(_rgb(colour)) - _luminance(behind)),
    )


def _luminance(rgb: np.ndarray) -> float:
    return float(np.sqrt(rgb**2.2 @ np.array([0.2126, 0.7152, 0.0722])))
