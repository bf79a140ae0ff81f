"""A reviewer's own progress: how far they are, how long the rest takes, when a break is due.

Nobody sees anyone else's: there is no leader board.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet
from django.utils import timezone

from review.models import Grade, PairJudgement, Reveal, Reviewer, Slot, Study, StudyReviewer
from review.models.pairs import submissions
from review.queue.candidates import withheld_items

RECENT_GRADES = 50
MAX_COUNTED = 1000
PAUSE = timedelta(minutes=10)
BREAK_AFTER = timedelta(minutes=45)


@dataclass(frozen=True)
class OwnProgress:
    """`done` of `size` items; `seconds` an item (median of recent ones); whether a break is due.

    `last_code` is the code of the item graded last, while it may still be reopened.
    """

    done: int
    size: int
    seconds: int | None
    break_due: bool
    last_code: str | None = None

    @property
    def position(self) -> int:
        """The number of the item being graded now."""
        return self.done + 1

    @property
    def minutes_left(self) -> int | None:
        """About how long the rest takes at this pace; None if there is no pace, or nothing left."""
        if self.seconds is None or self.done >= self.size:
            return None
        return max(1, round((self.size - self.done) * self.seconds / 60))

    @property
    def items_an_hour(self) -> int | None:
        """Items an hour at this pace."""
        return round(3600 / self.seconds) if self.seconds else None


def own_progress(study: Study, *, reviewer: Reviewer) -> OwnProgress:
    """The reviewer's progress and pace in the study."""
    filled = Slot.objects.filter(
        item__study=study, reviewer=reviewer, state=Slot.State.FILLED
    ).count()
    recent = _recent(study, reviewer)
    seconds = [spent for row in recent if (spent := row.active_seconds or row.wall_seconds)]
    last = recent[0] if recent else None
    return OwnProgress(
        done=filled,
        size=_size(study, reviewer, filled),
        seconds=round(median(seconds)) if seconds else None,
        break_due=_break_due([row.submitted_at for row in recent], timezone.now()),
        last_code=last.item.code if last and not last.revealed else None,
    )


def _size(study: Study, reviewer: Reviewer, filled: int) -> int:
    """How many items the reviewer can grade, given their cap, the study and what others leave."""
    memberships = StudyReviewer.objects.filter(study=study, reviewer=reviewer)
    membership = memberships.annotate(items=Count("study__items")).values("cap", "items").first()
    if membership is None:
        return filled
    free = Slot.objects.filter(item__study=study, state=Slot.State.OPEN) | Slot.objects.filter(
        item__study=study, state=Slot.State.LEASED, reviewer=reviewer
    )
    unfilled = free[:MAX_COUNTED].count()
    left = membership["items"] - filled
    if unfilled < MAX_COUNTED:
        left = min(left, unfilled)
    if membership["cap"] is not None:
        left = min(left, membership["cap"] - filled)
    return filled + max(left, 0)


def _recent(study: Study, reviewer: Reviewer) -> list[Any]:
    """The reviewer's newest first submissions in the study, newest first."""
    revealed = Reveal.objects.filter(item=OuterRef("item"), reviewer=reviewer)
    first = submissions(study).filter(reviewer=reviewer, revision=1)
    rows = first.annotate(revealed=Exists(revealed)).select_related("item")
    return list(rows.order_by("-pk")[:RECENT_GRADES])


def _break_due(newest_first: Sequence[datetime], now: datetime) -> bool:
    """Whether the work has gone on for BREAK_AFTER without a pause."""
    start = later = now
    for submitted_at in newest_first:
        if later - submitted_at > PAUSE:
            break
        start = later = submitted_at
    return now - start >= BREAK_AFTER


def own_grades(study: Study, *, reviewer: Reviewer) -> QuerySet[Grade]:
    """The newest revisions of the reviewer's own grades, newest first.

    Where items are repeated the latest are left out, and an earlier twin until its repeat is
    graded or declined: nobody looks up what they said before.
    """
    newer = Grade.objects.filter(
        item=OuterRef("item"), reviewer=reviewer, revision__gt=OuterRef("revision")
    )
    return (
        Grade.objects.filter(item__study=study, reviewer=reviewer)
        .exclude(Exists(newer))
        .exclude(item__in=withheld_items(study, reviewer).values("pk"))
        .select_related("item__trace__question", "item__study")
        .order_by("-pk")
    )


def own_judgements(study: Study, *, reviewer: Reviewer) -> QuerySet[PairJudgement]:
    """The reviewer's own current judgements of pairs, newest first."""
    rows = PairJudgement.objects.filter(item__study=study, reviewer=reviewer, is_current=True)
    return rows.select_related("item__trace__question").order_by("-pk")
