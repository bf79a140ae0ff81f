"""Stuck items: those that need more grades than the study has reviewers left to give them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from review.models import Decline, Item, Slot, Study, StudyReviewer

MAX_LISTED = 20


@dataclass(frozen=True)
class StuckItem:
    """One item, how many of its slots nobody is left to fill, and how many declined it."""

    question: str
    missing: int
    declines: int


@dataclass(frozen=True)
class StuckItems:
    """How many items are stuck, and the first of them."""

    count: int
    first: tuple[StuckItem, ...]


def stuck_items(study: Study) -> StuckItems:
    """Items with more open slots than reviewers who could fill them.

    A reviewer could fill one if their account is active, they are below their cap, and they have
    neither a slot of the item nor declined it.
    """
    able = able_reviewers(study)
    rows = _short(study, able)
    first: Iterable[tuple[str, int, int]] = rows.values_list(
        "trace__question__text", "missing", "declined"
    )[:MAX_LISTED]
    items = (StuckItem(text, missing, declined) for text, missing, declined in first)
    return StuckItems(rows.count(), tuple(items))


def count_stuck(study: Study) -> int:
    """How many items are stuck."""
    return _short(study, able_reviewers(study)).count()


def able_reviewers(study: Study) -> list[int]:
    """Raters of the study who may be dealt something still."""
    filled = Q(reviewer__slots__item__study=study, reviewer__slots__state=Slot.State.FILLED)
    memberships = StudyReviewer.objects.filter(study=study, reviewer__user__is_active=True)
    counted = memberships.annotate(done=Count("reviewer__slots", filter=filled))
    return list(
        counted.filter(Q(cap=None) | Q(done__lt=F("cap"))).values_list("reviewer", flat=True)
    )


def _short(study: Study, able: list[int]) -> QuerySet[Any]:
    """Items with `missing` more open slots than able raters who could still fill them."""
    slots = Slot.objects.filter(item=OuterRef("pk"))
    done = _number(slots.filter(reviewer__in=able))
    declines = Decline.objects.filter(item=OuterRef("pk"))
    rows = Item.objects.filter(study=study).exclude(kind=Item.Kind.REPEAT)
    return (
        rows.annotate(
            open_slots=_number(slots.filter(state=Slot.State.OPEN)),
            declined=_number(declines),
            missing=F("open_slots") - len(able) + done + _number(_elsewhere(declines, able)),
        )
        .filter(open_slots__gt=0, missing__gt=0)
        .order_by("-missing", "pk")
    )


def _elsewhere(declines: QuerySet[Decline], able: Iterable[int]) -> QuerySet[Decline]:
    """Declines of able raters who have no slot of the item."""
    return declines.filter(reviewer__in=list(able)).exclude(reviewer__slots__item=OuterRef("pk"))


def _number(rows: "QuerySet[Slot] | QuerySet[Decline]") -> Coalesce:
    counted = rows.order_by().values("item").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)
