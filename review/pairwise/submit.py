"""Submitting and amending a judgement of a pair, append-only."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from pipeline.core.errors import Refusal
from pipeline.db.revisions import supersede
from pipeline.models import Event
from review.grading.amend import CannotAmend, lock_open_study
from review.grading.places import (
    StaleLease,
    fill_place,
    lock_study,
    plausible_seconds,
    seconds_since_dealt,
    session_position,
)
from review.models import Draft, PairJudgement, Reviewer, Slot
from review.models.pairs import CRITERIA
from review.pairwise.positions import positions_of


@dataclass(frozen=True)
class PairEntry:
    """What a reviewer entered, as they saw it: "a", "tie" or "b" by each criterion, flags by side.

    With a reason in `cannot_judge` nothing is preferred.
    """

    more_precise: str = ""
    more_coherent: str = ""
    better: str = ""
    flag_a: str = ""
    flag_b: str = ""
    cannot_judge: str = ""
    comment: str = ""
    active_seconds: int | None = None


def submit_pair(
    slot: Slot, *, reviewer: Reviewer, fence: int, key: uuid.UUID, entry: PairEntry
) -> PairJudgement:
    """Fill the slot, or a free one of the same pair, with the reviewer's judgement.

    Submitting twice with one key gives one judgement. Raises StaleLease like a grade, Refusal
    where a criterion is missing.
    """
    check_entry(entry)
    with transaction.atomic():
        lock_study(slot.item)
        filled = fill_place(slot, reviewer=reviewer, fence=fence)
        if filled is None:
            return _saved_before(slot, reviewer, key)
        if PairJudgement.objects.filter(idempotency_key=key).exists():
            raise StaleLease("This page was sent for another pair: reload it, nothing is lost.")
        judgement = PairJudgement.objects.create(
            **_columns(filled, reviewer, key, entry),
            wall_seconds=seconds_since_dealt(filled),
            study_position=_given(filled, reviewer) + 1,
            session_position=session_position(reviewer),
        )
        _settle(judgement, "pair.judged")
    return judgement


def amend_pair(
    slot: Slot, *, reviewer: Reviewer, key: uuid.UUID, reason: str, entry: PairEntry
) -> PairJudgement:
    """Add a revision, with the reason, to the judgement the reviewer gave in this slot.

    Submitting twice with one key gives one revision. Raises CannotAmend unless the study is
    open and the reason given; Refusal like a first judgement.
    """
    check_entry(entry)
    if not reason.strip():
        raise CannotAmend("Say why you are changing the judgement.")
    with transaction.atomic():
        lock_open_study(slot.item)
        revisions = PairJudgement.objects.filter(slot=slot, reviewer=reviewer)
        if (saved := revisions.filter(idempotency_key=key).first()) is not None:
            return saved
        if PairJudgement.objects.filter(idempotency_key=key).exists():
            raise CannotAmend("This page was sent for another pair: reload it.")
        first = revisions.filter(revision=1).first()
        if first is None:
            raise CannotAmend("There is no judgement of yours to change.")
        judgement = supersede(
            revisions,
            **_columns(slot, reviewer, key, entry),
            amend_reason=reason.strip(),
            wall_seconds=first.wall_seconds,
            study_position=first.study_position,
            session_position=first.session_position,
        )
        _settle(judgement, "pair.amended")
    return judgement


def check_entry(entry: PairEntry) -> None:
    """Raise Refusal unless the entry judges by every criterion, or says why it cannot."""
    judged = [getattr(entry, criterion) for criterion in CRITERIA]
    if entry.cannot_judge and any(judged):
        raise Refusal("If you cannot judge this pair, leave all choices empty.")
    if not entry.cannot_judge and not all(judged):
        raise Refusal("Say which is more precise, which more coherent, and which better; or a tie.")


def _columns(slot: Slot, reviewer: Reviewer, key: uuid.UUID, entry: PairEntry) -> dict[str, Any]:
    """What was entered, by trace instead of by position."""
    positions = positions_of(slot.item, reviewer=reviewer)
    flags = {positions.left.value: entry.flag_a, positions.right.value: entry.flag_b}
    return {
        "slot": slot,
        "item": slot.item,
        "reviewer": reviewer,
        "rubric_version": slot.item.study.rubric_version,
        "shown_left": positions.left,
        **{criterion: positions.stored(getattr(entry, criterion)) for criterion in CRITERIA},
        **{f"flag_{side}": flag for side, flag in flags.items()},
        "cannot_judge": entry.cannot_judge,
        "comment": entry.comment,
        "active_seconds": plausible_seconds(entry.active_seconds),
        "idempotency_key": key,
    }


def _given(slot: Slot, reviewer: Reviewer) -> int:
    """How many pairs of the study the reviewer has judged."""
    rows = PairJudgement.objects.filter(reviewer=reviewer, item__study=slot.item.study_id)
    return rows.filter(revision=1).count()


def _saved_before(slot: Slot, reviewer: Reviewer, key: uuid.UUID) -> PairJudgement:
    """The judgement this key has saved already. Raises StaleLease with the reason otherwise."""
    own = PairJudgement.objects.filter(slot=slot, reviewer=reviewer)
    if (judgement := own.filter(idempotency_key=key).first()) is not None:
        return judgement
    if own.exists():
        raise StaleLease("You have judged this pair before: this judgement was not saved.")
    raise StaleLease(
        "Your time on this pair ran out and it was dealt anew: this judgement was not saved."
    )


def _settle(judgement: PairJudgement, action: str) -> None:
    """End the draft and append the judgement to its study's audit chain."""
    item, reviewer = judgement.item, judgement.reviewer
    Draft.objects.filter(item=item, reviewer=reviewer).delete()
    said = ("shown_left", *CRITERIA, "flag_first", "flag_second", "cannot_judge")
    Event.objects.record(
        action,
        judgement,
        by=reviewer.user,
        chain=item.study.event_chain,
        item=item.code,
        revision=judgement.revision,
        reason=judgement.amend_reason,
        **{name: str(getattr(judgement, name)) for name in said},
    )
