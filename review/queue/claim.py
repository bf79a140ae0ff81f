"""The queue: which item a reviewer gets next, current by a lease on one of its slots.

One active lease a reviewer, whatever the study; a reload gives the same item back. Opening an
item of another study puts the first aside: its slot is free for others, its draft waits. Every
write carries the slot's fence, which grows with each lease. Which items come in which order:
review.queue.candidates.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from review.models import Draft, Item, Reviewer, Slot, Study, StudyReviewer
from review.queue.candidates import candidates, open_slots

FREE_CHUNK_SIZE = 100
# A slot that was given back: no reviewer, no lease, no position.
OPEN_SLOT = {"state": Slot.State.OPEN, "reviewer": None, "lease_until": None, "position": None}


def next_slot(study: Study, *, reviewer: Reviewer) -> Slot | None:
    """Lease the reviewer's next item, or return the one they hold; None: nothing is left.

    Nothing is dealt unless the study is open, to a reviewer outside it, or beyond their cap.
    """
    # In transactions of its own: two claims that both held freed rows could wait for each other.
    free_expired_slots(study, except_for=reviewer)
    with transaction.atomic():
        membership = _locked_membership(study, reviewer)
        if membership is None:
            return None
        current = leased_slot(reviewer)
        if current is not None and current.item.study_id == study.pk and renew_lease(current):
            return current
        return None if _at_cap(membership) else _replace_lease(current, lambda: _claim(membership))


def leased_slot(reviewer: Reviewer) -> Slot | None:
    """The one slot the reviewer holds a lease on, in whichever study."""
    current = Slot.objects.filter(reviewer=reviewer, state=Slot.State.LEASED)
    return current.select_related("item__study").first()


def filled_slots(study: Study, reviewer: Reviewer) -> QuerySet[Slot]:
    """The slots of this study the reviewer has filled."""
    return Slot.objects.filter(item__study=study, reviewer=reviewer, state=Slot.State.FILLED)


def free_expired_slots(study: Study, *, except_for: Reviewer) -> int:
    """Open slots whose lease ran out, except the reviewer's own; drafts stay. Returns how many."""
    now = timezone.now()
    expired = Slot.objects.filter(state=Slot.State.LEASED, lease_until__lt=now)
    others = expired.filter(item__study=study).exclude(reviewer=except_for).order_by("pk")
    freed = 0
    for pk in others.values_list("pk", flat=True)[:FREE_CHUNK_SIZE]:
        # No join in the update: PostgreSQL would judge a slot that is being filled right now by
        # an old snapshot, and open it again. Always in row order, so that two never deadlock.
        freed += expired.filter(pk=pk).update(**OPEN_SLOT)
    return freed


def renew_lease(slot: Slot) -> bool:
    """Extend the lease, since the reviewer is at work; False if the slot is no longer theirs."""
    renewed = Slot.objects.filter(pk=slot.pk, fence=slot.fence, state=Slot.State.LEASED).update(
        lease_until=_lease_end(slot.item.study)
    )
    return bool(renewed)


def reclaim_slot(item: Item, *, reviewer: Reviewer) -> Slot | None:
    """Give an item back to the reviewer whose lease on it ran out; the draft is still there.

    None when it can only be read: no slot of it is open, the reviewer has graded or declined it,
    holds another item of the study, or the study is not open. An item held in another study is
    put aside.
    """
    with transaction.atomic():
        membership = _locked_membership(item.study, reviewer)
        if membership is None:
            return None
        current = leased_slot(reviewer)
        if current is not None and current.item.study_id == item.study_id:
            return current if current.item_id == item.pk and renew_lease(current) else None
        open_here = open_slots(item.study, reviewer).filter(item=item).order_by("number")
        slot_ids = list(open_here.values_list("pk", flat=True))
        return _replace_lease(
            current, lambda: _lease_first_open(membership, slot_ids, cursor=membership.cursor)
        )


def _replace_lease(current: Slot | None, lease: Callable[[], Slot | None]) -> Slot | None:
    """Put the current item aside and lease another; keep it if no other can be leased.

    If nothing was entered, an empty draft marks the item as begun: like any begun item it comes
    first when the reviewer returns to its study, if a slot is still free.
    """
    with transaction.atomic():
        if current is not None:
            # The lease may have ended since it was read: leave a slot that others hold by now.
            own = Slot.objects.filter(pk=current.pk, fence=current.fence, state=Slot.State.LEASED)
            own.update(**OPEN_SLOT)
            Draft.objects.get_or_create(item=current.item, reviewer=current.reviewer)
        slot = lease()
        transaction.set_rollback(slot is None)
    return slot


def _locked_membership(study: Study, reviewer: Reviewer) -> StudyReviewer | None:
    """The reviewer's membership of an open study, locked: two tabs claim one after the other.

    The reviewer is locked too, since the lease may be in another study (without blocking rows
    that refer to them).
    """
    return (
        StudyReviewer.objects.select_for_update(of=("self", "reviewer"), no_key=True)
        .select_related("study", "reviewer")
        .filter(study=study, reviewer=reviewer, study__state=Study.State.OPEN)
        .first()
    )


def _at_cap(membership: StudyReviewer) -> bool:
    # No more is filled than was dealt, which is on the row: most claims need no count.
    return (
        membership.cap is not None
        and membership.dealt >= membership.cap
        and filled_slots(membership.study, membership.reviewer).count() >= membership.cap
    )


def _claim(membership: StudyReviewer) -> Slot | None:
    for cursor, slot_ids in candidates(membership):
        slot = _lease_first_open(membership, slot_ids, cursor=cursor)
        if slot is not None:
            return slot
    return None


def _lease_first_open(
    membership: StudyReviewer, slot_ids: Sequence[int], *, cursor: int
) -> Slot | None:
    """Lease the first of an item's slots that is still open, and count it as dealt."""
    for pk in slot_ids:
        try:
            with transaction.atomic():
                leased = Slot.objects.filter(pk=pk, state=Slot.State.OPEN).update(
                    state=Slot.State.LEASED,
                    reviewer=membership.reviewer,
                    position=membership.dealt + 1,
                    fence=F("fence") + 1,
                    leased_at=timezone.now(),
                    lease_until=_lease_end(membership.study),
                )
        except IntegrityError:
            # The reviewer already has a slot of this item: never two grades by one person.
            return None
        if leased:
            StudyReviewer.objects.filter(pk=membership.pk).update(
                dealt=membership.dealt + 1, cursor=cursor
            )
            return Slot.objects.select_related("item__study").get(pk=pk)
    return None


def _lease_end(study: Study) -> datetime:
    return timezone.now() + timedelta(minutes=study.lease_minutes)
