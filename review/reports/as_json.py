"""Reports as JSON: the dataclasses as they are, rows by column, an estimate with all it says."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from pipeline.statistics.estimate import Estimate
from review.reports.document import Cell, Link, Report, Section, Table


def report_json(
    report: Report, imprint: Mapping[str, str], further: Mapping[str, Any] | None = None
) -> str:
    """The whole report, and what else its file holds. ValueError for a NaN, which none holds."""
    content = {
        "preliminary": _preliminary(report),
        "report": report.key,
        "title": report.title,
        **{name.replace(" ", "_"): value for name, value in imprint.items()},
        "estimand": report.estimand,
        "cautions": report.cautions,
        "sections": [_section(section) for section in report.sections],
        **(further or {}),
    }
    return json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False)


def _preliminary(report: Report) -> dict[str, Any] | None:
    """Null where nothing waits, or nothing in the report depends on it."""
    if not report.preliminary:
        return None
    return asdict(report.preliminary) | {"text": report.preliminary.text}


def _section(section: Section) -> dict[str, Any]:
    return {
        "section": section.key,
        "title": section.title,
        "text": section.text,
        "tables": [_table(table) for table in section.tables],
    }


def _table(table: Table) -> dict[str, Any]:
    keys = [column.key for column in table.columns]
    return {
        "table": table.key,
        "title": table.title,
        "note": table.note,
        "columns": [asdict(column) for column in table.columns],
        "rows": [dict(zip(keys, map(_cell, row), strict=True)) for row in table.rows],
    }


def _cell(cell: Cell) -> Any:
    if isinstance(cell, Estimate):
        return asdict(cell) | {"caution": cell.caution}
    return cell.text if isinstance(cell, Link) else cell
