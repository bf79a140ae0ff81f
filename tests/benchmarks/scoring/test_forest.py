"""The forest plot: every figure stands in it, in words and as a line, and it needs no style."""

import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from django.template.loader import render_to_string

from pipeline.benchmarks.published import reference_for
from pipeline.benchmarks.scoring.forest import (
    MARGIN,
    WIDTH,
    ForestRow,
    draw_forest,
    forest_row,
    reference_row,
)
from pipeline.statistics.estimate import undefined
from pipeline.statistics.intervals import proportion

ROWS = [
    forest_row("SmolLM2 <base>", proportion(77, 308)),
    forest_row("A model of which nothing was read", undefined("no letter was read", 308)),
    *map(reference_row, reference_for("medbullets", 308, 5).results),
]


def render(forest):
    return render_to_string("_forest.html", {"forest": forest, "forest_id": "forest-1"})


@pytest.fixture
def markup():
    return render(draw_forest("MedBullets, 5 options", ROWS, chance=0.2))


def test_every_figure_stands_where_it_belongs():
    forest = draw_forest("Title", [ForestRow("all", 1.0, 0.5, 1.0, 5)], chance=0.25)
    row = forest.rows[0]
    assert (row.x, row.x_low) == (WIDTH - MARGIN, WIDTH / 2)
    assert forest.chance_x == MARGIN + (WIDTH - 2 * MARGIN) / 4
    assert [tick.percent for tick in forest.ticks] == [0, 25, 50, 75, 100]


def test_rows_do_not_overlap_and_stay_inside():
    forest = draw_forest("Title", ROWS)
    heights = [y for row in forest.rows for y in (*(line.y for line in row.words), row.y)]
    assert heights == sorted(heights)
    assert all(later - earlier >= 12 for earlier, later in pairwise(heights))
    assert heights[-1] < forest.axis_y < forest.height


def test_a_figure_that_is_undefined_says_why_and_has_no_mark(markup):
    row = draw_forest("Title", ROWS).rows[1]
    assert (row.mark, row.caps) == ("", "")
    assert row.row.text == "no letter was read"
    assert markup.count("no letter was read") == 3  # drawing, description, table


def test_a_reference_is_marked_and_says_whose_its_interval_is(markup):
    assert markup.count("forest__row--reference") == 4
    assert "arXiv 2504.00993" in markup
    assert markup.count("Their intervals are computed here from the published") == 1
    assert "published" not in render(draw_forest("Title", ROWS[:2]))
    ours, _, theirs, *_ = draw_forest("Title", ROWS).rows
    assert "h" in ours.mark
    assert "h" not in theirs.mark  # a diamond, no square


def test_the_drawing_is_sound_named_and_without_inline_style(markup):
    drawing = re.search(r"<svg.*?</svg>", markup, re.DOTALL).group()
    svg = ElementTree.fromstring(drawing)  # noqa: S314 - our own template's
    assert "style" not in markup
    assert svg.find("title").text == "MedBullets, 5 options"
    assert svg.attrib["aria-describedby"] == svg.find("desc").attrib["id"] == "forest-1-desc"
    for figure in ("25.0 % (20.5 to 30.1), n = 308", "chance, 20.0 %", "published: 55.5 %"):
        assert figure in svg.find("desc").text
    assert "SmolLM2 &lt;base&gt;" in markup
    assert len(svg.findall("g")) == len(ROWS) == markup.count('<th scope="row"')
