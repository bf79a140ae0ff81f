"""Candidates: which open slots a reviewer may be dealt now, in the order to try them.

Three sources, asked one like the other at every claim so that none of them takes longer: items
the reviewer has begun, repeats that are due, and the walk through the reviewer's own order.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from review.models import Decline, Draft, Item, Reviewer, Slot, Study, StudyReviewer
from review.queue.order import bucket_order, keyed_hash, place_in_bucket, windows

# Open slots of one item, in the order of their numbers.
Places = list[int]
# A repeat comes up to this many items later than the gap asks, by a hash.
LATEST_EXTRA = 8
# How many items more a due repeat may be kept waiting by others that are due.
LATEST_WAIT = 8
# How many of the reviewer's items beyond the gap are looked at for repeats still owed.
LOOK_BACK = 64


def open_slots(study: Study, reviewer: Reviewer) -> QuerySet[Slot]:
    """Open slots of items that the reviewer has neither graded, holds, nor declined."""
    taken = Slot.objects.filter(item=OuterRef("item"), reviewer=reviewer)
    declined = Decline.objects.filter(item=OuterRef("item"), reviewer=reviewer)
    return Slot.objects.filter(
        ~Exists(taken), ~Exists(declined), item__study=study, state=Slot.State.OPEN
    )


def specialty_key(specialty: str) -> str:
    """A specialty as routing compares it: case and outer blanks say nothing."""
    return " ".join(specialty.casefold().split())


def candidates(place: StudyReviewer) -> Iterator[tuple[int, Places]]:
    """(cursor, open slots of one item) to try in turn, for one lap of the reviewer's order."""
    walk = _walk(place)
    ahead = [*_begun(place), *_repeats(place)]
    first = next(walk, [])
    yield from ((place.cursor, places) for places in ahead)
    yield from first
    for window in walk:
        yield from window


def due_twins(place: StudyReviewer) -> list[int]:
    """Items the reviewer has graded long enough ago that a repeat of them may come now.

    "Long enough" is the study's gap and a few items more, by a hash: a fixed distance would
    give repeats away. Whether an item has a repeat at all is not asked here.
    """
    study, upcoming = place.study, place.dealt + 1
    # Never below 0: of a number that no position can be, Django would ask nothing at all.
    latest = max(0, upcoming - study.repeat_gap - 1)
    graded = Slot.objects.filter(
        reviewer_id=place.reviewer_id,
        item__study=study,
        state=Slot.State.FILLED,
        position__lte=latest,
        position__gt=latest - LOOK_BACK,
    ).values_list("item_id", "item__code", "position")
    return [pk for pk, code, at in graded if (at or 0) + _extra(place, code) <= latest]


def withheld_items(study: Study, reviewer: Reviewer) -> QuerySet[Item]:
    """Items to leave out of the reviewer's history while a repeat of them may still come.

    All of the latest ones, repeated or not: were the repeated alone left out, what is missing
    would say which item comes again. Nothing once the study is closed.
    """
    if study.state == Study.State.CLOSED:
        return Item.objects.none()
    place = StudyReviewer.objects.get(study=study, reviewer=reviewer)
    latest = Slot.objects.filter(
        reviewer=reviewer,
        item__study=study,
        position__gt=max(0, place.dealt - withheld_for(study)),
    )
    twins = hidden_twins(study, reviewer)
    return Item.objects.filter(Q(pk__in=latest.values("item")) | Q(pk__in=twins.values("pk")))


def withheld_for(study: Study) -> int:
    """How many of a reviewer's latest items their history leaves out; 0 without repeats."""
    return study.repeat_gap + LATEST_EXTRA + LATEST_WAIT if study.repeat_share else 0


def hidden_twins(study: Study, reviewer: Reviewer) -> QuerySet[Item]:
    """Items the reviewer has graded whose repeat they are still to grade."""
    done = Slot.objects.filter(item=OuterRef("pk"), reviewer=reviewer, state=Slot.State.FILLED)
    declined = Decline.objects.filter(item=OuterRef("pk"), reviewer=reviewer)
    repeats = Item.objects.filter(study=study, kind=Item.Kind.REPEAT)
    owed = repeats.filter(~Exists(done), ~Exists(declined))
    return Item.objects.filter(repeats__in=owed, slots__reviewer=reviewer)


def _begun(place: StudyReviewer) -> list[Places]:
    drafts = Draft.objects.filter(item=OuterRef("item"), reviewer=place.reviewer_id)
    return list(_by_item(open_slots(place.study, place.reviewer).filter(Exists(drafts))).values())


def _repeats(place: StudyReviewer) -> list[Places]:
    if not place.study.repeat_share:
        return []
    slots = open_slots(place.study, place.reviewer)
    # No item is number 0: the question is asked even while nothing can be due.
    twins = [0, *due_twins(place)]
    due = slots.filter(item__kind=Item.Kind.REPEAT, item__repeat_of__in=twins)
    return list(_by_item(due).values())


def _walk(place: StudyReviewer) -> Iterator[list[tuple[int, Places]]]:
    study, reviewer = place.study, place.reviewer
    lap = bucket_order(study.seed, reviewer.pk, study.buckets)
    slots = _routed(open_slots(study, reviewer), reviewer).exclude(item__kind=Item.Kind.REPEAT)
    for window in windows(study.buckets, start=place.cursor):
        cursors = {lap[at % study.buckets]: at % study.buckets for at in window}
        found = slots.filter(item__bucket__in=list(cursors))
        yield _in_order(found, cursors, list(cursors), study.seed, reviewer.pk)


def _in_order(
    found: QuerySet[Slot], cursors: dict[int, int], buckets: list[int], seed: int, reviewer_id: int
) -> list[tuple[int, Places]]:
    turn = {bucket: number for number, bucket in enumerate(buckets)}
    items = sorted(
        _by_item(found).items(),
        key=lambda one: (
            turn[one[0][1]],
            place_in_bucket(one[0][0], seed=seed, reviewer_id=reviewer_id),
        ),
    )
    return [(cursors[bucket], places) for (_, bucket), places in items]


def _by_item(slots: QuerySet[Slot]) -> dict[tuple[str, int], Places]:
    """Slots by (code, bucket) of their item."""
    rows: Iterable[tuple[str, int, int]] = slots.order_by("item", "number").values_list(
        "item__code", "item__bucket", "pk"
    )
    grouped: dict[tuple[str, int], Places] = defaultdict(list)
    for code, bucket, pk in rows:
        grouped[code, bucket].append(pk)
    return grouped


def _routed(slots: QuerySet[Slot], reviewer: Reviewer) -> QuerySet[Slot]:
    """Without those that still wait for a reviewer of their own specialty."""
    return slots.filter(
        Q(item__open_to_all_at__isnull=True)
        | Q(item__open_to_all_at__lte=timezone.now())
        | Q(item__specialty=specialty_key(reviewer.specialty))
    )


def _extra(place: StudyReviewer, code: str) -> int:
    return keyed_hash(place.study.seed, place.reviewer_id, "again", code) % LATEST_EXTRA
