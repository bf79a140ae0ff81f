"""Dealing a study's places: items drawn, control items and repeats, and the slots of each."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

from django.db.models import Count, Max, Q
from django.utils import timezone

from pipeline.models import Trace
from review.models import Control, Item, Reviewer, Slot, Study
from review.models.items import new_code
from review.queue.candidates import specialty_key
from review.queue.order import bucket_of
from review.sampling.draw import Drawn

ROWS_AT_ONCE = 5000


@dataclass(frozen=True)
class Dealt:
    """How many items of each kind a study was given."""

    sampled: int
    controls: int
    repeats: int


def deal(
    study: Study,
    *,
    drawn: Sequence[Drawn],
    reviewers: Sequence[Reviewer],
    controls: Sequence[Control] = (),
) -> Dealt:
    """Make the study's items and slots; within the caller's transaction.

    Every rater gets every control item. A repeat has as many slots as its twin. A control whose
    trace was drawn stays an ordinary item: nobody meets a trace twice but for a repeat.
    """
    chance = random.Random(study.seed)
    taken = {one.trace_id for one in drawn}
    usable = [control for control in controls if control.trace_id not in taken]
    sampled = [_sampled(study, one) for one in drawn]
    checks = [_control(study, one) for one in usable]
    _route([*sampled, *checks], study, reviewers)
    overlaps = _overlaps(study, len(sampled), chance)
    asked = [*zip(sampled, overlaps, strict=True), *((one, len(reviewers)) for one in checks)]
    chance.shuffle(asked)
    _insert(asked)
    repeats = _repeats(study, [one for one in asked if one[0].kind == Item.Kind.SAMPLED], chance)
    _insert(repeats)
    return Dealt(len(sampled), len(checks), len(repeats))


def add_slots(study: Study, *, overlap: int, new_raters: int) -> int:
    """Open the slots that a higher overlap and new raters ask for. Returns how many.

    Sampled items and their repeats get up to `overlap` slots, control items one a new rater.
    """
    counted = Item.objects.filter(study=study).annotate(
        places=Count("slots", filter=~Q(slots__state=Slot.State.WITHDRAWN)),
        highest=Max("slots__number", default=0),
    )
    rows = []
    for pk, kind, places, highest in counted.values_list("pk", "kind", "places", "highest"):
        more = new_raters if kind == Item.Kind.CONTROL else max(0, overlap - places)
        rows += [Slot(item_id=pk, number=highest + one) for one in range(1, more + 1)]
    Slot.objects.bulk_create(rows, batch_size=ROWS_AT_ONCE)
    return len(rows)


def _item(study: Study, trace_id: int, **fields: object) -> Item:
    code = new_code()
    bucket = bucket_of(code, seed=study.seed, buckets=study.buckets)
    return Item(study=study, trace_id=trace_id, code=code, bucket=bucket, **fields)


def _sampled(study: Study, one: Drawn) -> Item:
    return _item(
        study,
        one.trace_id,
        stratum=one.stratum,
        inclusion_probability=one.inclusion_probability,
        phase=one.phase,
    )


def _control(study: Study, one: Control) -> Item:
    return _item(study, one.trace_id, kind=Item.Kind.CONTROL, expected=one.expected)


def _route(items: Sequence[Item], study: Study, reviewers: Sequence[Reviewer]) -> None:
    """Name each item's specialty; items wait only where someone of theirs is in the study."""
    specialties = {item.trace_id: "" for item in items}
    for pks in _chunks(list(specialties)):
        found = Trace.objects.filter(pk__in=pks).values_list("pk", "question__specialty")
        specialties.update(found)
    present = {specialty_key(reviewer.specialty) for reviewer in reviewers} - {""}
    fallback = timezone.now() + timedelta(hours=study.fallback_hours)
    for item in items:
        item.specialty = specialty_key(specialties[item.trace_id])
        # Control items wait like any: one of another field that came at once would show as one.
        waits = study.route_by_specialty and item.specialty in present
        item.open_to_all_at = fallback if waits else None


def _overlaps(study: Study, items: int, chance: random.Random) -> list[int]:
    """The grades each item asks for: more for a random subset, to measure reliability."""
    overlaps = [study.overlap] * items
    if study.reliability_overlap:
        for at in chance.sample(range(items), round(study.reliability_share * items)):
            overlaps[at] = max(study.overlap, study.reliability_overlap)
    return overlaps


def _repeats(
    study: Study, sampled: Sequence[tuple[Item, int]], chance: random.Random
) -> list[tuple[Item, int]]:
    chosen = chance.sample(list(sampled), round(study.repeat_share * len(sampled)))
    return [
        (
            _item(
                study,
                twin.trace_id,
                kind=Item.Kind.REPEAT,
                repeat_of=twin,
                specialty=twin.specialty,
            ),
            overlap,
        )
        for twin, overlap in chosen
    ]


def _insert(asked: Sequence[tuple[Item, int]]) -> None:
    items = Item.objects.bulk_create([item for item, _ in asked], batch_size=ROWS_AT_ONCE)
    slots = (
        Slot(item=item, number=number)
        for item, (_, overlap) in zip(items, asked, strict=True)
        for number in range(1, overlap + 1)
    )
    while some := list(islice(slots, ROWS_AT_ONCE)):
        Slot.objects.bulk_create(some)


def _chunks(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    return (ids[at : at + ROWS_AT_ONCE] for at in range(0, len(ids), ROWS_AT_ONCE))
