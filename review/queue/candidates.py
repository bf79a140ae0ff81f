"""Candidates: which open slots a reviewer may be dealt now, in the order to try them.

There are three sources: items the reviewer has begun, repeats that are due, and the walk through
the reviewer's own order. Every claim queries all three, so that its duration does not reveal
which one the item came from.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from review.models import Decline, Draft, Item, Reviewer, Slot, Study, StudyReviewer
from review.queue.order import bucket_order, keyed_hash, rank_in_bucket, windows

# Open slots of one item, in the order of their numbers.
SlotIds = list[int]
# A repeat comes up to this many items after the gap, by a hash.
MAX_EXTRA_GAP = 8
# How many more items a due repeat may wait because others are due too.
MAX_REPEAT_WAIT = 8
# How many of the reviewer's items before the gap are searched for repeats still to come.
LOOK_BACK = 64


def open_slots(study: Study, reviewer: Reviewer) -> QuerySet[Slot]:
    """Open slots of items that the reviewer has not graded, does not hold and has not declined."""
    own = Slot.objects.filter(item=OuterRef("item"), reviewer=reviewer)
    declined = Decline.objects.filter(item=OuterRef("item"), reviewer=reviewer)
    return Slot.objects.filter(
        ~Exists(own), ~Exists(declined), item__study=study, state=Slot.State.OPEN
    )


def specialty_key(specialty: str) -> str:
    """A specialty as routing compares it: case and outer blanks say nothing."""
    return " ".join(specialty.casefold().split())


def candidates(membership: StudyReviewer) -> Iterator[tuple[int, SlotIds]]:
    """(cursor, open slots of one item) to try in turn, for one lap of the reviewer's order."""
    walk = _walk(membership)
    ahead = [*_begun(membership), *_repeats(membership)]
    first_window = next(walk, [])
    yield from ((membership.cursor, slot_ids) for slot_ids in ahead)
    yield from first_window
    for window in walk:
        yield from window


def due_twins(membership: StudyReviewer) -> list[int]:
    """Items the reviewer has graded long enough ago that a repeat of them may come now.

    "Long enough" is the study's gap and a few items more, by a hash: a fixed distance would
    give repeats away. Items are returned whether or not they have a repeat.
    """
    study, upcoming = membership.study, membership.dealt + 1
    # Never below 0: Django skips the query for a value that the column cannot hold.
    latest = max(0, upcoming - study.repeat_gap - 1)
    graded = Slot.objects.filter(
        reviewer_id=membership.reviewer_id,
        item__study=study,
        state=Slot.State.FILLED,
        position__lte=latest,
        position__gt=latest - LOOK_BACK,
    ).values_list("item_id", "item__code", "position")
    return [
        pk
        for pk, code, position in graded
        if (position or 0) + _extra_gap(membership, code) <= latest
    ]


def withheld_items(study: Study, reviewer: Reviewer) -> QuerySet[Item]:
    """Items to leave out of the reviewer's history while a repeat of them may still come.

    All of the latest ones are left out, repeated or not: if only the repeated ones were, the gaps
    would tell which items come again. Nothing is left out once the study is closed.
    """
    if study.state == Study.State.CLOSED:
        return Item.objects.none()
    membership = StudyReviewer.objects.get(study=study, reviewer=reviewer)
    latest = Slot.objects.filter(
        reviewer=reviewer,
        item__study=study,
        position__gt=max(0, membership.dealt - withheld_for(study)),
    )
    twins = hidden_twins(study, reviewer)
    return Item.objects.filter(Q(pk__in=latest.values("item")) | Q(pk__in=twins.values("pk")))


def withheld_for(study: Study) -> int:
    """How many of a reviewer's latest items their history leaves out; 0 without repeats."""
    return study.repeat_gap + MAX_EXTRA_GAP + MAX_REPEAT_WAIT if study.repeat_share else 0


def hidden_twins(study: Study, reviewer: Reviewer) -> QuerySet[Item]:
    """Items the reviewer has graded whose repeat they are still to grade."""
    done = Slot.objects.filter(item=OuterRef("pk"), reviewer=reviewer, state=Slot.State.FILLED)
    declined = Decline.objects.filter(item=OuterRef("pk"), reviewer=reviewer)
    repeats = Item.objects.filter(study=study, kind=Item.Kind.REPEAT)
    owed = repeats.filter(~Exists(done), ~Exists(declined))
    return Item.objects.filter(repeats__in=owed, slots__reviewer=reviewer)


def _begun(membership: StudyReviewer) -> list[SlotIds]:
    drafts = Draft.objects.filter(item=OuterRef("item"), reviewer=membership.reviewer_id)
    return list(
        _by_item(open_slots(membership.study, membership.reviewer).filter(Exists(drafts))).values()
    )


def _repeats(membership: StudyReviewer) -> list[SlotIds]:
    if not membership.study.repeat_share:
        return []
    slots = open_slots(membership.study, membership.reviewer)
    # No item has key 0: the query runs even while nothing can be due.
    twins = [0, *due_twins(membership)]
    due = slots.filter(item__kind=Item.Kind.REPEAT, item__repeat_of__in=twins)
    return list(_by_item(due).values())


def _walk(membership: StudyReviewer) -> Iterator[list[tuple[int, SlotIds]]]:
    study, reviewer = membership.study, membership.reviewer
    lap = bucket_order(study.seed, reviewer.pk, study.buckets)
    slots = _routed(open_slots(study, reviewer), reviewer).exclude(item__kind=Item.Kind.REPEAT)
    for window in windows(study.buckets, start=membership.cursor):
        cursors = {lap[position % study.buckets]: position % study.buckets for position in window}
        open_here = slots.filter(item__bucket__in=list(cursors))
        yield _in_order(open_here, cursors, list(cursors), study.seed, reviewer.pk)


def _in_order(
    slots: QuerySet[Slot], cursors: dict[int, int], buckets: list[int], seed: int, reviewer_id: int
) -> list[tuple[int, SlotIds]]:
    turn = {bucket: number for number, bucket in enumerate(buckets)}
    items = sorted(
        _by_item(slots).items(),
        key=lambda entry: (
            turn[entry[0][1]],
            rank_in_bucket(entry[0][0], seed=seed, reviewer_id=reviewer_id),
        ),
    )
    return [(cursors[bucket], slot_ids) for (_, bucket), slot_ids in items]


def _by_item(slots: QuerySet[Slot]) -> dict[tuple[str, int], SlotIds]:
    """Slots by (code, bucket) of their item."""
    rows: Iterable[tuple[str, int, int]] = slots.order_by("item", "number").values_list(
        "item__code", "item__bucket", "pk"
    )
    grouped: dict[tuple[str, int], SlotIds] = defaultdict(list)
    for code, bucket, pk in rows:
        grouped[code, bucket].append(pk)
    return grouped


def _routed(slots: QuerySet[Slot], reviewer: Reviewer) -> QuerySet[Slot]:
    """The slots without those still reserved for reviewers of the item's specialty."""
    return slots.filter(
        Q(item__open_to_all_at__isnull=True)
        | Q(item__open_to_all_at__lte=timezone.now())
        | Q(item__specialty=specialty_key(reviewer.specialty))
    )


def _extra_gap(membership: StudyReviewer, code: str) -> int:
    return keyed_hash(membership.study.seed, membership.reviewer_id, "again", code) % MAX_EXTRA_GAP
