"""Fills slots the way a reviewer does, for tests that need grades to exist."""

import uuid
from typing import Any

from pipeline import store
from review.grading.submission import step_numbers
from review.grading.submit import GradeSubmission, PathSubmission, graded_paths, submit_grade
from review.models import Grade, Reviewer, Slot, Study
from review.queue.claim import next_slot


def entry(slot: Slot, **changes: Any) -> GradeSubmission:
    """A complete, favourable entry for the slot's item."""
    fields: dict[str, Any] = {
        "cot_precision": 4,
        "cot_coherence": 5,
        "decision": "accept",
        "paths": {path: PathSubmission(5, 4) for path in graded_paths(slot.item)},
    }
    return GradeSubmission(**(fields | changes))


def submit(slot: Slot, reviewer: Reviewer, **changes: Any) -> Grade:
    """Submit an entry for the slot under a fresh key."""
    return submit_grade(
        slot, reviewer=reviewer, fence=slot.fence, key=uuid.uuid4(), entry=entry(slot, **changes)
    )


def grade_all(study: Study, reviewer: Reviewer, **changes: Any) -> list[Grade]:
    """Grade everything the queue deals the reviewer."""
    grades = []
    while (slot := next_slot(study, reviewer=reviewer)) is not None:
        grades.append(submit(slot, reviewer, **changes))
    return grades


def sent(slot: Slot, **changes: Any) -> dict[str, Any]:
    """The grade form as a browser sends it, complete; a change to None leaves the field out."""
    fields = {
        "fence": slot.fence,
        "key": str(uuid.uuid4()),
        "cot_precision": 4,
        "cot_coherence": 5,
        "decision": "accept",
        "comment": "",
    }
    for step in step_numbers(store.trace_record(slot.item.trace)):
        fields[f"step_{step}"] = "correct"
    for path in graded_paths(slot.item):
        fields |= {f"path_{path}_precision": 5, f"path_{path}_coherence": 4}
    return {name: value for name, value in (fields | changes).items() if value is not None}
