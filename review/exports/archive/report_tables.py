"""The reports' own figures, and what their figures rest on beside grades: costs, other batches."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from pipeline.statistics.estimate import Estimate
from review.exports.archive.contents import Contents
from review.exports.archive.tables import ArchiveTable, Field
from review.reports.as_json import report_json
from review.reports.document import Cell, Link, Report, Table
from review.reports.imprint import imprint_of

Row = Sequence[Any]
FUNNEL = "rests on traces and calls, not on grades"
# The only tables of the reports that the scripts need not work out.
WITHOUT_GRADES = {
    ("agreement", "grras"): "words",
    **{
        ("funnel", table): FUNNEL
        for table in ("stages", "stages_by_source", "reasons", "reasons_by_source", "calls")
    },
}


def reports_json(contents: Contents) -> bytes:
    """Every report, as its own JSON file has it."""
    imprint = imprint_of(contents.facts)
    reports = [json.loads(report_json(report, imprint)) for report in contents.reports]
    text = json.dumps({"reports": reports}, ensure_ascii=False, indent=1, allow_nan=False)
    return f"{text}\n".encode()


def figure_rows(contents: Contents) -> Iterator[Row]:
    """The same figures, a row each."""
    for report in contents.reports:
        for table in report.tables:
            for number, row in enumerate(table.rows, 1):
                for column, cell in zip(table.columns, row, strict=True):
                    yield report.key, table.key, number, column.key, column.unit, *_parts(cell)


def _parts(cell: Cell) -> tuple[Any, ...]:
    """Text, value, low, high, n, standard error, and what waiting items may make of it."""
    if isinstance(cell, Estimate):
        settled = cell.once_settled
        waits = (settled.waiting, settled.lowest, settled.highest) if settled else (None,) * 3
        return "", cell.value, cell.low, cell.high, cell.n, cell.standard_error, *waits
    if isinstance(cell, Link):
        return cell.text, *(None,) * 8
    if isinstance(cell, str):
        return cell, *(None,) * 8
    return "", cell, *(None,) * 7


def without_grades_rows(contents: Contents) -> Iterator[Row]:
    """The tables of these reports that do not rest on grades."""
    for report in contents.reports:
        for table in report.tables:
            if why := WITHOUT_GRADES.get((report.key, table.key)):
                yield report.key, table.key, why


def cost_rows(contents: Contents) -> Iterator[Row]:
    """What the batches cost, by source and currency, as the report on cost has it."""
    funnel = _report(contents, "funnel")
    unknown = {row["source"]: row["unknown"] for row in _rows(funnel.table("calls"))}
    for table in funnel.tables:
        if table.key.startswith("cost_"):
            currency = next(column.unit for column in table.columns if column.key == "spent")
            for row in _rows(table):
                source = row["source"]
                yield source, currency, row["spent"], row["kept"], unknown.get(source, 0)


def other_batch_rows(contents: Contents) -> Iterator[Row]:
    """Batches of the same configuration outside the study, to which errors are carried over."""
    for row in _rows(_report(contents, "filters").table("others")):
        batch = row["batch"]
        yield batch.text if isinstance(batch, Link) else batch, row["made"], row["kept"]


def _report(contents: Contents, key: str) -> Report:
    return next(report for report in contents.reports if report.key == key)


def _rows(table: Table | None) -> Iterator[dict[str, Cell]]:
    if table is not None:
        for row in table.rows:
            yield dict(zip((column.key for column in table.columns), row, strict=True))


FIGURES = ArchiveTable(
    "reports",
    "one cell of one table of the reports: reports.json as a table",
    (
        Field("report", "text", "Key of the report."),
        Field("table", "text", "Key of the table, unique in its report."),
        Field("row", "whole number", "Row of the table.", values="from 1"),
        Field("column", "text", "Key of the column."),
        Field("unit", "text", "Unit of the column; empty: text."),
        Field("text", "text", "The cell, where it is text."),
        Field("value", "number", "The cell, where it is a number; empty: undefined."),
        Field("low", "number", "Lower end of the 95 % interval."),
        Field("high", "number", "Upper end."),
        Field("n", "whole number", "Items behind it."),
        Field("standard_error", "number", "Its standard error."),
        Field("settled_waiting", "whole number", "Items that still wait; empty: none.", "items"),
        Field("settled_lowest", "number", "Lowest it may become once they are settled."),
        Field("settled_highest", "number", "Highest."),
    ),
    figure_rows,
)
NO_GRADES = ArchiveTable(
    "tables_without_grades",
    "one table of the reports that the scripts do not work out",
    (
        Field("report", "text", "Key of the report."),
        Field("table", "text", "Key of the table."),
        Field("why", "text", "Why not."),
    ),
    without_grades_rows,
)
COSTS = ArchiveTable(
    "costs",
    "what the study's batches of one source cost in one currency",
    (
        Field("source", "text", "Source of the questions, or all sources."),
        Field("currency", "text", "Currency."),
        Field("spent", "number", "Spent on calls.", "the currency"),
        Field("kept", "whole number", "Traces kept.", "traces"),
        Field("calls_of_unknown_price", "whole number", "Calls without a price.", "calls"),
    ),
    cost_rows,
)
OTHERS = ArchiveTable(
    "other_batches",
    "one batch of the same method outside the study",
    (
        Field("batch", "text", "Its name."),
        Field("traces", "whole number", "Traces made.", "traces"),
        Field("kept", "whole number", "Of these, kept.", "traces"),
    ),
    other_batch_rows,
)
TABLES = (FIGURES, NO_GRADES, COSTS, OTHERS)
