"""Disputes: questions whose answer key reviewers or adjudicators doubt, and the lead's ruling."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from pipeline.core.errors import Conflict
from pipeline.db.revisions import supersede
from pipeline.models import Event, Question, Trace
from review.models import Adjudication, Grade, Item, KeyRuling, Release, Study
from review.models.grades import may_warn

EXCLUSIONS = {
    KeyRuling.Ruling.WRONG.value: "answer key wrong",
    KeyRuling.Ruling.WITHDRAWN.value: "question withdrawn",
}


@dataclass(frozen=True)
class Doubt:
    """One person's doubt of a question's answer key; `who` is a pseudonym, or "adjudicator"."""

    who: str
    comment: str
    raised_at: datetime
    study: str
    mark: str


@dataclass(frozen=True)
class Dispute:
    """A question, who doubts its answer key, and the last ruling on it."""

    question: Question
    doubts: tuple[Doubt, ...]
    ruling: KeyRuling | None

    @property
    def open(self) -> bool:
        """Whether the lead still has to rule: nobody has, or a doubt came after the ruling."""
        return is_open(self.ruling, (doubt.raised_at for doubt in self.doubts))

    @property
    def open_since(self) -> datetime | None:
        """When the first doubt came that no ruling has answered; None where there is none."""
        ruled_at = self.ruling.ruled_at if self.ruling else None
        times = (doubt.raised_at for doubt in self.doubts)
        return min((at for at in times if ruled_at is None or at > ruled_at), default=None)

    @property
    def seen(self) -> str:
        """A fingerprint of what the lead is shown."""
        ruled = self.ruling.revision if self.ruling else 0
        marks = ",".join([str(ruled), *(doubt.mark for doubt in self.doubts)])
        return hashlib.sha256(marks.encode()).hexdigest()[:16]


def is_open(ruling: KeyRuling | None, raised_at: Iterable[datetime]) -> bool:
    """Whether doubts raised at these times are still without a ruling."""
    return any(ruling is None or at > ruling.ruled_at for at in raised_at)


def key_exclusion(ruling: KeyRuling | None, raised_at: Iterable[datetime]) -> str | None:
    """Why items on a question stay out of releases for its answer key; None: they do not."""
    if ruling is not None and ruling.ruling in EXCLUSIONS:
        return EXCLUSIONS[ruling.ruling]
    return "answer key disputed" if is_open(ruling, raised_at) else None


def disputes(questions: Iterable[int] | None = None) -> list[Dispute]:
    """Every disputed question, or those with these ids; open ones first, then the newest."""
    doubts = _doubts(questions)
    rulings = {
        ruling.question_id: ruling
        for ruling in KeyRuling.objects.filter(is_current=True, question__in=doubts.keys())
    }
    rows = Question.objects.filter(pk__in=doubts.keys()).select_related("question_set")
    disputed = [Dispute(row, tuple(doubts[row.pk]), rulings.get(row.pk)) for row in rows]
    return sorted(disputed, key=lambda dispute: (not dispute.open, -dispute.question.pk))


def dispute_of(question: Question) -> Dispute | None:
    """The dispute over one question; None where nobody doubts its key."""
    return next(iter(disputes([question.pk])), None)


def _doubts(questions: Iterable[int] | None) -> dict[int, list[Doubt]]:
    """Doubts by question. Who doubts the key of a placebo is right, and says nothing of the key."""
    real = {"item__trace__arm": Trace.Arm.KEY}
    grades = Grade.objects.filter(may_warn(), answer_key_disputed=True, **real)
    settled = Adjudication.objects.filter(is_current=True, answer_key_disputed=True, **real)
    if questions is not None:
        wanted = list(questions)
        grades = grades.filter(item__trace__question__in=wanted)
        settled = settled.filter(item__trace__question__in=wanted)
    doubts: dict[int, list[Doubt]] = defaultdict(list)
    for grade in grades.select_related("reviewer", "item__study", "item__trace").defer(
        "item__trace__record"
    ):
        doubts[grade.item.trace.question_id].append(
            Doubt(
                grade.reviewer.pseudonym,
                grade.comment,
                grade.submitted_at,
                grade.item.study.name,
                f"g{grade.pk}",
            )
        )
    for row in settled.select_related("item__study", "item__trace").defer("item__trace__record"):
        doubts[row.item.trace.question_id].append(
            Doubt("adjudicator", row.rationale, row.decided_at, row.item.study.name, f"a{row.pk}")
        )
    return doubts


def releases_with(question: Question) -> list[Release]:
    """Frozen releases that hold a trace on the question: the lead may want to withdraw them."""
    return list(
        Release.objects.filter(
            state=Release.State.FROZEN, lines__trace__question=question
        ).distinct()
    )


def rule_on_key(question: Question, *, ruling: str, reason: str, seen: str, by: User) -> KeyRuling:
    """Settle a dispute with a reason; an earlier ruling is superseded, not overwritten.

    `seen` is the fingerprint of the dispute as the lead was shown it. An event goes into the
    chain of every study with an item on the question. Raises Conflict.
    """
    with transaction.atomic():
        # The question's row is the lock: of two leads, one rules and the other gets a Conflict.
        # Doubts being saved are waited for: committed later, they would look older than the ruling.
        Question.objects.select_for_update().get(pk=question.pk)
        studies = _locked_studies(question)
        dispute = dispute_of(question)
        if dispute is None or dispute.seen != seen:
            raise Conflict("Someone disputed the key or ruled on it meanwhile: look again.")
        row = supersede(
            KeyRuling.objects.filter(question=question),
            question=question,
            ruling=ruling,
            reason=reason,
            ruled_by=by,
            ruled_at=timezone.now(),
        )
        for study in studies:
            Event.objects.record(
                "answer_key.ruled",
                row,
                by=by,
                chain=study.event_chain,
                question=question.pk,
                ruling=ruling,
                reason=reason,
            )
    return row


def _locked_studies(question: Question) -> list[Study]:
    """The studies with an item on the question; their grades and settlements wait meanwhile."""
    items = Item.objects.filter(trace__question=question, trace__arm=Trace.Arm.KEY)
    studies = Study.objects.select_for_update().filter(pk__in=items.values("study"))
    return list(studies.order_by("pk"))
