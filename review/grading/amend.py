"""Amending a submitted grade; every revision is kept.

Before a reveal the newest revision is the current grade. After it the blind grade stays the
current one, since statistics rest on blind grades, and revisions stand beside it.
"""

import uuid

from django.db import transaction

from pipeline import store
from pipeline.core.errors import Refusal
from pipeline.db.revisions import supersede
from review.grading.submission import GradeSubmission, check_submission
from review.grading.submit import judgement, record_grade, write_parts
from review.models import Draft, Grade, Item, Reveal, Reviewer, Slot, Study


class CannotAmend(Refusal):
    """The grade may not be changed now; the message says why."""

    why = "study"


def latest_grade(item: Item, *, reviewer: Reviewer) -> Grade | None:
    """The reviewer's newest revision, also one made after the reveal."""
    return Grade.objects.filter(item=item, reviewer=reviewer).order_by("-revision").first()


def amend_grade(
    slot: Slot, *, reviewer: Reviewer, key: uuid.UUID, reason: str, entry: GradeSubmission
) -> Grade:
    """Add a revision, with the reason, to the grade the reviewer gave in this slot.

    Submitting twice with one key gives one revision. Raises CannotAmend unless the study is
    open and the reason given; Refusal like a first grade.
    """
    check_submission(store.trace_record(slot.item.trace), entry)
    if not reason.strip():
        raise CannotAmend("Say why you are changing the grade.")
    with transaction.atomic():
        lock_open_study(slot.item)
        saved = Grade.objects.filter(idempotency_key=key, item=slot.item, reviewer=reviewer)
        if (grade := saved.first()) is not None:
            return grade
        if Grade.objects.filter(idempotency_key=key).exists():
            raise CannotAmend("This page was sent for another item: reload it.")
        grade = _revision(slot, reviewer, key, reason.strip(), entry)
        write_parts(grade, entry)
        Draft.objects.filter(item=slot.item, reviewer=reviewer).delete()
        record_grade(grade, "grade.amended", actor=reviewer.user)
    return grade


def lock_open_study(item: Item) -> None:
    """The study's row orders revisions and keeps it from closing meanwhile."""
    check_open(Study.objects.select_for_update().get(pk=item.study_id))


def check_open(study: Study) -> None:
    """Raises CannotAmend while the study takes no changes."""
    if study.state != Study.State.OPEN:
        raise CannotAmend(f"The study is {study.state}: grades cannot be changed.")


def _revision(
    slot: Slot, reviewer: Reviewer, key: uuid.UUID, reason: str, entry: GradeSubmission
) -> Grade:
    item = slot.item
    revisions = Grade.objects.filter(slot=slot, reviewer=reviewer)
    first = revisions.filter(revision=1).first()
    if first is None:
        raise CannotAmend("There is no grade of yours to change.")
    revealed = Reveal.objects.filter(item=item, reviewer=reviewer).exists()
    return supersede(
        revisions,
        is_current=not revealed,
        slot=slot,
        item=item,
        reviewer=reviewer,
        after_reveal=revealed,
        amend_reason=reason,
        rubric_version=item.study.rubric_version,
        wall_seconds=first.wall_seconds,
        study_position=first.study_position,
        session_position=first.session_position,
        blind_coherence=first.blind_coherence,
        idempotency_key=key,
        **judgement(entry),
    )
