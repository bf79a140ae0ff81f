"""Plots of tables as SVG or PNG files: equal tables give equal bytes.

matplotlib loads on the first plot. Figures are made without pyplot, so threads do not meet.
"""

import io
import os
import textwrap
from collections.abc import Callable
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Literal

from django.conf import settings

from review.reports.document import Plot, PlotKind, Table
from review.reports.plots import marks
from review.reports.plots.series import Series, plot_series
from review.reports.plots.style import COLUMNS, LABELS, POINTS, TITLES, WIDTHS, Style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Format = Literal["svg", "png"]
MAX_CACHED_PLOTS = 128
PIXELS_PER_INCH = 200
KINDS: dict[PlotKind, Callable[["Axes", Series, Style], None]] = {
    "intervals": marks.intervals,
    "bars": marks.bars,
    "stacked": marks.stacked,
    "heat": marks.heat,
    "line": marks.line,
    "calibration": marks.calibration,
}
# Inches: what title, legend and axis take, and what a row of a sideways plot takes.
FRAME, ROW, UPRIGHT = 1.0, 0.3, 2.6


@lru_cache(maxsize=MAX_CACHED_PLOTS)
def draw_plot(table: Table, style: Style, form: Format) -> bytes:
    """The table's plot as a file. ValueError for a table without a plot or without rows."""
    if table.plot is None or not table.rows:
        raise ValueError(f"{table.key} has nothing to draw.")
    out = io.BytesIO()
    metadata = {"Title": table.title} | ({"Date": None} if form == "svg" else {})
    _figure(table, table.plot, style).savefig(
        out, format=form, dpi=PIXELS_PER_INCH, metadata=metadata
    )
    return out.getvalue()


def _figure(table: Table, plot: Plot, style: Style) -> "Figure":
    series = plot_series(table, plot, width=_label_width(table, plot, style))
    figure: Figure = _matplotlib().figure.Figure(
        figsize=(WIDTHS[style.size], FRAME + _height(series, plot)),
        layout="constrained",
        facecolor=style.colours.surface,
    )
    axes = figure.add_subplot()
    KINDS[plot.kind](axes, series, style)
    _apply_theme(axes, style)
    axes.set_xlabel(textwrap.fill(axes.get_xlabel(), TITLES[style.size] - 12))
    axes.set_ylabel(textwrap.fill(axes.get_ylabel(), LABELS["wide"]))
    title = textwrap.fill(table.title, TITLES[style.size])
    ink = style.colours.ink
    if len(axes.get_legend_handles_labels()[1]) > 1:
        figure.legend(
            loc="outside lower left", ncols=COLUMNS[style.size], labelcolor=ink, frameon=False
        )
    figure.suptitle(title, x=0.01, ha="left", fontsize=POINTS + 1, fontweight="bold", color=ink)
    return figure


def _label_width(table: Table, plot: Plot, style: Style) -> int:
    """Letters a label has before it is wrapped: under an upright plot they share its width."""
    if plot.kind != "line":
        return LABELS[style.size]
    return max(6, TITLES[style.size] // len(table.rows) - 2)


def _height(series: Series, plot: Plot) -> float:
    if plot.kind in ("line", "calibration"):
        return UPRIGHT
    labels = map(series.label_with_n, range(len(series.labels)))
    lines = sum(max(1.0, 0.6 * (label.count("\n") + 1)) for label in labels)
    beside = 1 + 0.3 * (len(series.names) - 1) if plot.kind in ("intervals", "bars") else 1
    return float(ROW * lines * beside)


def _apply_theme(axes: "Axes", style: Style) -> None:
    """The theme's colours for everything that is not data."""
    colours = style.colours
    axes.set_facecolor(colours.surface)
    axes.tick_params(colors=colours.ink, which="both")
    axes.xaxis.label.set_color(colours.ink)
    axes.yaxis.label.set_color(colours.ink)
    axes.set_axisbelow(True)
    for spine in axes.spines.values():
        spine.set_color(colours.line)
    if not axes.images:
        axes.grid(visible=True, color=colours.line, linewidth=0.6)


@cache
def _matplotlib() -> Any:
    """matplotlib, set up once: the same bytes every time, and no text read as a formula."""
    os.environ.setdefault("MPLCONFIGDIR", str(settings.DATA_DIR / "matplotlib"))
    import matplotlib
    import matplotlib.figure

    matplotlib.rcParams.update(
        {
            "svg.hashsalt": "medreason",
            "text.parse_math": False,
            "font.family": "DejaVu Sans",
            "font.size": POINTS,
            "hatch.linewidth": 0.4,
        }
    )
    return matplotlib
