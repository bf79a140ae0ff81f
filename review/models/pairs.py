"""Judgements of pairs: which of two chains of thought on one question is better, append-only."""

import uuid
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q, QuerySet

from review.models.grades import Grade
from review.models.items import Item
from review.models.people import Reviewer
from review.models.slots import Slot

if TYPE_CHECKING:
    from review.models.studies import Study

CRITERIA = ("more_precise", "more_coherent", "better")


class PairJudgement(models.Model):
    """One reviewer's judgement of one pair; an amendment is a new revision, never an update.

    Preferences name the item's `trace` (first) or `rival_trace` (second), wherever they stood:
    `shown_left` says which of them its reviewer saw as A. They are blank only where the reviewer
    cannot judge, with the reason. `idempotency_key` makes a repeated submit the same judgement.
    """

    class Side(models.TextChoices):
        FIRST = "first"
        SECOND = "second"

    class Preference(models.TextChoices):
        FIRST = "first"
        TIE = "tie"
        SECOND = "second"

    slot = models.ForeignKey(Slot, models.PROTECT, related_name="pair_judgements")
    item = models.ForeignKey(Item, models.PROTECT, related_name="pair_judgements")
    reviewer = models.ForeignKey(Reviewer, models.PROTECT, related_name="pair_judgements")
    revision = models.PositiveSmallIntegerField(default=1)
    is_current = models.BooleanField(default=True)
    amend_reason = models.CharField(max_length=400, blank=True)
    rubric_version = models.CharField(max_length=10)
    shown_left = models.CharField(max_length=6, choices=Side.choices)
    more_precise = models.CharField(max_length=6, choices=Preference.choices, blank=True)
    more_coherent = models.CharField(max_length=6, choices=Preference.choices, blank=True)
    better = models.CharField(max_length=6, choices=Preference.choices, blank=True)
    flag_first = models.CharField(max_length=10, choices=Grade.SafetyFlag.choices, blank=True)
    flag_second = models.CharField(max_length=10, choices=Grade.SafetyFlag.choices, blank=True)
    cannot_judge = models.CharField(max_length=20, choices=Grade.CannotJudge.choices, blank=True)
    comment = models.TextField(blank=True)
    active_seconds = models.PositiveIntegerField(null=True)
    wall_seconds = models.PositiveIntegerField(null=True)
    study_position = models.PositiveIntegerField(null=True)
    session_position = models.PositiveIntegerField(null=True)
    idempotency_key = models.UUIDField(default=uuid.uuid4, unique=True)
    submitted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("item", "reviewer", "revision"), name="pair_judgement_revision_once"
            ),
            models.UniqueConstraint(
                fields=("item", "reviewer"),
                condition=Q(is_current=True),
                name="pair_judgement_current_once",
            ),
            models.CheckConstraint(
                condition=Q(cannot_judge="", more_precise__gt="", more_coherent__gt="")
                & Q(better__gt="")
                | ~Q(cannot_judge="") & Q(more_precise="", more_coherent="", better=""),
                name="pair_judgement_complete",
            ),
            models.CheckConstraint(
                condition=Q(revision=1) | ~Q(amend_reason=""),
                name="pair_judgement_amendment_has_reason",
            ),
        )

    def __str__(self) -> str:
        return f"{self.reviewer} on the pair {self.item}, revision {self.revision}"


def submissions(study: "Study") -> "QuerySet[Grade] | QuerySet[PairJudgement]":
    """Everything submitted in a study, revisions too: grades, or judgements of pairs."""
    model = PairJudgement if study.is_pairwise else Grade
    return model.objects.filter(item__study=study)
