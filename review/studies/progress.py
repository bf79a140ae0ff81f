"""The board of a study: how far grading is, by rater and stratum, and what waits, for the lead."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from statistics import median
from typing import ClassVar

from django.db.models import Count, Exists, Max, OuterRef, Prefetch, Q

from review.adjudication.settle import awaiting_adjudication
from review.grading.controls import meets
from review.models import Grade, Item, Slot, Study

# Pace is the median of the study's latest grades: how people work now, at a bounded cost.
LATEST_GRADES = 1000


@dataclass(frozen=True)
class ReviewerProgress:
    """What one reviewer has done in the study. `pace` is seconds a grade.

    `checks_met` of `checks` control items were graded as expected; null where not to be seen.
    """

    username: str
    specialty: str
    graded: int
    holding: int
    cap: int | None = None
    pace: float | None = None
    last_seen: datetime | None = None
    checks_met: int | None = None
    checks: int | None = None


@dataclass(frozen=True)
class StratumProgress:
    """Sampled items of one stratum, and grades submitted of those asked for."""

    name: str
    items: int
    complete: int
    grades: int
    grades_needed: int


@dataclass(frozen=True)
class Board:
    """Counts of a study's sampled items and grades; control items and repeats apart as checks.

    Reviewers' pace is that of the study's `latest_grades`.
    """

    latest_grades: ClassVar[int] = LATEST_GRADES

    items: int
    grades: int
    grades_needed: int
    items_complete: int
    checks: int
    checks_needed: int
    waiting: int
    strata: tuple[StratumProgress, ...]
    reviewers: tuple[ReviewerProgress, ...]

    @property
    def still_needed(self) -> int:
        """Grades of sampled items that are still to come."""
        return self.grades_needed - self.grades

    def without_checks(self) -> "Board":
        """For someone who may grade in the study: nobody's score on control items."""
        hidden = (replace(one, checks_met=None, checks=None) for one in self.reviewers)
        return replace(self, checks=0, checks_needed=0, reviewers=tuple(hidden))


def board_of(study: Study) -> Board:
    """Count a study's progress."""
    strata = _strata(study)
    checks = _slot_counts(study, ~Q(item__kind=Item.Kind.SAMPLED))
    return Board(
        items=sum(one.items for one in strata),
        grades=sum(one.grades for one in strata),
        grades_needed=sum(one.grades_needed for one in strata),
        items_complete=sum(one.complete for one in strata),
        checks=sum(filled for _, filled in checks.values()),
        checks_needed=sum(places for places, _ in checks.values()),
        waiting=awaiting_adjudication(study).count(),
        strata=strata,
        reviewers=_reviewers(study),
    )


def discordant_items(study: Study, *, most: int | None = None) -> list[Item]:
    """The items that wait for adjudication, gravest first, each with its `current_grades`."""
    current = Grade.objects.filter(is_current=True).select_related("reviewer")
    return list(
        awaiting_adjudication(study)
        .select_related("trace__question__question_set")
        .defer("trace__record")
        .prefetch_related(Prefetch("grades", current, to_attr="current_grades"))[:most]
    )


def _strata(study: Study) -> tuple[StratumProgress, ...]:
    unfilled = Slot.objects.filter(
        item=OuterRef("pk"), state__in=(Slot.State.OPEN, Slot.State.LEASED)
    )
    rows = Item.objects.filter(study=study, kind=Item.Kind.SAMPLED).order_by("stratum")
    items = Counter(dict(rows.values_list("stratum").annotate(Count("pk"))))
    complete = Counter(
        dict(rows.filter(~Exists(unfilled)).values_list("stratum").annotate(Count("pk")))
    )
    slots = _slot_counts(study, Q(item__kind=Item.Kind.SAMPLED))
    return tuple(
        StratumProgress(name, count, complete[name], slots[name][1], slots[name][0])
        for name, count in items.items()
    )


def _slot_counts(study: Study, which: Q) -> dict[str, tuple[int, int]]:
    """(places, filled) by stratum."""
    slots = Slot.objects.filter(which, item__study=study).exclude(state=Slot.State.WITHDRAWN)
    counted = (
        slots.order_by()
        .values_list("item__stratum")
        .annotate(places=Count("pk"), filled=Count("pk", filter=Q(state=Slot.State.FILLED)))
    )
    found = {stratum: (places, filled) for stratum, places, filled in counted}
    return defaultdict(lambda: (0, 0), found)


def _reviewers(study: Study) -> tuple[ReviewerProgress, ...]:
    slots = Slot.objects.filter(item__study=study, reviewer__isnull=False).order_by()
    counted = {
        reviewer: (filled, leased, dealt_at)
        for reviewer, filled, leased, dealt_at in slots.values_list("reviewer").annotate(
            filled=Count("pk", filter=Q(state=Slot.State.FILLED)),
            leased=Count("pk", filter=Q(state=Slot.State.LEASED)),
            dealt_at=Max("leased_at"),
        )
    }
    pace, seen, checks = _pace(study), _last_submits(study), _checks(study)
    found = []
    for place in study.places.select_related("reviewer__user").order_by("reviewer__user__username"):
        graded, holding, dealt_at = counted.get(place.reviewer_id, (0, 0, None))
        met = checks[place.reviewer_id]
        found.append(
            ReviewerProgress(
                place.reviewer.user.username,
                place.reviewer.specialty,
                graded,
                holding,
                cap=place.cap,
                pace=pace.get(place.reviewer_id),
                last_seen=max(filter(None, (dealt_at, seen.get(place.reviewer_id))), default=None),
                checks_met=sum(met),
                checks=len(met),
            )
        )
    return tuple(found)


def _pace(study: Study) -> dict[int, float]:
    """Median seconds a grade: at work where that was measured, else since it was dealt."""
    latest = Grade.objects.filter(item__study=study, revision=1).order_by("-pk")[:LATEST_GRADES]
    seconds: dict[int, list[int]] = defaultdict(list)
    for reviewer, active, wall in latest.values_list("reviewer", "active_seconds", "wall_seconds"):
        spent = wall if active is None else active
        if spent is not None:
            seconds[reviewer].append(spent)
    return {reviewer: float(median(times)) for reviewer, times in seconds.items()}


def _last_submits(study: Study) -> dict[int, datetime]:
    grades = Grade.objects.filter(item__study=study).order_by()
    return dict(grades.values_list("reviewer").annotate(Max("submitted_at")))


def _checks(study: Study) -> dict[int, list[bool]]:
    """Whether each control item was graded as expected, by rater; blind grades only."""
    rows: Iterable[Grade] = Grade.objects.filter(
        item__study=study, item__kind=Item.Kind.CONTROL, revision=1
    ).select_related("item")
    found: dict[int, list[bool]] = defaultdict(list)
    for grade in rows:
        expected = grade.item.expected
        if expected:
            found[grade.reviewer_id].append(
                meets(
                    expected,
                    precision=grade.cot_precision,
                    coherence=grade.cot_coherence,
                    decision=grade.decision,
                )
            )
    return found
