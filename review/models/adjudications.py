"""Adjudications: the consensus on an item whose grades disagree, beside the grades."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from review.models.grades import Grade, StepLabel
from review.models.items import Item

SCALE = [MinValueValidator(1), MaxValueValidator(5)]


class Adjudication(models.Model):
    """An adjudicator's decision on one item; a later one supersedes, none is overwritten.

    `grades` are the grades the adjudicator saw; `step_labels` maps step numbers to labels,
    where the steps were settled too. `fence` is that of the lease it was decided under: a
    repeated submit is the same adjudication.
    """

    item = models.ForeignKey(Item, models.PROTECT, related_name="adjudications")
    adjudicator = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    revision = models.PositiveSmallIntegerField(default=1)
    is_current = models.BooleanField(default=True)
    grades = models.ManyToManyField(Grade, related_name="adjudications")
    precision = models.PositiveSmallIntegerField(validators=SCALE)
    coherence = models.PositiveSmallIntegerField(validators=SCALE)
    decision = models.CharField(max_length=10, choices=Grade.Decision.choices)
    safety_flag = models.CharField(max_length=10, choices=Grade.SafetyFlag.choices, blank=True)
    answer_key_disputed = models.BooleanField(default=False)
    step_labels = models.JSONField(default=dict, blank=True)
    rationale = models.TextField()
    fence = models.PositiveIntegerField(null=True)
    decided_at = models.DateTimeField(auto_now_add=True)

    Label = StepLabel.Label

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("item",), condition=Q(is_current=True), name="adjudication_current_once"
            ),
            models.UniqueConstraint(fields=("item", "revision"), name="adjudication_revision_once"),
            models.UniqueConstraint(fields=("item", "fence"), name="adjudication_fence_once"),
            models.CheckConstraint(condition=~Q(rationale=""), name="adjudication_has_rationale"),
        )

    def __str__(self) -> str:
        return f"{self.item}: {self.decision}"


class AdjudicationLease(models.Model):
    """Who is settling an item, until when; `fence` grows whenever it changes hands."""

    item = models.OneToOneField(Item, models.PROTECT, related_name="adjudication_lease")
    adjudicator = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    fence = models.PositiveIntegerField(default=0)
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(adjudicator__isnull=False, until__isnull=False)
                | Q(adjudicator__isnull=True, until__isnull=True),
                name="adjudication_lease_has_end",
            ),
        )
        indexes = (models.Index(fields=("adjudicator", "until"), name="adjudication_lease_held"),)

    def __str__(self) -> str:
        return f"{self.item}, fence {self.fence}"
