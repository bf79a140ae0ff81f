"""Grades as plain records without rows."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.db.models import Q

from pipeline.statistics.consensus import Rating
from review.models import Grade, PathGrade, StepLabel
from review.models.grades import may_warn


@dataclass(frozen=True, slots=True)
class PathGradeRecord:
    """A grade of one cited path, by its position in the trace (from 0); scales 1-5."""

    path: int
    precision: int
    coherence: int
    invalid_edges: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class GradeRecord:
    """One rater's grade of one item. `rating` is None when the rater could not judge.

    `steps` are (number, label); `at` is seconds since 1970; `study_position` and
    `session_position` count the rater's items from 1, in the study and since their last long
    pause. `unprompted`: nobody had sent an earlier one back.
    """

    pk: int
    rater: str
    rubric_version: str
    specialty: str
    seniority: str
    rating: Rating | None
    cannot_judge: str
    safety_flag: str
    answer_key_disputed: bool
    steps: tuple[tuple[int, str], ...]
    paths: tuple[PathGradeRecord, ...]
    revision: int
    active_seconds: int | None
    wall_seconds: int | None
    study_position: int | None
    session_position: int | None
    at: float
    unprompted: bool


@dataclass(slots=True)
class ItemGrades:
    """All grades of an item: current ones, independent ones, and those that warn.

    A warning in a repeat of the item counts as one of the item: a repeat is graded to measure
    raters, but a harm found there is real.
    """

    current: tuple[GradeRecord, ...] = ()
    independent: tuple[GradeRecord, ...] = ()
    warnings: tuple[Grade, ...] = ()


def grades_by_item(items: Sequence[int]) -> dict[int, ItemGrades]:
    """The grades of each item, in a few queries whatever their number."""
    rows = list(
        Grade.objects.filter(may_warn(), item__in=items).select_related("reviewer").order_by("pk")
    )
    own = list(
        Grade.objects.filter(item__in=items).unprompted().select_related("reviewer").order_by("pk")
    )
    records = _records({row.pk: row for row in (*rows, *own)}, {row.pk for row in own})
    grades: dict[int, ItemGrades] = defaultdict(ItemGrades)
    for row in rows:
        if row.is_current:
            grades[row.item_id].current += (records[row.pk],)
        if row.safety_flag or row.answer_key_disputed:
            grades[row.item_id].warnings += (row,)
    for row in own:
        grades[row.item_id].independent += (_blind(records[row.pk], row),)
    for row in warnings_in_repeats(items):
        grades[row.item.repeat_of_id or 0].warnings += (row,)
    return grades


def warnings_in_repeats(items: Sequence[int]) -> list[Grade]:
    """Safety flags and doubts of the key raised when the items were graded again."""
    raised = ~Q(safety_flag="") | Q(answer_key_disputed=True)
    rows = Grade.objects.filter(may_warn(), raised, item__repeat_of__in=items)
    return list(rows.select_related("reviewer", "item").order_by("pk"))


def _blind(record: GradeRecord, row: Grade) -> GradeRecord:
    """The grade as it was before a hidden answer key was shown: agreement rests on that."""
    if record.rating is None or row.blind_coherence is None:
        return record
    return replace(record, rating=replace(record.rating, coherence=row.blind_coherence))


def _records(rows: dict[int, Grade], unprompted: set[int]) -> dict[int, GradeRecord]:
    paths, steps = _paths(rows), _steps(rows)
    return {
        pk: GradeRecord(
            pk=pk,
            rater=row.reviewer.pseudonym,
            rubric_version=row.rubric_version,
            specialty=row.reviewer.specialty,
            seniority=row.reviewer.seniority,
            rating=None if row.cannot_judge else _rating(row, paths[pk]),
            cannot_judge=row.cannot_judge,
            safety_flag=row.safety_flag,
            answer_key_disputed=row.answer_key_disputed,
            steps=tuple(steps[pk]),
            paths=tuple(paths[pk]),
            revision=row.revision,
            active_seconds=row.active_seconds,
            wall_seconds=row.wall_seconds,
            study_position=row.study_position,
            session_position=row.session_position,
            at=row.submitted_at.timestamp(),
            unprompted=pk in unprompted,
        )
        for pk, row in rows.items()
    }


def _rating(grade: Grade, paths: Sequence[PathGradeRecord]) -> Rating:
    return Rating(
        precision=grade.cot_precision or 0,
        coherence=grade.cot_coherence or 0,
        decision=grade.decision,
        first_incorrect_step=grade.first_incorrect_step,
        safety_flag=grade.safety_flag,
        path_precision=tuple(path.precision for path in paths),
        path_coherence=tuple(path.coherence for path in paths),
    )


def _paths(grades: Iterable[int]) -> dict[int, list[PathGradeRecord]]:
    paths: dict[int, list[PathGradeRecord]] = defaultdict(list)
    rows = PathGrade.objects.filter(grade__in=list(grades)).order_by("grade", "path")
    columns = ("grade", "path", "precision", "coherence", "invalid_edges")
    for grade, path, precision, coherence, invalid in rows.values_list(*columns):
        paths[grade].append(PathGradeRecord(path, precision, coherence, tuple(invalid)))
    return paths


def _steps(grades: Iterable[int]) -> dict[int, list[tuple[int, str]]]:
    steps: dict[int, list[tuple[int, str]]] = defaultdict(list)
    rows = StepLabel.objects.filter(grade__in=list(grades)).order_by("grade", "step")
    for grade, step, label in rows.values_list("grade", "step", "label"):
        steps[grade].append((step, label))
    return steps


def rating_without_paths(grade: Grade) -> Rating | None:
    """One grade as a rating without its paths; None where the reviewer could not judge."""
    return None if grade.cannot_judge else _rating(grade, ())
