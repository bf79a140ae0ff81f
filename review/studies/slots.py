"""A study's items and their slots: items drawn, control items, placebos and repeats."""

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
from review.sampling.draw import SampledTrace

CHUNK_SIZE = 5000


@dataclass(frozen=True)
class ItemCounts:
    """How many items of each kind were created."""

    sampled: int
    controls: int
    repeats: int
    placebos: int


def create_items(
    study: Study,
    *,
    drawn: Sequence[SampledTrace],
    reviewers: Sequence[Reviewer],
    controls: Sequence[Control] = (),
    placebos: Sequence[int] = (),
) -> ItemCounts:
    """Create the study's items and slots; within the caller's transaction.

    `placebos` are traces, graded as often as any item. Every rater gets every control item. A
    repeat has as many slots as the item it repeats. Only a repeat shows anyone a trace twice: no
    control's trace is among those drawn.
    """
    generator = random.Random(study.seed)
    sampled = [_sampled_item(study, draw) for draw in drawn]
    checks = [_control_item(study, control) for control in controls]
    wrong = [make_item(study, trace, kind=Item.Kind.PLACEBO) for trace in placebos]
    route_items([*sampled, *checks, *wrong], study, reviewers)
    overlaps = _overlaps(study, len(sampled), generator)
    pairs = [
        *zip(sampled, overlaps, strict=True),
        *((item, len(reviewers)) for item in checks),
        *((item, study.overlap) for item in wrong),
    ]
    generator.shuffle(pairs)
    insert_items(pairs)
    originals = [(item, overlap) for item, overlap in pairs if item.kind == Item.Kind.SAMPLED]
    repeats = _repeats(study, originals, generator)
    insert_items(repeats)
    return ItemCounts(len(sampled), len(checks), len(repeats), len(wrong))


def add_slots(study: Study, *, overlap: int, new_raters: int) -> int:
    """Open the slots that a higher overlap and new raters require. Returns how many.

    Sampled items, their repeats and placebos get up to `overlap` slots, control items one for
    each new rater.
    """
    counted = Item.objects.filter(study=study).annotate(
        usable=Count("slots", filter=~Q(slots__state=Slot.State.WITHDRAWN)),
        highest=Max("slots__number", default=0),
    )
    rows = []
    for pk, kind, usable, highest in counted.values_list("pk", "kind", "usable", "highest"):
        more = new_raters if kind == Item.Kind.CONTROL else max(0, overlap - usable)
        rows += [Slot(item_id=pk, number=highest + offset) for offset in range(1, more + 1)]
    Slot.objects.bulk_create(rows, batch_size=CHUNK_SIZE)
    return len(rows)


def make_item(study: Study, trace_id: int, **fields: object) -> Item:
    """An unsaved item with a code and a bucket of its own."""
    code = new_code()
    bucket = bucket_of(code, seed=study.seed, buckets=study.buckets)
    return Item(study=study, trace_id=trace_id, code=code, bucket=bucket, **fields)


def _sampled_item(study: Study, draw: SampledTrace) -> Item:
    return make_item(
        study,
        draw.trace_id,
        stratum=draw.stratum,
        inclusion_probability=draw.inclusion_probability,
        phase=draw.phase,
    )


def _control_item(study: Study, control: Control) -> Item:
    return make_item(study, control.trace_id, kind=Item.Kind.CONTROL, expected=control.expected)


def route_items(items: Sequence[Item], study: Study, reviewers: Sequence[Reviewer]) -> None:
    """Set each item's specialty; it waits only if the study has a reviewer of that specialty."""
    specialties = {item.trace_id: "" for item in items}
    for pks in _chunks(list(specialties)):
        rows = Trace.objects.filter(pk__in=pks).values_list("pk", "question__specialty")
        specialties.update(rows)
    present = {specialty_key(reviewer.specialty) for reviewer in reviewers} - {""}
    fallback = timezone.now() + timedelta(hours=study.fallback_hours)
    for item in items:
        item.specialty = specialty_key(specialties[item.trace_id])
        # Control items wait too: one of another specialty that came at once would give itself away.
        waits = study.route_by_specialty and item.specialty in present
        item.open_to_all_at = fallback if waits else None


def _overlaps(study: Study, items: int, generator: random.Random) -> list[int]:
    """The grades each item asks for: more for a random subset, to measure reliability."""
    overlaps = [study.overlap] * items
    if study.reliability_overlap:
        for index in generator.sample(range(items), round(study.reliability_share * items)):
            overlaps[index] = max(study.overlap, study.reliability_overlap)
    return overlaps


def _repeats(
    study: Study, sampled: Sequence[tuple[Item, int]], generator: random.Random
) -> list[tuple[Item, int]]:
    chosen = generator.sample(list(sampled), round(study.repeat_share * len(sampled)))
    return [
        (
            make_item(
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


def insert_items(pairs: Sequence[tuple[Item, int]]) -> None:
    """Save items, each with so many open slots."""
    items = Item.objects.bulk_create([item for item, _ in pairs], batch_size=CHUNK_SIZE)
    slots = (
        Slot(item=item, number=number)
        for item, (_, overlap) in zip(items, pairs, strict=True)
        for number in range(1, overlap + 1)
    )
    while chunk := list(islice(slots, CHUNK_SIZE)):
        Slot.objects.bulk_create(chunk)


def _chunks(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    return (ids[start : start + CHUNK_SIZE] for start in range(0, len(ids), CHUNK_SIZE))
