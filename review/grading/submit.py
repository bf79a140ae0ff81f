"""Grading: one reviewer's submitted judgement of one item, append-only."""

import uuid
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from pipeline import store
from pipeline.models import Event
from review.grading.answer_key import blind_coherence
from review.grading.places import (
    MAX_ACTIVE_SECONDS,
    StaleLease,
    fill_place,
    lock_study,
    plausible_seconds,
    seconds_since_dealt,
    session_position,
)
from review.grading.submission import (
    GradeSubmission,
    PathSubmission,
    StepSubmission,
    check_submission,
    paths_to_grade,
)
from review.models import Draft, Grade, Item, PathGrade, Reviewer, Slot, StepLabel

__all__ = [
    "MAX_ACTIVE_SECONDS",
    "GradeSubmission",
    "PathSubmission",
    "StaleLease",
    "StepSubmission",
    "graded_paths",
    "submit_grade",
]


def graded_paths(item: Item) -> tuple[int, ...]:
    """Positions of the paths a reviewer grades: those the CoT cites, at most five."""
    return paths_to_grade(store.trace_record(item.trace))


def submit_grade(
    slot: Slot, *, reviewer: Reviewer, fence: int, key: uuid.UUID, entry: GradeSubmission
) -> Grade:
    """Fill the slot, or a free one of the same item, with the reviewer's grade.

    Submitting twice with one key gives one grade. Raises StaleLease when every place has passed
    to someone else, the reviewer has graded the item, or the study is closed; Refusal
    when a cited path is missing.
    """
    check_submission(store.trace_record(slot.item.trace), entry)
    with transaction.atomic():
        lock_study(slot.item)
        filled = fill_place(slot, reviewer=reviewer, fence=fence)
        if filled is None:
            # The second of two clicks comes here once the first has saved its grade.
            return _saved_before(slot, reviewer, key)
        if Grade.objects.filter(idempotency_key=key).exists():
            raise StaleLease("This page was sent for another item: reload it, nothing is lost.")
        grade = _grade_row(filled, reviewer, key, entry)
        write_parts(grade, entry)
        Draft.objects.filter(item=slot.item, reviewer=reviewer).delete()
        record_grade(grade, "grade.submitted", actor=reviewer.user)
    return grade


def write_parts(grade: Grade, entry: GradeSubmission) -> None:
    """Add what the grade says of each step and path."""
    StepLabel.objects.bulk_create(
        StepLabel(grade=grade, step=step, label=row.label, correction=row.correction)
        for step, row in sorted(entry.steps.items())
    )
    PathGrade.objects.bulk_create(
        PathGrade(
            grade=grade,
            path=path,
            precision=row.precision,
            coherence=row.coherence,
            invalid_edges=sorted(row.invalid_edges),
        )
        for path, row in sorted(entry.paths.items())
    )


def judgement(entry: GradeSubmission) -> dict[str, Any]:
    """The columns of a grade that hold what was entered."""
    return {
        "cot_precision": entry.cot_precision,
        "cot_coherence": entry.cot_coherence,
        "decision": entry.decision,
        "comment": entry.comment,
        "safety_flag": entry.safety_flag,
        "answer_key_disputed": entry.answer_key_disputed,
        "cannot_judge": entry.cannot_judge,
        "first_incorrect_step": entry.first_incorrect_step,
        "active_seconds": plausible_seconds(entry.active_seconds),
    }


def _saved_before(slot: Slot, reviewer: Reviewer, key: uuid.UUID) -> Grade:
    """The grade this key has saved already. Raises StaleLease with the reason otherwise."""
    grades = Grade.objects.filter(slot=slot, reviewer=reviewer)
    if (grade := grades.filter(idempotency_key=key).first()) is not None:
        return grade
    if grades.exists():
        raise StaleLease("You have submitted a grade for this item before: this one was not saved.")
    raise StaleLease(
        "Your time on this item ran out and it was dealt anew: this grade was not saved."
    )


def _grade_row(slot: Slot, reviewer: Reviewer, key: uuid.UUID, entry: GradeSubmission) -> Grade:
    study = slot.item.study
    before = Grade.objects.filter(reviewer=reviewer, item__study=study, revision=1).count()
    return Grade.objects.create(
        slot=slot,
        item=slot.item,
        reviewer=reviewer,
        rubric_version=study.rubric_version,
        wall_seconds=seconds_since_dealt(slot),
        study_position=before + 1,
        session_position=session_position(reviewer),
        blind_coherence=blind_coherence(
            slot.item, reviewer=reviewer, submitted=entry.cot_coherence
        ),
        idempotency_key=key,
        **judgement(entry),
    )


def record_grade(grade: Grade, action: str, *, actor: User) -> None:
    """Append the grade to its study's audit chain."""
    Event.objects.record(
        action,
        grade,
        by=actor,
        chain=grade.item.study.event_chain,
        item=grade.item.code,
        revision=grade.revision,
        cot_precision=grade.cot_precision,
        cot_coherence=grade.cot_coherence,
        blind_coherence=grade.blind_coherence,
        decision=grade.decision,
        safety_flag=grade.safety_flag,
        answer_key_disputed=grade.answer_key_disputed,
        cannot_judge=grade.cannot_judge,
        first_incorrect_step=grade.first_incorrect_step,
        after_reveal=grade.after_reveal,
        reason=grade.amend_reason,
    )
