"""The board of a study: how far grading is, for the lead."""

from dataclasses import dataclass

from django.db.models import Count, Q

from review.models import Item, Slot, Study
from review.policies import grades_of, judged_items, ratings_of
from review.statistics.ratings import is_discordant


@dataclass(frozen=True)
class ReviewerProgress:
    """Grades one reviewer has submitted in the study."""

    username: str
    specialty: str
    graded: int
    holding: int


@dataclass(frozen=True)
class Board:
    """Counts of a study's items and grades."""

    items: int
    grades: int
    grades_needed: int
    items_complete: int
    discordant: tuple[Item, ...]
    reviewers: tuple[ReviewerProgress, ...]


def board_of(study: Study) -> Board:
    """Count a study's progress."""
    slots = Slot.objects.filter(item__study=study).exclude(state=Slot.State.WITHDRAWN)
    filled = slots.filter(state=Slot.State.FILLED).count()
    unfilled = Slot.objects.filter(state__in=(Slot.State.OPEN, Slot.State.LEASED))
    items = Item.objects.filter(study=study)
    return Board(
        items=items.count(),
        grades=filled,
        grades_needed=slots.count(),
        items_complete=items.exclude(slots__in=unfilled).count(),
        discordant=tuple(discordant_items(study)),
        reviewers=_reviewers(study),
    )


def discordant_items(study: Study) -> list[Item]:
    """Items whose grades disagree or carry a safety flag and that nobody has adjudicated."""
    graded = judged_items(study).defer("trace__record").filter(grades__isnull=False).distinct()
    return [
        item
        for item in graded
        if not item.settled and is_discordant(ratings_of(grades_of(item)))  # type: ignore[attr-defined]
    ]


def _reviewers(study: Study) -> tuple[ReviewerProgress, ...]:
    in_study = Q(reviewer__slots__item__study=study)
    places = (
        study.places.select_related("reviewer__user")
        .annotate(
            graded=Count("reviewer__slots", filter=in_study & Q(reviewer__slots__state="filled")),
            holding=Count("reviewer__slots", filter=in_study & Q(reviewer__slots__state="leased")),
        )
        .order_by("reviewer__user__username")
    )
    return tuple(
        ReviewerProgress(
            place.reviewer.user.username, place.reviewer.specialty, place.graded, place.holding
        )
        for place in places
    )
