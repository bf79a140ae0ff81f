"""Grades: submitted judgements, append-only, with step labels and path grades."""

import uuid

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet

from review.models.items import Item
from review.models.people import Reviewer
from review.models.slots import Slot

SCALE = [MinValueValidator(1), MaxValueValidator(5)]


def _on_scale(field: str, name: str) -> models.CheckConstraint:
    unset = Q(**{f"{field}__isnull": True})
    return models.CheckConstraint(
        condition=unset | Q(**{f"{field}__gte": 1, f"{field}__lte": 5}), name=name
    )


def may_warn(prefix: str = "") -> Q:
    """Grades whose safety flags and doubts count: current ones, and those after a reveal.

    A revision after a reveal never enters a rating, but a warning in it is still a warning.
    """
    return Q(**{f"{prefix}is_current": True}) | Q(**{f"{prefix}after_reveal": True})


class GradeQuerySet(QuerySet["Grade"]):
    """Which grades count as ratings, as warnings, and as independent judgements."""

    def judged(self) -> "GradeQuerySet":
        """Current grades of reviewers who could judge: the ratings of an item."""
        return self.filter(is_current=True, cannot_judge="")

    def flagged(self) -> "GradeQuerySet":
        """Grades with a safety flag that counts."""
        return self.filter(may_warn()).exclude(safety_flag="")

    def unprompted(self) -> "GradeQuerySet":
        """Each reviewer's last grade before it was sent back or others' were revealed.

        Agreement is measured on these: an amendment on request is no independent judgement.
        """
        of_the_same = Grade.objects.filter(item=OuterRef("item"), reviewer=OuterRef("reviewer"))
        prompted = of_the_same.filter(sendbacks__isnull=False, revision__lt=OuterRef("revision"))
        independent = ~Exists(prompted) & Q(after_reveal=False)
        later = of_the_same.filter(independent, revision__gt=OuterRef("revision"))
        return self.filter(independent & ~Exists(later))


class Grade(models.Model):
    """One reviewer's judgement of one item; an amendment is a new revision, never an update.

    Scales run from 1 to 5 and are null only when the reviewer cannot judge the item, with
    the reason. `first_incorrect_step` is 0 when every labelled step is sound, null when the
    steps were not labelled. `idempotency_key` makes a repeated submit the same grade.
    `blind_coherence` is the coherence given before a hidden answer key was shown; null in
    studies that do not hide it. `after_reveal` marks a revision made with other judgements in
    sight: never in statistics, and never the current grade, which stays the blind one.
    """

    class Decision(models.TextChoices):
        ACCEPT = "accept"
        REVISE = "revise"
        REJECT = "reject"

    class SafetyFlag(models.TextChoices):
        NONE = "", "no flag"
        MILD = "mild"
        MODERATE = "moderate"
        SEVERE = "severe"

    class CannotJudge(models.TextChoices):
        NO = "", "can judge"
        OUTSIDE_SPECIALTY = "outside_specialty", "outside my specialty"
        CONTEXT_MISSING = "context_missing"
        QUESTION_FAULTY = "question_faulty"

    slot = models.ForeignKey(Slot, models.PROTECT, related_name="grades")
    item = models.ForeignKey(Item, models.PROTECT, related_name="grades")
    reviewer = models.ForeignKey(Reviewer, models.PROTECT, related_name="grades")
    revision = models.PositiveSmallIntegerField(default=1)
    is_current = models.BooleanField(default=True)
    amend_reason = models.CharField(max_length=400, blank=True)
    after_reveal = models.BooleanField(default=False)
    rubric_version = models.CharField(max_length=10)
    cot_precision = models.PositiveSmallIntegerField(null=True, validators=SCALE)
    cot_coherence = models.PositiveSmallIntegerField(null=True, validators=SCALE)
    blind_coherence = models.PositiveSmallIntegerField(null=True, validators=SCALE)
    decision = models.CharField(max_length=10, choices=Decision.choices, blank=True)
    answer_key_disputed = models.BooleanField(default=False)
    safety_flag = models.CharField(max_length=10, choices=SafetyFlag.choices, blank=True)
    cannot_judge = models.CharField(max_length=20, choices=CannotJudge.choices, blank=True)
    first_incorrect_step = models.PositiveSmallIntegerField(null=True)
    comment = models.TextField(blank=True)
    active_seconds = models.PositiveIntegerField(null=True)
    wall_seconds = models.PositiveIntegerField(null=True)
    study_position = models.PositiveIntegerField(null=True)
    session_position = models.PositiveIntegerField(null=True)
    idempotency_key = models.UUIDField(default=uuid.uuid4, unique=True)
    submitted_at = models.DateTimeField(auto_now_add=True)

    objects = GradeQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("item", "reviewer", "revision"), name="grade_revision_once"
            ),
            models.UniqueConstraint(
                fields=("item", "reviewer"), condition=Q(is_current=True), name="grade_current_once"
            ),
            _on_scale("cot_precision", "grade_precision_1_5"),
            _on_scale("cot_coherence", "grade_coherence_1_5"),
            _on_scale("blind_coherence", "grade_blind_1_5"),
            models.CheckConstraint(
                condition=~Q(cannot_judge="")
                | (
                    Q(cot_precision__isnull=False)
                    & Q(cot_coherence__isnull=False)
                    & ~Q(decision="")
                ),
                name="grade_complete_or_cannot_judge",
            ),
            models.CheckConstraint(
                condition=Q(revision=1) | ~Q(amend_reason=""), name="grade_amendment_has_reason"
            ),
        )

    def __str__(self) -> str:
        return f"{self.reviewer} on {self.item}, revision {self.revision}"


