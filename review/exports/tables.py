"""The tables of a bundle: what a row says, how it comes of a line, in which formats it is written.

A bundle of a version is made so and no other way: what changes bytes makes a new version, and
bundles of earlier ones can still be rebuilt (review.exports.earlier_tables).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline.core.release_format import Schema, TraceLine
from review.exports import rows
from review.exports.columns import ColumnType, column_types
from review.exports.training import preference, sft, stepwise

BUNDLE_VERSION = 3
SPLITS = ("train", "validation", "test")

RowsOf = Callable[[TraceLine], Iterable[Schema]]


@dataclass(frozen=True, slots=True)
class ExportTable:
    """One table, as Parquet first. `rows_of_judged`: of lines judged and not taken, if any.

    `datasets` wants one format for all configurations of a folder; the second is for people and
    for TRL. Tables for training are refused to releases of demonstration batches. `lines`: its
    JSON Lines are the frozen lines as they are. `split`: a file for each split, and none for one
    without rows. `lacks` names the columns that an earlier version did not have, as pydantic's
    `exclude`.
    """

    name: str
    title: str
    row: type[Schema]
    rows_of: RowsOf
    formats: tuple[str, ...]
    rows_of_judged: RowsOf | None = None
    for_training: bool = False
    lines: bool = False
    split: bool = True
    lacks: Mapping[str, Any] = field(default_factory=dict)

    def file_name(self, form: str, split: str) -> str:
        """The file that holds the rows of a split, or all rows where the table is not split."""
        part = f"/{split}" if self.split else ""
        return f"data/{self.name}{part}.{form}"

    @property
    def splits(self) -> tuple[str, ...]:
        return SPLITS if self.split else ("",)

    @property
    def file_names(self) -> tuple[str, ...]:
        """Every file that it may have, those of its first format first."""
        return tuple(self.file_name(form, split) for form in self.formats for split in self.splits)

    def split_of(self, row: Schema | TraceLine) -> str:
        """The part of the table that the row belongs to."""
        return str(getattr(row, "split", "") or "") if self.split else ""

    @property
    def columns(self) -> dict[str, ColumnType]:
        """The columns by name, in order."""
        return column_types(self.row, self.lacks)

    def plain(self, row: Schema) -> dict[str, Any]:
        """A row as plain values by column."""
        return row.model_dump(mode="json", exclude=dict(self.lacks))


def _preference_rows(line: TraceLine) -> Iterator[Schema]:
    yield from preference.correction_pairs(line)
    yield from preference.contrast_pairs(line)


TRACES = ExportTable(
    "traces",
    "Traces with paths, verdict, provenance, grades and consensus",
    TraceLine,
    lambda line: (line,),
    ("parquet", "jsonl"),
    lines=True,
)
GRADES = ExportTable(
    "grades", "Grades, one row each", rows.GradeRow, rows.grade_rows, ("parquet", "csv")
)
STEPS = ExportTable(
    "steps",
    "Step labels, one row a grade and step",
    rows.StepRow,
    rows.step_rows,
    ("parquet", "csv"),
)
PATH_GRADES = ExportTable(
    "path_grades",
    "Path grades, one row a grade and cited path",
    rows.PathGradeRow,
    rows.path_grade_rows,
    ("parquet", "csv"),
)
PATHS = ExportTable(
    "paths",
    "Paths as node indices and relations",
    rows.PathRow,
    rows.path_rows,
    ("parquet", "jsonl"),
)
MEDREASON = ExportTable(
    "medreason",
    "The columns of the published MedReason data set",
    rows.PublishedRow,
    rows.published_rows,
    ("parquet", "jsonl"),
    for_training=True,
)
SFT = ExportTable(
    "sft",
    "Prompts and completions for supervised fine-tuning",
    sft.SftRow,
    sft.sft_rows,
    ("parquet", "jsonl"),
    for_training=True,
)
CHAT = ExportTable(
    "chat",
    "The same as whole conversations",
    sft.ChatRow,
    sft.chat_rows,
    ("parquet", "jsonl"),
    for_training=True,
)
PREFERENCE = ExportTable(
    "preference",
    "Preference pairs: a better and a worse chain of thought to one prompt",
    preference.PreferenceRow,
    _preference_rows,
    ("parquet", "jsonl"),
    rows_of_judged=preference.correction_pairs,
    for_training=True,
)
STEPWISE = ExportTable(
    "stepwise",
    "Steps with labels for stepwise supervision",
    stepwise.StepwiseRow,
    stepwise.stepwise_rows,
    ("parquet", "jsonl"),
    rows_of_judged=stepwise.stepwise_rows,
    for_training=True,
)
PRM = ExportTable(
    "prm",
    "Steps answered with + or -, for a process reward model by supervised fine-tuning",
    stepwise.PrmRow,
    stepwise.prm_rows,
    ("parquet", "jsonl"),
    rows_of_judged=stepwise.prm_rows,
    for_training=True,
)
TABLES = (
    *(TRACES, GRADES, STEPS, PATH_GRADES, PATHS, MEDREASON),
    *(SFT, CHAT, PREFERENCE, STEPWISE, PRM),
)
