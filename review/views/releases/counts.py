"""The counts of a release as tables of a page: what went in, what stayed out, how good it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.core.duplicates.splits import SPLITS
from review.exports.card.quality import figure_cells
from review.releases.manifest import TITLES

NOT_STATED = "not stated"
PLAIN = (
    ("rows_by_batch", "Rows by batch", "Batch"),
    ("rows_by_licence", "Rows by licence", "Licence"),
    ("rows_by_split", "Rows by split", "Split"),
)
COMPARED = (
    ("source", "Taken and left out, by source", "Source"),
    ("question_type", "Taken and left out, by type of question", "Type"),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One value: rows taken, and traces left out with their most frequent reason."""

    value: str
    rows: int
    left_out: int = 0
    reason: str = ""

    @property
    def share(self) -> float:
        """Taken of all that were looked at, in per cent."""
        return 100 * self.rows / (self.rows + self.left_out)


@dataclass(frozen=True, slots=True)
class CountTable:
    """A table of rows by value; `compared`: with what was left out beside it."""

    title: str
    column: str
    rows: tuple[Row, ...]
    compared: bool = False


def count_context(facts: Mapping[str, Any]) -> dict[str, Any]:
    """What the pages of a release show of its facts, a preview's or a manifest's.

    A manifest of an earlier version has fewer of them.
    """
    left_out = facts.get("left_out", {}).items()
    quality = facts.get("quality")
    return {
        "considered": facts.get("considered", facts.get("items")),
        "tables": [table for table in _tables(facts) if table.rows],
        "left_out": sorted(left_out, key=lambda pair: (-pair[1], pair[0])),
        "quality": quality,
        "quality_figures": [figure_cells(quality[name]) for name in TITLES] if quality else [],
        "twins": facts.get("twins"),
        "splits": facts.get("splits"),
        "rows_by_split": _ordered(facts.get("rows_by_split", {})),
        "contamination": facts.get("contamination"),
    }


def _tables(facts: Mapping[str, Any]) -> list[CountTable]:
    compared = [
        CountTable(title, column, _compared(facts, name), compared=True)
        for name, title, column in COMPARED
    ]
    plain = [
        CountTable(title, column, tuple(Row(value, rows) for value, rows in _ordered(facts[name])))
        for name, title, column in PLAIN
        if facts.get(name)
    ]
    return [one for one in compared if len(one.rows) > 1 or one.column == "Source"] + plain


def _ordered(rows: Mapping[str, int]) -> list[tuple[str, int]]:
    """By name, splits in their own order: a database keeps none."""
    places = {split: place for place, split in enumerate(SPLITS)}
    return sorted(rows.items(), key=lambda pair: (places.get(pair[0], len(places)), pair[0]))


def _compared(facts: Mapping[str, Any], name: str) -> tuple[Row, ...]:
    rows, left_out = facts.get(f"rows_by_{name}", {}), facts.get(f"left_out_by_{name}", {})
    found = []
    for value in sorted(rows.keys() | left_out.keys()):
        reasons = left_out.get(value, {})
        most = max(reasons, key=lambda reason: (reasons[reason], reason), default="")
        total = sum(reasons.values())
        found.append(Row(value or NOT_STATED, rows.get(value, 0), total, most))
    return tuple(found)
