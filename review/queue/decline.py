"""Declining an item: the reviewer's "Not for me"."""

from django.db import transaction

from pipeline.models import Event
from review.grading.submit import StaleLease
from review.models import Decline, Reviewer, Slot
from review.queue.claim import OPEN_SLOT


def decline_item(slot: Slot, *, reviewer: Reviewer, fence: int, reason: str) -> Decline:
    """Give the slot back for others; the item is never dealt to this reviewer again.

    The draft stays. Declining twice is one decline. Raises StaleLease when the slot is no
    longer the reviewer's.
    """
    with transaction.atomic():
        freed = Slot.objects.filter(
            pk=slot.pk, reviewer=reviewer, fence=fence, state=Slot.State.LEASED
        ).update(**OPEN_SLOT)
        declined = Decline.objects.filter(item=slot.item, reviewer=reviewer).first()
        if declined is not None:
            return declined
        if not freed:
            raise StaleLease("Your time on this item ran out: it was not declined.")
        decline = Decline.objects.create(item=slot.item, reviewer=reviewer, reason=reason)
        Event.objects.record(
            "item.declined",
            decline,
            by=reviewer.user,
            chain=slot.item.study.event_chain,
            item=slot.item.code,
            reason=reason,
        )
    return decline
