"""A study's board for the lead: how far grading is, by rater and stratum, and what waits."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from statistics import median
from typing import ClassVar

from django.db.models import Count, Exists, Max, OuterRef, Prefetch, Q

from review.adjudication.settle import awaiting_adjudication
from review.evidence.waiting import UNFILLED, Preliminary
from review.grading.controls import meets
from review.models import Adjudication, Grade, Item, SendBack, Slot, Study
from review.models.pairs import submissions

# Pace is the median of the study's latest grades: how people work now, at a bounded cost.
LATEST_GRADES = 1000


@dataclass(frozen=True)
class ReviewerProgress:
    """What one reviewer has done in the study. `pace` is seconds a grade.

    `checks_met` of `checks` control items were graded as expected; None if hidden from the reader.
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
    """Counts of a study's sampled items and grades; control items, repeats, placebos apart.

    In a pairwise study items are its pairs, and grades its judgements.

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
        reviewers = tuple(replace(row, checks_met=None, checks=None) for row in self.reviewers)
        return replace(self, checks=0, checks_needed=0, reviewers=reviewers)


def board_of(study: Study) -> Board:
    """Count a study's progress."""
    strata = _strata(study)
    checks = _slot_counts(study, ~Q(item__kind=_drawn(study)))
    return Board(
        items=sum(stratum.items for stratum in strata),
        grades=sum(stratum.grades for stratum in strata),
        grades_needed=sum(stratum.grades_needed for stratum in strata),
        items_complete=sum(stratum.complete for stratum in strata),
        checks=sum(filled for _, filled in checks.values()),
        checks_needed=sum(slots for slots, _ in checks.values()),
        waiting=awaiting_adjudication(study).count(),
        strata=strata,
        reviewers=_reviewers(study),
    )


def preliminary_counts(study: Study) -> Preliminary:
    """How many of the study's graded items wait: the counts of its reports, without their cost."""
    items = Item.objects.filter(study=study, kind=Item.Kind.SAMPLED)
    judged = Grade.objects.filter(item=OuterRef("pk"), is_current=True, cannot_judge="")
    sent_back = SendBack.objects.waiting().filter(grade__item=OuterRef("pk"))
    settled = Adjudication.objects.filter(item=OuterRef("pk"), is_current=True)
    unfilled = Slot.objects.filter(item=OuterRef("pk"), state__in=UNFILLED)
    waiting = awaiting_adjudication(study).filter(kind=Item.Kind.SAMPLED).order_by().values("pk")
    incomplete = Q() if study.state != Study.State.CLOSED else Q(pk__in=())
    return Preliminary(
        graded=items.filter(Exists(judged) | Exists(sent_back) | Q(pk__in=waiting)).count(),
        awaiting_adjudication=waiting.count(),
        awaiting_grade=items.exclude(pk__in=waiting)
        .filter(
            Exists(sent_back)
            | (incomplete & Q(Exists(judged)) & Q(Exists(unfilled)) & ~Q(Exists(settled)))
        )
        .count(),
    )


def discordant_items(study: Study, *, most: int | None = None) -> list[Item]:
    """The items that wait for adjudication, most serious first, each with its `current_grades`."""
    current = Grade.objects.filter(is_current=True).select_related("reviewer")
    return list(
        awaiting_adjudication(study)
        .select_related("trace__question__question_set")
        .defer("trace__record")
        .prefetch_related(Prefetch("grades", current, to_attr="current_grades"))[:most]
    )


def _drawn(study: Study) -> Item.Kind:
    """The kind of the items that were drawn for the study, not put in."""
    return Item.Kind.PAIR if study.is_pairwise else Item.Kind.SAMPLED


def _strata(study: Study) -> tuple[StratumProgress, ...]:
    unfilled = Slot.objects.filter(
        item=OuterRef("pk"), state__in=(Slot.State.OPEN, Slot.State.LEASED)
    )
    rows = Item.objects.filter(study=study, kind=_drawn(study)).order_by("stratum")
    items = Counter(dict(rows.values_list("stratum").annotate(Count("pk"))))
    complete = Counter(
        dict(rows.filter(~Exists(unfilled)).values_list("stratum").annotate(Count("pk")))
    )
    slots = _slot_counts(study, Q(item__kind=_drawn(study)))
    return tuple(
        StratumProgress(name, count, complete[name], slots[name][1], slots[name][0])
        for name, count in items.items()
    )


def _slot_counts(study: Study, which: Q) -> dict[str, tuple[int, int]]:
    """(slots, filled) by stratum."""
    slots = Slot.objects.filter(which, item__study=study).exclude(state=Slot.State.WITHDRAWN)
    counted = (
        slots.order_by()
        .values_list("item__stratum")
        .annotate(slots=Count("pk"), filled=Count("pk", filter=Q(state=Slot.State.FILLED)))
    )
    by_stratum = {stratum: (total, filled) for stratum, total, filled in counted}
    return defaultdict(lambda: (0, 0), by_stratum)


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
    pace, submits, checks = _pace(study), _last_submits(study), _checks(study)
    rows = []
    for membership in study.places.select_related("reviewer__user").order_by(
        "reviewer__user__username"
    ):
        graded, holding, dealt_at = counted.get(membership.reviewer_id, (0, 0, None))
        met = checks[membership.reviewer_id]
        rows.append(
            ReviewerProgress(
                membership.reviewer.user.username,
                membership.reviewer.specialty,
                graded,
                holding,
                cap=membership.cap,
                pace=pace.get(membership.reviewer_id),
                last_seen=max(
                    filter(None, (dealt_at, submits.get(membership.reviewer_id))), default=None
                ),
                checks_met=sum(met),
                checks=len(met),
            )
        )
    return tuple(rows)


def _pace(study: Study) -> dict[int, float]:
    """Median seconds a grade: at work where that was measured, else since it was dealt."""
    latest = submissions(study).filter(revision=1).order_by("-pk")[:LATEST_GRADES]
    seconds: dict[int, list[int]] = defaultdict(list)
    for reviewer, active, wall in latest.values_list("reviewer", "active_seconds", "wall_seconds"):
        spent = wall if active is None else active
        if spent is not None:
            seconds[reviewer].append(spent)
    return {reviewer: float(median(times)) for reviewer, times in seconds.items()}


def _last_submits(study: Study) -> dict[int, datetime]:
    rows = submissions(study).order_by()
    return dict(rows.values_list("reviewer").annotate(Max("submitted_at")))


def _checks(study: Study) -> dict[int, list[bool]]:
    """Whether each control item was graded as expected, by rater; blind grades only."""
    rows: Iterable[Grade] = Grade.objects.filter(
        item__study=study, item__kind=Item.Kind.CONTROL, revision=1
    ).select_related("item")
    by_rater: dict[int, list[bool]] = defaultdict(list)
    for grade in rows:
        expected = grade.item.expected
        if expected:
            by_rater[grade.reviewer_id].append(
                meets(
                    expected,
                    precision=grade.cot_precision,
                    coherence=grade.cot_coherence,
                    decision=grade.decision,
                )
            )
    return by_rater
