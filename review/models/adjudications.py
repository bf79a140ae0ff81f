"""Adjudications: what settles an item whose grades disagree, beside the grades.

A grade may be sent back to its grader first; a corrected CoT may come of it.
"""

from django.conf import settings
from django.db import models
from django.db.models import Exists, ExpressionWrapper, OuterRef, Q, QuerySet

from pipeline.statistics.consensus import ACCEPT, DISCORDANT_DISTANCE
from review.models.grades import SCALE, Grade, StepLabel
from review.models.items import Item
from review.models.studies import Study


class AdjudicationQuerySet(QuerySet["Adjudication"]):
    """Whether what was settled still holds."""

    def with_overtaken(self) -> "AdjudicationQuerySet":
        """Say of each, as `overtaken`, whether a grade it did not weigh reopens the item.

        A rating does that lies `DISCORDANT_DISTANCE` or more from what was settled, or across
        the accept line; a control item is not reopened by ratings. So does a safety flag of
        another severity, also one raised after a reveal, by someone who could not judge, or in
        a repeat of the item. Step labels never do.

        The queue and the releases both ask here: an item waits exactly while its settlement
        does not count.
        """
        unseen = Grade.objects.exclude(adjudications=OuterRef("pk"))
        ratings = unseen.filter(item=OuterRef("item"), item__kind=Item.Kind.SAMPLED).judged()
        flags = unseen.flagged().exclude(safety_flag=OuterRef("safety_flag"))
        overtaken = (
            Exists(ratings.filter(_far_from_settled("precision") | _far_from_settled("coherence")))
            | Q(decision=ACCEPT) & Exists(ratings.exclude(decision=ACCEPT))
            | ~Q(decision=ACCEPT) & Exists(ratings.filter(decision=ACCEPT))
            | Exists(flags.filter(item=OuterRef("item")))
            | Exists(flags.filter(item__repeat_of=OuterRef("item")))
        )
        return self.annotate(
            overtaken=ExpressionWrapper(overtaken, output_field=models.BooleanField())
        )


def _far_from_settled(scale: str) -> Q:
    column, settled = f"cot_{scale}", OuterRef(scale)
    return Q(**{f"{column}__gte": settled + DISCORDANT_DISTANCE}) | Q(
        **{f"{column}__lte": settled - DISCORDANT_DISTANCE}
    )


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

    objects = AdjudicationQuerySet.as_manager()

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


class SendBackQuerySet(QuerySet["SendBack"]):
    """Which send-backs still wait for their grader."""

    def waiting(self) -> "SendBackQuerySet":
        """Neither answered in words nor by a later revision; a closed study waits for nothing."""
        later = Grade.objects.filter(
            item=OuterRef("grade__item"),
            reviewer=OuterRef("grade__reviewer"),
            revision__gt=OuterRef("grade__revision"),
        )
        open_studies = ~Q(grade__item__study__state=Study.State.CLOSED)
        return self.filter(open_studies, ~models.Exists(later), closed_at__isnull=True)


class SendBack(models.Model):
    """A lead's or adjudicator's request to look at a grade again.

    The grader sees the comment and their own grade, nobody else's. It is answered by a later
    revision, or by `reply`: why the grade stands. An adjudication closes it without an answer.
    """

    grade = models.ForeignKey(Grade, models.PROTECT, related_name="sendbacks")
    comment = models.TextField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    reply = models.TextField(blank=True)
    closed_at = models.DateTimeField(null=True)

    objects = SendBackQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("grade",), condition=Q(closed_at__isnull=True), name="sendback_open_once"
            ),
            models.CheckConstraint(condition=~Q(comment=""), name="sendback_has_comment"),
            models.CheckConstraint(
                condition=Q(reply="") | Q(closed_at__isnull=False), name="sendback_reply_closes"
            ),
        )

    def __str__(self) -> str:
        return f"{self.grade} sent back"


class Correction(models.Model):
    """An approved corrected CoT; a later one supersedes, none is overwritten.

    `steps` are the texts of all steps in their order, as many as the trace has.
    """

    item = models.ForeignKey(Item, models.PROTECT, related_name="corrections")
    revision = models.PositiveSmallIntegerField(default=1)
    is_current = models.BooleanField(default=True)
    steps = models.JSONField()
    conclusion = models.TextField()
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("item",), condition=Q(is_current=True), name="correction_current_once"
            ),
            models.UniqueConstraint(fields=("item", "revision"), name="correction_revision_once"),
            models.CheckConstraint(condition=~Q(conclusion=""), name="correction_has_conclusion"),
        )

    def __str__(self) -> str:
        return f"{self.item}, revision {self.revision}"
