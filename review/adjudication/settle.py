"""Adjudication: items whose grades disagree, settled one at a time, beside the grades.

One adjudicator at a time leases an item. A settlement records the grades it weighed; a later one
supersedes it and overwrites nothing.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Case, Count, Exists, F, Max, Min, OuterRef, Q, QuerySet, When
from django.db.models.expressions import CombinedExpression
from django.utils import timezone

from pipeline.core.errors import Conflict
from pipeline.db.revisions import supersede
from pipeline.models import Event
from pipeline.statistics.consensus import ACCEPT, DISCORDANT_DISTANCE
from review.models import Adjudication, AdjudicationLease, Grade, Item, SendBack, Slot, Study
from review.models.grades import may_warn

LEASE_DURATION = timedelta(minutes=30)


@dataclass(frozen=True)
class Settlement:
    """What an adjudicator decided: scales 1-5, decision, rationale; step labels all or none."""

    precision: int
    coherence: int
    decision: str
    rationale: str
    safety_flag: str = ""
    answer_key_disputed: bool = False
    step_labels: Mapping[int, str] = field(default_factory=dict)


def awaiting_adjudication(study: Study) -> QuerySet[Item]:
    """Items of the study that wait for adjudication, as `awaiting_in`."""
    return awaiting_in([study])


def awaiting_in(studies: Iterable[Study]) -> QuerySet[Item]:
    """Items of these studies that wait for adjudication, most serious first.

    Their grades disagree or carry a safety flag and nobody has settled them, or a grade that
    came after the settlement overtakes it. Items sent back wait for their graders first. A flag
    in a repeat is one on its twin; a control item waits for a flag only, never for its scales.
    A placebo never waits: it is released nowhere, and a harm in it is none of its question.
    """
    settled = Adjudication.objects.filter(item=OuterRef("pk"), is_current=True)
    overtaken = settled.with_overtaken().filter(overtaken=True)  # type: ignore[misc]
    sent_back = SendBack.objects.waiting().filter(grade__item=OuterRef("pk"))
    unfilled = Slot.objects.filter(
        item=OuterRef("pk"), state__in=(Slot.State.OPEN, Slot.State.LEASED)
    )
    rows = Item.objects.filter(
        ~Exists(sent_back), study__in=list(studies), kind__in=(Item.Kind.SAMPLED, Item.Kind.CONTROL)
    )
    flagged = Q(flagged__gt=0) | Q(flagged_again=True)
    disagree = Q(kind=Item.Kind.SAMPLED) & _disagree()
    return (
        rows.annotate(**_spreads(), **_flagged_again(), **{"incomplete": Exists(unfilled)})
        .filter((~Exists(settled) & (flagged | disagree)) | Exists(overtaken))
        .order_by(_gravity().desc(), F("flagged").desc(), F("incomplete"), "pk")
    )


def _spreads() -> dict[str, Any]:
    """What `consensus.reasons` looks at, as columns of an item."""
    judged = Q(grades__is_current=True, grades__cannot_judge="")
    flagged = may_warn("grades__") & ~Q(grades__safety_flag="")
    columns: dict[str, Any] = {
        f"{end}_{scale}": function(f"grades__cot_{scale}", filter=judged)
        for scale in ("precision", "coherence")
        for end, function in (("lowest", Min), ("highest", Max))
    }
    counted = {
        "accepted": judged & Q(grades__decision=ACCEPT),
        "others": judged & ~Q(grades__decision=ACCEPT),
        "faulted": judged & Q(grades__first_incorrect_step__gt=0),
        "faultless": judged & Q(grades__first_incorrect_step=0),
        "flagged": flagged,
        "severe": flagged & Q(grades__safety_flag=Grade.SafetyFlag.SEVERE),
    }
    return columns | {name: Count("grades", filter=which) for name, which in counted.items()}


def _flagged_again() -> dict[str, Any]:
    """Whether a repeat of the item carries a flag, and a severe one."""
    flags = Grade.objects.flagged().filter(item__repeat_of=OuterRef("pk"))
    severe = flags.filter(safety_flag=Grade.SafetyFlag.SEVERE)
    return {"flagged_again": Exists(flags), "severe_again": Exists(severe)}


def _gravity() -> Case:
    return Case(
        When(Q(severe__gt=0) | Q(severe_again=True), then=2),
        When(Q(flagged__gt=0) | Q(flagged_again=True), then=1),
        default=0,
    )


def _disagree() -> Q:
    return (
        Q(accepted__gt=0, others__gt=0)
        | Q(faulted__gt=0, faultless__gt=0)
        | Q(highest_precision__gte=_above("lowest_precision"))
        | Q(highest_coherence__gte=_above("lowest_coherence"))
    )


def _above(column: str) -> CombinedExpression:
    return F(column) + DISCORDANT_DISTANCE


def grades_to_settle(item: Item) -> list[Grade]:
    """The grades an adjudicator weighs: current ones, and those that only warn.

    A grade only warns when its flag was raised after a reveal, or in a repeat of the item.
    """
    own = Grade.objects.filter(item=item, is_current=True)
    warn = Grade.objects.flagged().filter(Q(item=item, after_reveal=True) | Q(item__repeat_of=item))
    rows = Grade.objects.filter(Q(pk__in=own.values("pk")) | Q(pk__in=warn.values("pk")))
    related = rows.select_related("reviewer").prefetch_related("step_labels", "path_grades")
    return list(related.order_by("pk"))


def fingerprint(grades: Iterable[Grade]) -> str:
    """Which grades were shown; a hash, since their ids would reveal their order."""
    numbers = ",".join(str(grade.pk) for grade in sorted(grades, key=lambda grade: grade.pk))
    return hashlib.sha256(numbers.encode()).hexdigest()[:16]


def next_to_settle(study: Study, *, adjudicator: User) -> AdjudicationLease | None:
    """Lease the most serious item that is free, or return to the one leased already."""
    now = timezone.now()
    leases = AdjudicationLease.objects.filter(item=OuterRef("pk"), until__gt=now)
    waiting = awaiting_adjudication(study).exclude(
        Exists(Grade.objects.filter(item=OuterRef("pk"), reviewer__user=adjudicator))
    )
    own = waiting.filter(Exists(leases.filter(adjudicator=adjudicator)))
    free = waiting.filter(~Exists(leases))
    for item in (*own[:1], *free.iterator(chunk_size=20)):
        if (lease := lease_item(item, adjudicator=adjudicator)) is not None:
            return lease
    return None


def lease_item(item: Item, *, adjudicator: User) -> AdjudicationLease | None:
    """Take or renew the lease of an item; None while someone else has it."""
    with transaction.atomic():
        AdjudicationLease.objects.get_or_create(item=item)
        now = timezone.now()
        rows = AdjudicationLease.objects.filter(item=item)
        if not rows.filter(adjudicator=adjudicator, until__gt=now).update(
            until=now + LEASE_DURATION
        ):
            taken = rows.filter(Q(until__isnull=True) | Q(until__lte=now)).update(
                adjudicator=adjudicator, fence=F("fence") + 1, until=now + LEASE_DURATION
            )
            if not taken:
                return None
        return rows.select_related("item__study").get()


def own_lease(item: Item, *, adjudicator: User) -> AdjudicationLease | None:
    """The adjudicator's own lease of the item, also an expired one that nobody has taken over."""
    return AdjudicationLease.objects.filter(item=item, adjudicator=adjudicator).first()


