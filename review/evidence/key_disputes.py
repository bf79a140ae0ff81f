"""Disputes: questions whose answer key reviewers or adjudicators doubt, and the lead's ruling."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from pipeline.core.errors import Conflict, Refusal
from pipeline.db.revisions import supersede
from pipeline.models import Event, Question, Trace
from pipeline.sources.key_corrections import correct_key
from review.evidence.corrected_keys import outdated_keys
from review.models import Adjudication, Grade, Item, KeyRuling, Release, Study
from review.models.grades import may_warn

EXCLUSIONS = {
    KeyRuling.Ruling.WRONG.value: "answer key wrong",
    KeyRuling.Ruling.WITHDRAWN.value: "question withdrawn",
}


@dataclass(frozen=True)
class Doubt:
    """One person's doubt of a question's answer key; `who` is a pseudonym, or "adjudicator".

    `outdated`: the trace was made with a key that has been corrected since, so that the doubt
    is answered, also one raised later.
    """

    who: str
    comment: str
    raised_at: datetime
    study: str
    mark: str
    trace: int
    outdated: bool = False


@dataclass(frozen=True)
class Dispute:
    """A question, who doubts its answer key, and the last ruling on it."""

    question: Question
    doubts: tuple[Doubt, ...]
    ruling: KeyRuling | None

    @property
    def open(self) -> bool:
        """Whether the lead still has to rule: nobody has, or a doubt came after the ruling."""
        return self.open_since is not None

    @property
    def open_since(self) -> datetime | None:
        """When the first doubt came that no ruling has answered; None where there is none."""
        standing = (doubt.raised_at for doubt in self.doubts if not doubt.outdated)
        return min((at for at in standing if is_open(self.ruling, [at])), default=None)

    @property
    def seen(self) -> str:
        """A fingerprint of what the lead is shown."""
        ruled = self.ruling.revision if self.ruling else 0
        marks = ",".join([str(ruled), *(doubt.mark for doubt in self.doubts)])
        return hashlib.sha256(marks.encode()).hexdigest()[:16]


def is_open(ruling: KeyRuling | None, raised_at: Iterable[datetime]) -> bool:
    """Whether doubts raised at these times are still without a ruling."""
    return any(ruling is None or at > ruling.ruled_at for at in raised_at)


def key_exclusion(
    ruling: KeyRuling | None, raised_at: Iterable[datetime], *, right_key: str = ""
) -> str | None:
    """Why a trace on a question stays out of releases for its answer key; None: it does not.

    `right_key` is that of the question where the trace was made with another
    (`corrected_keys.outdated_keys`).
    """
    if ruling is not None and ruling.ruling == KeyRuling.Ruling.WITHDRAWN:
        return EXCLUSIONS[ruling.ruling]
    if right_key:
        return f"answer key wrong, {right_key} is right"
    if ruling is not None and ruling.ruling in EXCLUSIONS and not ruling.names_right_key:
        return EXCLUSIONS[ruling.ruling]
    return "answer key disputed" if is_open(ruling, raised_at) else None


def disputes(questions: Iterable[int] | None = None) -> list[Dispute]:
    """Every disputed question, or those with these ids; open ones first, then the newest."""
    doubts = _with_outdated(_doubts(questions))
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
                grade.item.trace_id,
            )
        )
    for row in settled.select_related("item__study", "item__trace").defer("item__trace__record"):
        doubts[row.item.trace.question_id].append(
            Doubt(
                "adjudicator",
                row.rationale,
                row.decided_at,
                row.item.study.name,
                f"a{row.pk}",
                row.item.trace_id,
            )
        )
    return doubts


def _with_outdated(doubts: dict[int, list[Doubt]]) -> dict[int, list[Doubt]]:
    outdated = outdated_keys(doubt.trace for raised in doubts.values() for doubt in raised)
    return {
        question: [replace(doubt, outdated=doubt.trace in outdated) for doubt in raised]
        for question, raised in doubts.items()
    }


def releases_with(question: Question) -> list[Release]:
    """Frozen releases that hold a trace on the question: the lead may want to withdraw them."""
    return list(
        Release.objects.filter(
            state=Release.State.FROZEN, lines__trace__question=question
        ).distinct()
    )


def rule_on_key(
    question: Question, *, ruling: str, reason: str, seen: str, by: User, right: str = ""
) -> KeyRuling:
    """Settle a dispute with a reason; an earlier ruling is superseded, not overwritten.

    With a wrong key, `right` may name the right one, an option's label or the answer itself:
    the question goes on with it, and traces made with the earlier one stay out of releases.
    `seen` is the fingerprint of the dispute as the lead was shown it. An event goes into the
    chain of every study with an item on the question. Raises Conflict, and Refusal for a key
    that cannot be the right one.
    """
    if right and ruling != KeyRuling.Ruling.WRONG:
        raise Refusal("Name a right answer only where the key is wrong.", field="right")
    with transaction.atomic():
        # The question's row is the lock: of two leads, one rules and the other gets a Conflict.
        # Doubts being saved are waited for: committed later, they would look older than the ruling.
        question = Question.objects.select_for_update().get(pk=question.pk)
        studies = _locked_studies(question)
        dispute = dispute_of(question)
        if dispute is None or dispute.seen != seen:
            raise Conflict("Someone disputed the key or ruled on it meanwhile: look again.")
        label, text = (right, "") if question.options else ("", right)
        if right:
            correct_key(question, label=label, text=text, reason=reason, by=by)
        row = supersede(
            KeyRuling.objects.filter(question=question),
            question=question,
            ruling=ruling,
            reason=reason,
            right_label=label,
            right_text=text,
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
                **({"right": right} if right else {}),
            )
    return row


def _locked_studies(question: Question) -> list[Study]:
    """The studies with an item on the question; their grades and settlements wait meanwhile."""
    items = Item.objects.filter(trace__question=question, trace__arm=Trace.Arm.KEY)
    studies = Study.objects.select_for_update().filter(pk__in=items.values("study"))
    return list(studies.order_by("pk"))