class StepLabel(models.Model):
    """What a grade says of one CoT step (numbered from 1)."""

    class Label(models.TextChoices):
        CORRECT = "correct"
        INCORRECT = "incorrect"
        UNSUPPORTED = "unsupported"
        CANNOT_JUDGE = "cannot_judge"

    grade = models.ForeignKey(Grade, models.PROTECT, related_name="step_labels")
    step = models.PositiveSmallIntegerField()
    label = models.CharField(max_length=12, choices=Label.choices)
    correction = models.TextField(blank=True)

    class Meta:
        ordering = ("grade", "step")
        constraints = (models.UniqueConstraint(fields=("grade", "step"), name="step_label_once"),)

    def __str__(self) -> str:
        return f"step {self.step}: {self.label}"


class PathGrade(models.Model):
    """What a grade says of one cited path (its position in the trace's paths, from 0).

    `invalid_edges` lists positions in the path's edges (from 0) that are not true relations.
    """

    grade = models.ForeignKey(Grade, models.PROTECT, related_name="path_grades")
    path = models.PositiveSmallIntegerField()
    precision = models.PositiveSmallIntegerField(validators=SCALE)
    coherence = models.PositiveSmallIntegerField(validators=SCALE)
    invalid_edges = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ("grade", "path")
        constraints = (
            models.UniqueConstraint(fields=("grade", "path"), name="path_grade_once"),
            _on_scale("precision", "path_precision_1_5"),
            _on_scale("coherence", "path_coherence_1_5"),
        )

    def __str__(self) -> str:
        return f"path {self.path + 1}: {self.precision}/{self.coherence}"


class Reveal(models.Model):
    """The moment at which a blind grade was frozen; `peers_at`: other grades were shown too."""

    item = models.ForeignKey(Item, models.PROTECT, related_name="reveals")
    reviewer = models.ForeignKey(Reviewer, models.PROTECT, related_name="reveals")
    verdict_at = models.DateTimeField(auto_now_add=True)
    peers_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("item", "reviewer"), name="reveal_once_an_item"),
        )

    def __str__(self) -> str:
        return f"{self.item} revealed to {self.reviewer}"
