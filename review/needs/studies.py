"""What studies need: items to settle, doubts to rule on, graders to remind, studies to close.

Who still grades in a study is told nothing of its grades here.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Count, Exists, Max, Min, OuterRef

from review import access
from review.adjudication.settle import awaiting_in
from review.evidence.key_disputes import disputes
from review.models import Grade, Item, SendBack, Slot, Study
from review.needs.need import Need, NeedRow, need
from review.studies.stuck_items import count_stuck

UNFILLED = (Slot.State.OPEN, Slot.State.LEASED)


def study_needs(user: User) -> Iterator[Need]:
    """In the order in which a lead works."""
    studies = {study.pk: study for study in access.studies_to_settle(user)}
    flagged, disagreeing = _waiting(studies)
    yield need("Safety flags", flagged)
    yield need("Items whose grades disagree", disagreeing)
    yield need("Disputed answer keys", _disputes())
    yield need("Grades sent back and not answered", _sent_back(studies))
    under_way = [study for study in studies.values() if study.state != Study.State.CLOSED]
    yield need("Items that no reviewer can fill", _stuck(under_way))
    yield need("Studies that are complete and not closed", _complete(under_way))


def _waiting(studies: dict[int, Study]) -> tuple[list[NeedRow], list[NeedRow]]:
    """Items that wait for an adjudicator by study: those with a safety flag, and the others."""
    graded_at = _latest_grades()
    waiting: dict[bool, dict[int, list[datetime | None]]] = {
        flagged: defaultdict(list) for flagged in (True, False)
    }
    rows = awaiting_in(studies.values()).annotate(graded_at=graded_at).order_by()
    facts = ("study", "flagged", "flagged_again", "graded_at")
    for study, flags, again, at in rows.values_list(*facts):
        waiting[bool(flags or again)][study].append(at)
    flagged, disagreeing = (
        [_waiting_row(studies[study], times, why) for study, times in waiting[kind].items()]
        for kind, why in (
            (True, "a grader warns of harm: an adjudicator must rule on it"),
            (False, "an adjudicator must settle them"),
        )
    )
    return flagged, disagreeing


def _latest_grades() -> Any:
    latest = Grade.objects.filter(item=OuterRef("pk")).order_by("-submitted_at")
    return latest.values("submitted_at")[:1]


def _waiting_row(study: Study, times: list[datetime | None], why: str) -> NeedRow:
    return NeedRow(
        title=study.name,
        why=why,
        since=min(filter(None, times), default=None),
        page="review:adjudication_study",
        argument=study.pk,
        size=len(times),
    )


def _disputes() -> Iterator[NeedRow]:
    for dispute in disputes():
        if dispute.open:
            yield NeedRow(
                title=str(dispute.question),
                why="items on it stay out of releases until you rule",
                since=dispute.open_since,
                page="review:dispute",
                argument=dispute.question.pk,
            )


def _sent_back(studies: dict[int, Study]) -> Iterator[NeedRow]:
    rows = SendBack.objects.waiting().filter(grade__item__study__in=studies).order_by()
    counted = rows.values_list("grade__item__study").annotate(Count("pk"), Min("asked_at"))
    for study, size, since in counted:
        yield NeedRow(
            title=studies[study].name,
            why="the items wait for their graders",
            since=since,
            page="review:adjudication_study",
            argument=study,
            size=size,
        )


def _stuck(studies: list[Study]) -> Iterator[NeedRow]:
    for study in studies:
        if size := count_stuck(study):
            yield NeedRow(
                title=study.name,
                why="they need more grades than reviewers are left: add some, or raise caps",
                since=None,
                page="review:study",
                argument=study.pk,
                size=size,
            )


def _complete(studies: list[Study]) -> Iterator[NeedRow]:
    unfilled = Slot.objects.filter(item__study=OuterRef("pk"), state__in=UNFILLED)
    items = Item.objects.filter(study=OuterRef("pk"))
    complete = Study.objects.filter(
        ~Exists(unfilled), Exists(items), pk__in=[study.pk for study in studies]
    )
    for study in complete.annotate(since=Max("items__grades__submitted_at")):
        yield NeedRow(
            title=study.name,
            why="every grade is in: settle what waits, then close it",
            since=study.since,
            page="review:study",
            argument=study.pk,
        )
