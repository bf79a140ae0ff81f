"""Drafts: what a reviewer has entered and not submitted, kept on the server.

Saving renews the lease: whoever writes is at work. A draft outlives the lease; its slot comes
back to the reviewer if nobody has taken it in the meantime. A change to a submitted grade is a
draft too, until its reason is given.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone

from pipeline.core.errors import Conflict
from review.grading.amend import check_open
from review.grading.answer_key import store_blind_coherence
from review.grading.submit import MAX_ACTIVE_SECONDS, StaleLease
from review.models import Draft, Item, Reviewer, Slot
from review.queue.claim import leased_slot, reclaim_slot, renew_lease


class OtherTab(Conflict):
    """Another tab has saved since: nothing was saved. `version` is that of the newer draft."""

    why = "tab"

    def __init__(self, version: int, saved_at: datetime) -> None:
        super().__init__("This item is open in another tab, which has saved since.")
        self.version = version
        self.saved_at = saved_at


class AlreadyGraded(StaleLease):
    """The reviewer has submitted a grade of this item: no draft of it is kept."""

    why = "graded"


@dataclass(frozen=True)
class DraftSave:
    """Identifies a save: the draft's `version` it was written on, the tab, the tab's save `number`.

    A tab is a page since it was loaded; without JavaScript it has no id.
    """

    version: int
    tab: UUID | None = None
    number: int = 0


@dataclass(frozen=True)
class DraftContent:
    """The form's fields by name, and the seconds of work so far."""

    content: dict[str, Any]
    active_seconds: int = 0


def draft_of(item: Item, *, reviewer: Reviewer) -> Draft | None:
    """The reviewer's draft of the item."""
    return Draft.objects.filter(item=item, reviewer=reviewer).first()


def save_draft(
    slot: Slot, *, reviewer: Reviewer, fence: int, save: DraftSave, entered: DraftContent
) -> Draft:
    """DraftSave the draft over the version it was written on, and renew the lease.

    Raises StaleLease when the slot is no longer the reviewer's (AlreadyGraded: since it is
    filled), OtherTab when another tab has saved since that version.
    """
    with transaction.atomic():
        if not _renew(slot, reviewer, fence):
            raise _stale_lease(slot, reviewer)
        return store_blind_coherence(_save(slot.item, reviewer, save, entered))


def save_amendment(
    slot: Slot, *, reviewer: Reviewer, save: DraftSave, entered: DraftContent
) -> Draft:
    """DraftSave a change to the grade that fills the slot, not submitted yet.

    Raises CannotAmend while the study takes no changes, OtherTab like `save_draft`.
    """
    check_open(slot.item.study)
    with transaction.atomic():
        return _save(slot.item, reviewer, save, entered)


def _renew(slot: Slot, reviewer: Reviewer, fence: int) -> bool:
    if slot.reviewer_id != reviewer.pk or slot.fence != fence:
        return False
    return renew_lease(slot)


def _stale_lease(slot: Slot, reviewer: Reviewer) -> StaleLease:
    slots = Slot.objects.filter(item=slot.item, reviewer=reviewer, state=Slot.State.FILLED)
    if slots.exists():
        return AlreadyGraded("You have submitted a grade for this item already.")
    current = leased_slot(reviewer)
    if current is not None and current.item.study_id != slot.item.study_id:
        return StaleLease(f"You opened an item in {current.item.study}: this one was put aside.")
    return StaleLease("Your time on this item ran out.")


def _save(item: Item, reviewer: Reviewer, save: DraftSave, entered: DraftContent) -> Draft:
    saved = _write(item, reviewer, save, entered)
    drafts = Draft.objects.select_related("item__study")
    draft = drafts.filter(item=item, reviewer=reviewer).first()
    if draft is None:  # another tab has submitted what this one was written on
        raise OtherTab(0, timezone.now())
    # Saving the same content again, as after a reload during a save, overwrites nothing.
    if not saved and draft.content != entered.content:
        raise OtherTab(draft.version, draft.saved_at)
    return draft


def _write(item: Item, reviewer: Reviewer, save: DraftSave, entered: DraftContent) -> bool:
    """Compare-and-set on the version; the very first save makes the row.

    A tab that got no answer to its last save may still save again; an earlier save of a tab that
    arrives after a later one is not written.
    """
    fields = {
        "tab": save.tab,
        "tab_save": save.number,
        "content": entered.content,
        "active_seconds": max(0, min(entered.active_seconds, MAX_ACTIVE_SECONDS)),
    }
    if save.version == 0 and _insert(item, reviewer, fields):
        return True
    known = Q(version=save.version) | Q(tab=save.tab, tab_save__lt=save.number)
    drafts = Draft.objects.filter(known, item=item, reviewer=reviewer)
    return bool(drafts.update(version=F("version") + 1, saved_at=timezone.now(), **fields))


def _insert(item: Item, reviewer: Reviewer, fields: dict[str, Any]) -> bool:
    try:
        with transaction.atomic():
            Draft.objects.create(item=item, reviewer=reviewer, version=1, **fields)
    except IntegrityError:
        return False
    return True


def reclaim_draft(draft: Draft) -> Slot | None:
    """Lease the draft's item to its reviewer again; None when no slot of it is open.

    Nothing is given back while the study is not open or the reviewer holds another item.
    """
    return reclaim_slot(draft.item, reviewer=draft.reviewer)
