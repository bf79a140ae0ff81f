"""Grades that disagree, doubt the key or were sent back, as rows, for tests that need them."""

from typing import Any

from django.contrib.auth.models import User

from review.adjudication.settle import (
    Settlement,
    fingerprint,
    grades_to_settle,
    lease_item,
    settle_item,
)
from review.evidence.items import Evidence, read_evidence
from review.grading.sendbacks import send_back
from review.models import Adjudication, Grade, Item, Reviewer, Slot, StepLabel, Study


def grade_row(item: Item, reviewer: Reviewer, *, revision: int = 1, **changes: Any) -> Grade:
    """A favourable grade of the item as a row, in a slot of its own; `labels` labels its steps.

    A later revision takes the slot of the first and, unless after a reveal, its place.
    """
    labels = changes.pop("labels", ())
    earlier = Grade.objects.filter(item=item, reviewer=reviewer)
    slot = _slot(item, reviewer)
    fields = {
        "rubric_version": item.study.rubric_version,
        "cot_precision": 4,
        "cot_coherence": 4,
        "decision": "accept",
        "amend_reason": "Read again." if revision > 1 else "",
        "is_current": not changes.get("after_reveal", False),
    } | changes
    if fields["is_current"]:
        earlier.filter(is_current=True).update(is_current=False)
    if labels:
        wrong = [step for step, label in enumerate(labels, 1) if label == "incorrect"]
        fields["first_incorrect_step"] = min(wrong, default=0)
    grade = Grade.objects.create(
        slot=slot, item=item, reviewer=reviewer, revision=revision, **fields
    )
    StepLabel.objects.bulk_create(
        StepLabel(grade=grade, step=step, label=label) for step, label in enumerate(labels, 1)
    )
    return grade


def _slot(item: Item, reviewer: Reviewer) -> Slot:
    slot = Slot.objects.filter(item=item, reviewer=reviewer).first()
    if slot is not None:
        return slot
    free = Slot.objects.filter(item=item, state=Slot.State.OPEN).first()
    if free is None:
        free = Slot(item=item, number=item.slots.count() + 1)
    free.state, free.reviewer = Slot.State.FILLED, reviewer
    free.save()
    return free


def settle(item: Item, adjudicator: User, **changes: Any) -> Adjudication:
    """Settle the item as an adjudicator does who sees its grades as they are."""
    lease = lease_item(item, adjudicator=adjudicator)
    assert lease is not None
    fields: dict[str, Any] = {
        "precision": 4,
        "coherence": 4,
        "decision": "accept",
        "rationale": "Read again.",
    }
    return settle_item(
        item,
        adjudicator=adjudicator,
        fence=lease.fence,
        seen=fingerprint(grades_to_settle(item)),
        settlement=Settlement(**(fields | changes)),
    )


def evidence_of(item: Item) -> Evidence:
    """The evidence of one item."""
    return next(read_evidence(Item.objects.filter(pk=item.pk)))


def disputed_and_sent_back(study: Study, grader: Reviewer, lead: User) -> Item:
    """An item the grader has graded, doubting its key, and that was sent back to them."""
    held = Slot.objects.filter(reviewer=grader).values("item")
    item = study.items.filter(kind=Item.Kind.SAMPLED).exclude(pk__in=held).order_by("pk").last()
    grade = grade_row(item, grader, answer_key_disputed=True)
    send_back(item, grades=[grade], comment="Please look again.", by=lead)
    return item
