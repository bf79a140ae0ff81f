"""The place that a submission fills: a slot of an item, by lease or while one is free."""

from datetime import datetime, timedelta
from operator import itemgetter

from django.db.models import F
from django.utils import timezone

from pipeline.core.errors import Conflict
from review.models import Grade, Item, PairJudgement, Reviewer, Slot, Study

MAX_ACTIVE_SECONDS = 24 * 60 * 60
# A longer pause between two submissions, in whichever studies, begins another session.
SESSION_PAUSE = timedelta(minutes=30)


class StaleLease(Conflict):
    """The slot is no longer the reviewer's to fill: nothing was saved; the message says why."""

    why = "lease"


def lock_study(item: Item) -> None:
    """Hold the study's row: it is not closed while a submission is being saved."""
    study = Study.objects.select_for_update().get(pk=item.study_id)
    if study.state == Study.State.CLOSED:
        raise StaleLease("The study has been closed: this grade was not saved.")


def fill_place(slot: Slot, *, reviewer: Reviewer, fence: int) -> Slot | None:
    """Fill the reviewer's slot, or another place of the item that is still free; None: neither.

    A lease may run out while its holder writes: the work counts as long as there is room.
    """
    own = Slot.objects.filter(
        pk=slot.pk, reviewer=reviewer, fence=fence, state=Slot.State.LEASED
    ).update(state=Slot.State.FILLED, lease_until=None)
    return slot if own else _fill_free_place(slot.item, reviewer)


def _fill_free_place(item: Item, reviewer: Reviewer) -> Slot | None:
    if Slot.objects.filter(item=item, reviewer=reviewer).exists():
        return None
    free = Slot.objects.filter(item=item, state=Slot.State.OPEN)
    for pk in free.order_by("number").values_list("pk", flat=True):
        # No lease stands behind this grade, so nobody knows how long it took.
        filled = free.filter(pk=pk).update(
            state=Slot.State.FILLED, reviewer=reviewer, fence=F("fence") + 1, leased_at=None
        )
        if filled:
            return Slot.objects.select_related("item__study").get(pk=pk)
    return None


def plausible_seconds(seconds: int | None) -> int | None:
    """The browser counts active seconds: never below none or over a day."""
    return None if seconds is None else max(0, min(seconds, MAX_ACTIVE_SECONDS))


def seconds_since_dealt(slot: Slot) -> int | None:
    """Whole seconds since the slot was leased; None where no lease stands behind it."""
    return round((timezone.now() - slot.leased_at).total_seconds()) if slot.leased_at else None


def session_position(reviewer: Reviewer) -> int | None:
    """The place in the reviewer's session, from 1; None where that of the last is not on record.

    Grades and judgements of pairs count alike.
    """
    rows = (_last(model, reviewer) for model in (Grade, PairJudgement))
    last = max(filter(None, rows), key=itemgetter(0), default=None)
    if last is None or timezone.now() - last[0] > SESSION_PAUSE:
        return 1
    return None if last[1] is None else last[1] + 1


def _last(
    model: type[Grade] | type[PairJudgement], reviewer: Reviewer
) -> tuple[datetime, int | None] | None:
    rows = model._default_manager.filter(reviewer=reviewer, revision=1).order_by("-pk")
    return rows.values_list("submitted_at", "session_position").first()