def return_item(item: Item, *, adjudicator: User) -> None:
    """Give an item back unsettled, for another adjudicator; does nothing without a lease."""
    AdjudicationLease.objects.filter(item=item, adjudicator=adjudicator).update(
        adjudicator=None, until=None
    )


def settle_item(
    item: Item, *, adjudicator: User, fence: int, seen: str, settlement: Settlement
) -> Adjudication:
    """Store the consensus on an item beside its grades; it supersedes an earlier one.

    `seen` is the fingerprint of the grades that were shown. Settling twice under one fence with
    the same words is one adjudication. Raises Conflict.
    """
    with transaction.atomic():
        # The study's row orders settlements, grades, requests, and rulings on the answer key.
        Study.objects.select_for_update().get(pk=item.study_id)
        released = AdjudicationLease.objects.filter(
            item=item, adjudicator=adjudicator, fence=fence
        ).update(adjudicator=None, until=None)
        if not released:
            return _settled_before(item, adjudicator, fence, settlement)
        grades = grades_to_settle(item)
        if fingerprint(grades) != seen:
            raise Conflict("A grade came or changed meanwhile: look again, then settle.")
        adjudication = supersede(
            item.adjudications.all(),
            item=item,
            adjudicator=adjudicator,
            fence=fence,
            **_columns(settlement),
        )
        adjudication.grades.set(grades)
        SendBack.objects.filter(grade__item=item, closed_at__isnull=True).update(
            closed_at=timezone.now()
        )
        Event.objects.record(
            "item.adjudicated",
            adjudication,
            by=adjudicator,
            chain=item.study.event_chain,
            item=item.code,
            revision=adjudication.revision,
            precision=settlement.precision,
            coherence=settlement.coherence,
            decision=settlement.decision,
            safety_flag=settlement.safety_flag,
            answer_key_disputed=settlement.answer_key_disputed,
            grades=len(grades),
        )
    return adjudication


def _settled_before(
    item: Item, adjudicator: User, fence: int, settlement: Settlement
) -> Adjudication:
    saved = Adjudication.objects.filter(item=item, adjudicator=adjudicator, fence=fence).first()
    if saved is None:
        raise Conflict("Your time on this item ran out and another adjudicator has it: not saved.")
    if any(getattr(saved, name) != value for name, value in _columns(settlement).items()):
        raise Conflict("You have settled this item before: this one was not saved.")
    return saved


def _columns(settlement: Settlement) -> dict[str, Any]:
    return {
        "precision": settlement.precision,
        "coherence": settlement.coherence,
        "decision": settlement.decision,
        "safety_flag": settlement.safety_flag,
        "answer_key_disputed": settlement.answer_key_disputed,
        "step_labels": {str(step): label for step, label in settlement.step_labels.items()},
        "rationale": settlement.rationale,
    }
