"""The tables of a bundle: what a row says, how it comes of a line, in which formats it is written.

A bundle of a version is made so and no other way: what changes bytes makes a new version, and
bundles of earlier ones can still be rebuilt.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from pipeline.core.release_format import FORMAT_2_LACKS, FORMAT_3_LACKS, Schema, TraceLine
from review.exports import rows, training
from review.exports.columns import ColumnType, column_types

BUNDLE_VERSION = 3

RowsOf = Callable[[TraceLine], Iterable[Schema]]


@dataclass(frozen=True, slots=True)
class ExportTable:
    """One table, as Parquet first. `rows_of_judged`: of lines judged and not taken, if any.

    `datasets` wants one format for all configurations of a folder; the second is for people and
    for TRL. Tables for training are refused to releases of demonstration batches. `lacks` names
    the columns that an earlier version did not have, as pydantic's `exclude`.
    """

    name: str
    title: str
    row: type[Schema]
    rows_of: RowsOf
    formats: tuple[str, ...]
    rows_of_judged: RowsOf | None = None
    for_training: bool = False
    lacks: Mapping[str, Any] = field(default_factory=dict)

    @property
    def file_names(self) -> tuple[str, ...]:
        return tuple(f"data/{self.name}.{form}" for form in self.formats)

    @property
    def columns(self) -> dict[str, ColumnType]:
        """The columns by name, in order."""
        return column_types(self.row, self.lacks)

    def plain(self, row: Schema) -> dict[str, Any]:
        """A row as plain values by column."""
        return row.model_dump(mode="json", exclude=dict(self.lacks))


def _preference_rows(line: TraceLine) -> Iterator[Schema]:
    yield from training.correction_pairs(line)
    yield from training.contrast_pairs(line)


RATED = ExportTable(
    "rated",
    "Rated traces with paths, verdict, grades and consensus",
    TraceLine,
    lambda line: (line,),
    ("parquet", "jsonl"),
)
PREFERENCE = ExportTable(
    "preference",
    "Preference pairs: a better and a worse chain of thought to one prompt",
    training.PreferenceRow,
    _preference_rows,
    ("parquet", "jsonl"),
    rows_of_judged=training.correction_pairs,
    for_training=True,
)
TABLES = (
    RATED,
    ExportTable(
        "grades", "Grades, one row each", rows.GradeRow, rows.grade_rows, ("parquet", "csv")
    ),
    ExportTable(
        "steps",
        "Step labels, one row a grade and step",
        rows.StepRow,
        rows.step_rows,
        ("parquet", "csv"),
    ),
    ExportTable(
        "path_grades",
        "Path grades, one row a grade and cited path",
        rows.PathGradeRow,
        rows.path_grade_rows,
        ("parquet", "csv"),
    ),
    ExportTable(
        "paths",
        "Paths as node indices and relations",
        rows.PathRow,
        rows.path_rows,
        ("parquet", "jsonl"),
    ),
    ExportTable(
        "medreason",
        "The columns of the published MedReason data set",
        rows.PublishedRow,
        rows.published_rows,
        ("parquet", "jsonl"),
    ),
    ExportTable(
        "sft",
        "Conversations for supervised fine-tuning",
        training.SftRow,
        training.sft_rows,
        ("parquet", "jsonl"),
        for_training=True,
    ),
    PREFERENCE,
    ExportTable(
        "stepwise",
        "Steps with labels for stepwise supervision",
        training.StepwiseRow,
        training.stepwise_rows,
        ("parquet", "jsonl"),
        rows_of_judged=training.stepwise_rows,
        for_training=True,
    ),
)

# Bundles of version 1 hold lines of format 2, those of version 2 lines of format 3.
_VERSION_1_LACKS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "rated": FORMAT_2_LACKS,
        "sft": {"reaches_answer": True},
        "preference": {"basis": True, "chosen_answer": True, "rejected_answer": True},
    }
)
_VERSION_2_LACKS: Mapping[str, Mapping[str, Any]] = MappingProxyType({"rated": FORMAT_3_LACKS})
TABLES_OF_VERSION: Mapping[int, tuple[ExportTable, ...]] = MappingProxyType(
    {
        1: tuple(replace(table, lacks=_VERSION_1_LACKS.get(table.name, {})) for table in TABLES),
        2: tuple(replace(table, lacks=_VERSION_2_LACKS.get(table.name, {})) for table in TABLES),
        BUNDLE_VERSION: TABLES,
    }
)
