"""Reports as files: spreadsheets run nothing, an estimate is a row of columns, JSON has no NaN."""

import csv
import io
import json

import pandas
import pytest

from pipeline.statistics.estimate import CAUTION, Estimate, undefined
from review.reports.as_csv import defuse_formula, report_csv, table_csv
from review.reports.as_json import report_json
from review.reports.document import Column, Link, Report, Section, Table
from review.reports.wording import cell_text

COLUMNS = (Column("who", "Who"), Column("share", "Share", "share"), Column("n", "Items", "items"))


def table(*rows: tuple) -> Table:
    return Table("rows", "Rows", COLUMNS, rows, "A note.")


def report(*rows: tuple) -> Report:
    section = Section("one", "One", tables=(table(*rows),))
    return Report("key", "Title", "study", (section,), "What is estimated.", ("Careful.",))


def read(text: str) -> list[list[str]]:
    return [row for row in csv.reader(io.StringIO(text)) if not row[0].startswith("#")]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_what_a_spreadsheet_would_run_is_text(text):
    assert defuse_formula(text) == f"'{text}"
    assert read(table_csv(table((text, 0.5, 1))))[1][0] == f"'{text}"
    assert read(report_csv(report((text, 0.5, 1))))[1][2] == f"'{text}"


def test_numbers_below_zero_stay_numbers():
    assert read(table_csv(table(("a", -0.5, 1))))[1] == ["a", "-0.5", "1"]


def test_an_estimate_takes_five_columns():
    rows = read(table_csv(table(("a", Estimate(0.25, 0.1, 0.5, 40), 1), ("b", undefined("no"), 2))))
    assert rows[0] == ["who", "share", "share_low", "share_high", "share_n", "share_note", "n"]
    assert rows[1] == ["a", "0.25", "0.1", "0.5", "40", "", "1"]
    assert rows[2] == ["b", "", "", "", "0", "no", "2"]


def test_cautions_go_with_the_figure():
    rows = read(table_csv(table(("a", Estimate(0.25, n=4, reason="no interval"), 1))))
    assert rows[1][5] == f"no interval; {CAUTION}"
    small = read(table_csv(table(("a", Estimate(0.25, 0.1, 0.5, 4), 1))))
    assert small[1][5] == CAUTION


def test_the_whole_report_has_a_row_for_each_figure():
    rows = read(report_csv(report(("a", Estimate(0.25, 0.1, 0.5, 40), 1))))
    assert rows[0][:4] == ["table", "row", "of", "column"]
    assert rows[2] == ["rows", "1", "a", "share", "share", "0.25", "0.1", "0.5", "40", ""]


def test_the_preamble_says_where_figures_come_from_and_starts_no_row():
    lines = table_csv(table(("a", 0.5, 1)), ["Title", "study: a\n=1+1"]).splitlines()
    assert lines[:3] == ["# Title", "# study: a =1+1", "# Rows. A note."]


def test_a_reader_of_tables_skips_the_preamble_and_loses_no_text():
    written_table = table((text := "batch #3, second", 0.5, 1))
    content = table_csv(written_table, ["as of: 21 November 2026, 11:09 UTC"])
    read_back = pandas.read_csv(io.StringIO(content), comment="#")
    assert read_back.to_dict("records") == [{"who": text, "share": 0.5, "n": 1}]


def test_a_name_in_the_preamble_runs_nothing_when_it_is_parted():
    first = table_csv(table(), ["study: a, =1+1;@SUM(A1), b - c"]).splitlines()[0]
    assert first == "# study: a, '=1+1;'@SUM(A1), b - c"


def test_json_holds_all_that_an_estimate_says():
    study_report = report(
        ("a", Estimate(0.25, 0.1, 0.5, 4), 1), (Link("b", "review:studies"), None, 2)
    )
    content = json.loads(report_json(study_report, {"audit head": "00"}))
    assert (content["audit_head"], content["estimand"]) == ("00", "What is estimated.")
    assert content["cautions"] == ["Careful."]
    first, second = content["sections"][0]["tables"][0]["rows"]
    assert first["share"]["value"] == 0.25
    assert first["share"]["caution"] == CAUTION
    assert second == {"who": "b", "share": None, "n": 2}


def test_json_refuses_a_nan():
    with pytest.raises(ValueError, match="JSON"):
        report_json(report(("a", float("nan"), 1)), {})


@pytest.mark.parametrize(
    ("cell", "unit", "text"),
    [
        (Estimate(0.824, 0.781, 0.86, 240), "share", "82.4 % (78.1 to 86.0), n = 240"),
        (Estimate(-0.004, -0.2, 0.2, 40), "coefficient", "0.00 (-0.20 to 0.20), n = 40"),
        (
            Estimate(0.5, n=40, reason="all of one question"),
            "share",
            "50.0 % n = 40 (all of one question)",
        ),
        (undefined("no items"), "share", "— (no items)"),
        (1234, "items", "1,234"),
        (None, "share", "—"),
        ("text", "", "text"),
        (0.51239, "EUR", "0.5124 EUR"),
        (93.4, "seconds", "93 s"),
    ],
)
def test_cells_in_words(cell, unit, text):
    assert str(cell_text(cell, unit)) == text
