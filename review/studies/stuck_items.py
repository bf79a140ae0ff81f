"""Stuck items: those that ask for more grades than the study has people left to give."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from review.models import Decline, Item, Slot, Study, StudyReviewer

SHOWN = 20


@dataclass(frozen=True)
class StuckItem:
    """One item, the places nobody is left for, and how many declined it."""

    question: str
    missing: int
    declines: int


@dataclass(frozen=True)
class StuckItems:
    """How many items are stuck, and the first of them."""

    count: int
    first: tuple[StuckItem, ...]


def stuck_items(study: Study) -> StuckItems:
    """Items with open places for which nobody in the study is left.

    Left are raters with an active account, below their cap, who have neither a place on the
    item nor declined it.
    """
    able = able_reviewers(study)
    rows = _short(study, able)
    first: Iterable[tuple[str, int, int]] = rows.values_list(
        "trace__question__text", "missing", "declined"
    )[:SHOWN]
    found = (StuckItem(text, missing, declined) for text, missing, declined in first)
    return StuckItems(rows.count(), tuple(found))


def able_reviewers(study: Study) -> list[int]:
    """Raters of the study who may be dealt something still."""
    filled = Q(reviewer__slots__item__study=study, reviewer__slots__state=Slot.State.FILLED)
    places = StudyReviewer.objects.filter(study=study, reviewer__user__is_active=True)
    counted = places.annotate(done=Count("reviewer__slots", filter=filled))
    return list(
        counted.filter(Q(cap=None) | Q(done__lt=F("cap"))).values_list("reviewer", flat=True)
    )


def _short(study: Study, able: list[int]) -> QuerySet[Any]:
    """Items with `missing` more open places than able raters who have not been there."""
    slots = Slot.objects.filter(item=OuterRef("pk"))
    been = _number(slots.filter(reviewer__in=able))
    declines = Decline.objects.filter(item=OuterRef("pk"))
    rows = Item.objects.filter(study=study).exclude(kind=Item.Kind.REPEAT)
    return (
        rows.annotate(
            open_places=_number(slots.filter(state=Slot.State.OPEN)),
            declined=_number(declines),
            missing=F("open_places") - len(able) + been + _number(_elsewhere(declines, able)),
        )
        .filter(open_places__gt=0, missing__gt=0)
        .order_by("-missing", "pk")
    )


def _elsewhere(declines: QuerySet[Decline], able: Iterable[int]) -> QuerySet[Decline]:
    """Declines of able raters who hold no place on the item after all."""
    return declines.filter(reviewer__in=list(able)).exclude(reviewer__slots__item=OuterRef("pk"))


def _number(rows: "QuerySet[Slot] | QuerySet[Decline]") -> Coalesce:
    counted = rows.order_by().values("item").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)
