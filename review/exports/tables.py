"""The tables of a bundle: what a row says, how it comes of a line, in which formats it is written.

A bundle of this version is made so and no other way: what changes bytes makes a new version.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pipeline.core.release_format import Schema, TraceLine
from review.exports import rows, training

BUNDLE_VERSION = 1

RowsOf = Callable[[TraceLine], Iterable[Schema]]


@dataclass(frozen=True, slots=True)
class ExportTable:
    """One table, as Parquet first. `rows_of_judged`: also of lines judged and not taken.

    `datasets` wants one format for all configurations of a folder; the second is for people and
    for TRL. Tables for training are refused to releases of demonstration batches.
    """

    name: str
    title: str
    row: type[Schema]
    rows_of: RowsOf
    formats: tuple[str, ...]
    rows_of_judged: bool = False
    for_training: bool = False

    @property
    def file_names(self) -> tuple[str, ...]:
        return tuple(f"data/{self.name}.{form}" for form in self.formats)


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
    training.correction_pairs,
    ("parquet", "jsonl"),
    rows_of_judged=True,
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
        rows_of_judged=True,
        for_training=True,
    ),
)
