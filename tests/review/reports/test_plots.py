"""Plots: every one is drawn, says what it shows, and comes out the same again."""

import re
from dataclasses import replace
from itertools import product
from typing import get_args

import pytest

from pipeline.statistics.estimate import Estimate, undefined
from review.reports.document import Column, PlotKind, Table
from review.reports.plots import KINDS, draw_plot
from review.reports.plots.style import THEMES, WIDTHS, Style
from review.reports.registry import REPORTS
from review.reports.wording import with_plot
from tests import actors, factories
from tests.factories.reports import GOOD, POOR, grade_record, make_evidence, make_facts

COLUMNS = (
    Column("group", "Group"),
    Column("first", "First", "share"),
    Column("second", "Second", "share"),
)
ROWS = (
    ("$x^2$ <b> & a very long name of a group of items", Estimate(0.4, 0.3, 0.5, 40), 0.6),
    ("undefined", undefined("no items"), 0.2),
)
TABLE = Table("groups", "Groups", COLUMNS, ROWS)


def table_of(kind: PlotKind) -> Table:
    if kind != "calibration":
        return with_plot(TABLE, kind, "group", ("first", "second"), reference=0.5)
    rows = ((0.2, Estimate(0.1, 0.0, 0.3, 30)), (0.8, Estimate(0.9, 0.7, 1.0, 30)))
    columns = (Column("score", "Mean score", "share"), Column("share", "Acceptable", "share"))
    table = Table("calibration", "Calibration", columns, rows)
    return with_plot(table, "calibration", "score", ("score", "share"))


def test_every_kind_is_known():
    assert set(KINDS) == set(get_args(PlotKind))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("look", [Style(theme, size) for theme, size in product(THEMES, WIDTHS)])
def test_equal_tables_give_equal_files(kind, look):
    first, again = (draw_plot.__wrapped__(table_of(kind), look, "svg") for _ in range(2))
    assert first == again
    assert first.startswith(b"<?xml")
    assert b"<dc:date>" not in first


def test_a_png_is_one():
    assert draw_plot(table_of("bars"), Style(), "png").startswith(b"\x89PNG")


def test_a_figure_that_is_not_there_is_said_in_the_plot():
    without = replace(TABLE, rows=ROWS[:1])
    with_gap = draw_plot(table_of("intervals"), Style(), "svg")
    gone = draw_plot(with_plot(without, "intervals", "group", ("first", "second")), Style(), "svg")
    assert b"no figure" in with_gap
    assert b"no figure" not in gone


def test_the_alternative_says_each_figure_with_n_and_interval():
    says = with_plot(
        TABLE, "bars", "group", ("first", "second"), covers="Over questions."
    ).plot.alt_text
    assert "First 40.0 % (30.0 to 50.0), n = 40" in says
    assert "undefined: First — (no items), Second 20.0 %" in says
    assert says.endswith("Over questions.")


def test_a_table_without_rows_is_not_drawn():
    with pytest.raises(ValueError, match="nothing to draw"):
        draw_plot(replace(table_of("bars"), rows=()), Style(), "svg")


@pytest.mark.django_db
@pytest.mark.parametrize("entry", REPORTS, ids=lambda entry: entry.key)
def test_every_plot_of_every_report_is_drawn(entry):
    items = [
        make_evidence(
            n,
            grade_record("R-A", answer),
            grade_record("R-B", GOOD, labels=("correct", "incorrect")),
        )
        for n, answer in enumerate([GOOD, POOR, GOOD, POOR, GOOD])
    ]
    saved = factories.study(actors.reviewer("ann"), opened_by=actors.lead(), size=8)
    report = entry.build(replace(make_facts(items), study=saved))
    plotted = [table for table in report.tables if table.plot and table.rows]
    assert plotted
    for table in plotted:
        assert len(draw_plot(table, Style(), "svg")) > 2000
        assert table.plot.alt_text


@pytest.mark.parametrize("theme", THEMES)
def test_text_and_marks_stand_out_from_the_surface(theme):
    colours = THEMES[theme]
    for text in (colours.ink, colours.muted):
        assert contrast(text, colours.surface) >= 4.5
    for mark in colours.series:
        assert contrast(mark, colours.surface) >= 3


def contrast(first: str, second: str) -> float:
    """WCAG 2.2's ratio of two colours."""
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(part, 16) / 255 for part in re.findall("..", colour[1:])]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
