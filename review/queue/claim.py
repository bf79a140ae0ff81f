"""The queue: which item a reviewer gets next, held by a lease on one of its slots.

One active lease a reviewer, whatever the study; a reload gives the same item back. Opening an
item of another study puts the first aside: its place is free for others, its draft waits. Every
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

FREED_AT_ONCE = 100
# A slot given back: nobody has it, and it was nobody's turn.
OPENED = {"state": Slot.State.OPEN, "reviewer": None, "lease_until": None, "position": None}


def next_slot(study: Study, *, reviewer: Reviewer) -> Slot | None:
    """Lease the reviewer's next item, or give back the one they hold; None: nothing left.

    Nothing is dealt while the study is not open, to a reviewer outside it, or over their cap.
    """
    # In transactions of its own: a claim that held freed rows could wait for one that does too.
    free_expired_slots(study, besides=reviewer)
    with transaction.atomic():
        place = _locked_place(study, reviewer)
        if place is None:
            return None
        held = held_slot(reviewer)
        if held is not None and held.item.study_id == study.pk and renew_lease(held):
            return held
        return None if _at_cap(place) else _in_its_stead(held, lambda: _claim(place))


def held_slot(reviewer: Reviewer) -> Slot | None:
    """The one slot the reviewer holds a lease on, in whichever study."""
    held = Slot.objects.filter(reviewer=reviewer, state=Slot.State.LEASED)
    return held.select_related("item__study").first()


def filled_slots(study: Study, reviewer: Reviewer) -> QuerySet[Slot]:
    """The slots of this study the reviewer has filled."""
    return Slot.objects.filter(item__study=study, reviewer=reviewer, state=Slot.State.FILLED)


def free_expired_slots(study: Study, *, besides: Reviewer) -> int:
    """Open the slots whose lease ran out, but for one's own; drafts stay. Returns how many."""
    now = timezone.now()
    expired = Slot.objects.filter(state=Slot.State.LEASED, lease_until__lt=now)
    found = expired.filter(item__study=study).exclude(reviewer=besides).order_by("pk")
    freed = 0
    for pk in found.values_list("pk", flat=True)[:FREED_AT_ONCE]:
        # No join in the update: PostgreSQL would judge a slot filled in this very moment by an
        # old snapshot, and open it again. In the order of the rows, so that two never cross.
        freed += expired.filter(pk=pk).update(**OPENED)
    return freed


def renew_lease(slot: Slot) -> bool:
    """Start the lease's time again, since the reviewer is at work; False if it has passed on."""
    renewed = Slot.objects.filter(pk=slot.pk, fence=slot.fence, state=Slot.State.LEASED).update(
        lease_until=_lease_end(slot.item.study)
    )
    return bool(renewed)


def reclaim_slot(item: Item, *, reviewer: Reviewer) -> Slot | None:
    """Give an item back to the reviewer whose lease on it ran out; the draft is still there.

    None when it can only be read: every place is taken, the reviewer has graded or declined it,
    holds another item of the study, or the study deals nothing. An item held in another study is
    put aside.
    """
    with transaction.atomic():
        place = _locked_place(item.study, reviewer)
        if place is None:
            return None
        held = held_slot(reviewer)
        if held is not None and held.item.study_id == item.study_id:
            return held if held.item_id == item.pk and renew_lease(held) else None
        open_places = open_slots(item.study, reviewer).filter(item=item).order_by("number")
        places = list(open_places.values_list("pk", flat=True))
        return _in_its_stead(held, lambda: _lease_one(place, places, cursor=place.cursor))


def _in_its_stead(held: Slot | None, lease: Callable[[], Slot | None]) -> Slot | None:
    """Put the item held aside and lease another; it stays where no other is to be had.

    An empty draft remembers an item on which nothing was entered: like any begun item it comes
    first when its study is gone on with, if a place is still free.
    """
    with transaction.atomic():
        if held is not None:
            # Its lease may have ended since it was read: what others hold by now stays theirs.
            own = Slot.objects.filter(pk=held.pk, fence=held.fence, state=Slot.State.LEASED)
            own.update(**OPENED)
            Draft.objects.get_or_create(item=held.item, reviewer=held.reviewer)
        slot = lease()
        transaction.set_rollback(slot is None)
    return slot


def _locked_place(study: Study, reviewer: Reviewer) -> StudyReviewer | None:
    """The reviewer's place in an open study, locked: two tabs claim one after the other.

    The reviewer is locked too, as the lease may be in another study; other tables may still
    refer to them meanwhile.
    """
    return (
        StudyReviewer.objects.select_for_update(of=("self", "reviewer"), no_key=True)
        .select_related("study", "reviewer")
        .filter(study=study, reviewer=reviewer, study__state=Study.State.OPEN)
        .first()
    )


def _at_cap(place: StudyReviewer) -> bool:
    # What was dealt is counted already and bounds what is filled: most claims count nothing.
    return (
        place.cap is not None
        and place.dealt >= place.cap
        and filled_slots(place.study, place.reviewer).count() >= place.cap
    )


def _claim(place: StudyReviewer) -> Slot | None:
    for cursor, places in candidates(place):
        slot = _lease_one(place, places, cursor=cursor)
        if slot is not None:
            return slot
    return None


def _lease_one(place: StudyReviewer, places: Sequence[int], *, cursor: int) -> Slot | None:
    """Lease the first of an item's places that is still open, and count it as dealt."""
    for pk in places:
        try:
            with transaction.atomic():
                leased = Slot.objects.filter(pk=pk, state=Slot.State.OPEN).update(
                    state=Slot.State.LEASED,
                    reviewer=place.reviewer,
                    position=place.dealt + 1,
                    fence=F("fence") + 1,
                    leased_at=timezone.now(),
                    lease_until=_lease_end(place.study),
                )
        except IntegrityError:
            # The reviewer already has a slot of this item: never two grades by one person.
            return None
        if leased:
            StudyReviewer.objects.filter(pk=place.pk).update(dealt=place.dealt + 1, cursor=cursor)
            return Slot.objects.select_related("item__study").get(pk=pk)
    return None


def _lease_end(study: Study) -> datetime:
    return timezone.now() + timedelta(minutes=study.lease_minutes)
