"""The queue: which item a reviewer gets next, held by a lease on one of its slots.

One active lease a reviewer; a reload gives the same item back. Every write carries the
slot's fence, which grows with each lease.
"""

import hashlib
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from review.models import Item, Reviewer, Slot, Study, StudyReviewer


def next_slot(study: Study, *, reviewer: Reviewer) -> Slot | None:
    """Lease the reviewer's next item, or give back the one they hold; None: nothing left.

    Nothing is dealt while the study is not open, to a reviewer outside it, or over their cap.
    """
    with transaction.atomic():
        # The reviewer's place is the lock: two tabs of one person claim one after the other.
        place = (
            StudyReviewer.objects.select_for_update(of=("self",))
            .filter(study=study, reviewer=reviewer, study__state=Study.State.OPEN)
            .first()
        )
        if place is None:
            return None
        free_expired_slots(study, besides=reviewer)
        held = held_slot(reviewer, study=study)
        if held is not None:
            renew_lease(held)
            return held
        if place.cap is not None and filled_slots(study, reviewer).count() >= place.cap:
            return None
        return _claim(study, reviewer)


def held_slot(reviewer: Reviewer, *, study: Study) -> Slot | None:
    """The slot of this study the reviewer holds a lease on."""
    held = Slot.objects.filter(item__study=study, reviewer=reviewer, state=Slot.State.LEASED)
    return held.select_related("item__study").first()


def filled_slots(study: Study, reviewer: Reviewer) -> QuerySet[Slot]:
    """The slots of this study the reviewer has filled."""
    return Slot.objects.filter(item__study=study, reviewer=reviewer, state=Slot.State.FILLED)


def available_items(study: Study, reviewer: Reviewer) -> QuerySet[Item]:
    """Items with an open slot that the reviewer has neither graded, holds, nor declined."""
    return (
        Item.objects.filter(study=study, slots__state=Slot.State.OPEN)
        .exclude(slots__reviewer=reviewer)
        .exclude(declines__reviewer=reviewer)
        .distinct()
    )


def free_expired_slots(study: Study, *, besides: Reviewer) -> int:
    """Open the slots whose lease ran out, but for one's own; drafts stay. Returns how many."""
    # Not item__study: a join makes PostgreSQL judge the state by a subquery's old snapshot, and
    # a slot filled in that moment would be opened again.
    expired = Slot.objects.filter(
        item__in=Item.objects.filter(study=study),
        state=Slot.State.LEASED,
        lease_until__lt=timezone.now(),
    ).exclude(reviewer=besides)
    return expired.update(state=Slot.State.OPEN, reviewer=None, lease_until=None)


def order_key(study: Study, reviewer: Reviewer, item_id: int) -> bytes:
    """Where an item stands in the reviewer's own order: adding items reshuffles nobody."""
    text = f"{study.seed}:{reviewer.pk}:{item_id}"
    return hashlib.blake2b(text.encode(), digest_size=8).digest()


def _claim(study: Study, reviewer: Reviewer) -> Slot | None:
    ids = available_items(study, reviewer).values_list("pk", flat=True)
    for item_id in sorted(ids, key=lambda pk: order_key(study, reviewer, pk)):
        slot = lease_slot(study, reviewer, item_id)
        if slot is not None:
            return slot
    return None


def lease_slot(study: Study, reviewer: Reviewer, item_id: int) -> Slot | None:
    """Lease a free slot of this item to the reviewer; None: none is free, or they have one."""
    open_slots = Slot.objects.filter(item_id=item_id, state=Slot.State.OPEN).order_by("number")
    for pk in open_slots.values_list("pk", flat=True):
        try:
            with transaction.atomic():
                leased = Slot.objects.filter(pk=pk, state=Slot.State.OPEN).update(
                    state=Slot.State.LEASED,
                    reviewer=reviewer,
                    fence=F("fence") + 1,
                    leased_at=timezone.now(),
                    lease_until=_lease_end(study),
                )
        except IntegrityError:
            # The reviewer already has a slot of this item: never two grades by one person.
            return None
        if leased:
            return Slot.objects.select_related("item__study").get(pk=pk)
    return None


def renew_lease(slot: Slot) -> bool:
    """Start the lease's time again, since the reviewer is at work; False if it has passed on."""
    renewed = Slot.objects.filter(pk=slot.pk, fence=slot.fence, state=Slot.State.LEASED).update(
        lease_until=_lease_end(slot.item.study)
    )
    return bool(renewed)


def _lease_end(study: Study) -> datetime:
    return timezone.now() + timedelta(minutes=study.lease_minutes)
