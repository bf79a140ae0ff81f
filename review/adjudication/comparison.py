"""The grades of one item side by side under letters, with what differs first.

A letter is random and stable: it reveals neither who graded nor in which order, and a later
grade changes nobody else's letter.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from string import ascii_uppercase

from django.db.models import Q

from pipeline.statistics.consensus import Reason, reasons
from review.evidence.grade_records import rating_without_paths
from review.models import Grade, Item, SendBack

WORDS: dict[Reason, str] = {
    "safety": "a safety flag",
    "decision": "decisions across the accept line",
    "precision": "precision 2 or more apart",
    "coherence": "coherence 2 or more apart",
    "steps": "an incorrect step, and none",
}


@dataclass(frozen=True)
class GradeColumn:
    """One grade under its letter; a `note` marks one that only warns and is no rating."""

    letter: str
    grade: Grade
    note: str = ""

    @property
    def may_be_sent_back(self) -> bool:
        """Whether its grader can be asked to look again."""
        return not self.note


@dataclass(frozen=True)
class ComparisonRow:
    """One row of the comparison, a value a column; `step` is set for a step's labels."""

    title: str
    values: tuple[str, ...]
    reason: bool = False
    step: int | None = None

    @property
    def differs(self) -> bool:
        return len(set(self.values)) > 1


@dataclass(frozen=True)
class Remark:
    """Free text under one letter: comments, corrections, reasons, what was asked and answered."""

    letter: str
    about: str
    text: str


@dataclass(frozen=True)
class GradeComparison:
    """The grades of one item as an adjudicator reads them."""

    columns: tuple[GradeColumn, ...]
    rows: tuple[ComparisonRow, ...]
    remarks: tuple[Remark, ...]
    reasons: tuple[str, ...]

    @property
    def has_steps(self) -> bool:
        """Whether anybody labelled the steps."""
        return any(row.step for row in self.rows)


def compare(item: Item, grades: Sequence[Grade]) -> GradeComparison:
    """Lay the grades side by side by letter: what brought the item here, what differs, the rest."""
    letters = letters_of(item)
    columns = sorted(
        (_column(item, grade, letters) for grade in grades), key=lambda column: column.letter
    )
    why = reasons_of(item, grades)
    rows = list(_rows(columns, why))
    return GradeComparison(
        columns=tuple(columns),
        rows=tuple(sorted(rows, key=lambda row: (not row.reason, not row.differs))),
        remarks=(*_remarks(columns), *_sendback_remarks(item, letters)),
        reasons=tuple(WORDS[reason] for reason in why),
    )


def reasons_of(item: Item, grades: Sequence[Grade]) -> tuple[Reason, ...]:
    """Why these grades need adjudication; a flag counts whoever raised it, and whenever."""
    rated = item.kind == Item.Kind.SAMPLED
    ratings = [
        rating_without_paths(grade) for grade in grades if rated and not _only_warns(item, grade)
    ]
    why = reasons([rating for rating in ratings if rating is not None])
    if "safety" not in why and any(grade.safety_flag for grade in grades):
        return ("safety", *why)
    return why


def letters_of(item: Item) -> dict[int, str]:
    """A letter for each reviewer who graded the item, by reviewer number."""
    letters: dict[int, str] = {}
    first = Grade.objects.filter(Q(item=item) | Q(item__repeat_of=item), revision=1)
    for reviewer in dict.fromkeys(first.order_by("pk").values_list("reviewer", flat=True)):
        text = f"letter:{item.study.seed}:{item.pk}:{reviewer}"
        start = hashlib.blake2b(text.encode(), digest_size=8).digest()
        taken = set(letters.values())
        free = (name for name in _names(int.from_bytes(start) % 26) if name not in taken)
        letters[reviewer] = next(free)
    return letters


def _names(start: int) -> Iterator[str]:
    letters = ascii_uppercase[start:] + ascii_uppercase[:start]
    for round_ in range(1, 100):
        yield from (letter * round_ for letter in letters)


def _column(item: Item, grade: Grade, letters: dict[int, str]) -> GradeColumn:
    return GradeColumn(letters[grade.reviewer_id], grade, _only_warns(item, grade))


def _only_warns(item: Item, grade: Grade) -> str:
    """Why the grade is no rating of the item; empty where it is."""
    if grade.item_id != item.pk:
        return "on grading it again"
    return "" if grade.is_current else "after the reveal"


def _rows(columns: Sequence[GradeColumn], why: Sequence[Reason]) -> Iterator[ComparisonRow]:
    def row(
        title: str, of: Callable[[Grade], object], reason: bool = False, step: int = 0
    ) -> ComparisonRow:
        values = tuple(str(of(column.grade) or "") for column in columns)
        return ComparisonRow(title, values, reason, step or None)

    yield row("Safety flag", lambda grade: grade.get_safety_flag_display(), "safety" in why)
    yield row("Decision", lambda grade: grade.decision, "decision" in why)
    yield row("Precision", lambda grade: grade.cot_precision, "precision" in why)
    yield row("Coherence", lambda grade: grade.cot_coherence, "coherence" in why)
    yield row("Answer key", lambda grade: "disputed" if grade.answer_key_disputed else "")
    yield row("Cannot judge", lambda grade: grade.cannot_judge and grade.get_cannot_judge_display())
    for step in _numbers(columns, lambda grade: [label.step for label in grade.step_labels.all()]):
        yield row(f"Step {step}", partial(_label, step), "steps" in why, step)
    for path in _numbers(columns, lambda grade: [row.path for row in grade.path_grades.all()]):
        yield row(f"Path {path + 1}", partial(_path, path))


def _numbers(columns: Sequence[GradeColumn], of: Callable[[Grade], list[int]]) -> list[int]:
    return sorted({number for column in columns for number in of(column.grade)})


def _label(step: int, grade: Grade) -> str:
    labels = (label for label in grade.step_labels.all() if label.step == step)
    return next((label.get_label_display().lower() for label in labels), "")


def _path(path: int, grade: Grade) -> str:
    for row in grade.path_grades.all():
        if row.path == path:
            invalid = f", {len(row.invalid_edges)} invalid" if row.invalid_edges else ""
            return f"{row.precision} / {row.coherence}{invalid}"
    return ""


def _remarks(columns: Sequence[GradeColumn]) -> Iterator[Remark]:
    for column in columns:
        for label in column.grade.step_labels.all():
            if label.correction:
                yield Remark(column.letter, f"step {label.step} should read", label.correction)
        if column.grade.comment:
            yield Remark(column.letter, "comment", column.grade.comment)
        if column.grade.amend_reason:
            yield Remark(column.letter, "why they changed their grade", column.grade.amend_reason)


def _sendback_remarks(item: Item, letters: dict[int, str]) -> Iterator[Remark]:
    for request in SendBack.objects.filter(grade__item=item).select_related("grade"):
        letter = letters[request.grade.reviewer_id]
        yield Remark(letter, "sent back to them", request.comment)
        if request.reply:
            yield Remark(letter, "their answer, the grade stands", request.reply)
