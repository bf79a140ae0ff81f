"""Studies: review campaigns over traces."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from pipeline.core.records import ReasonerKind
from pipeline.models import Batch
from review.models.people import Reviewer


class Study(models.Model):
    """A sample of traces, a rubric version, an overlap and the rules under which it is graded.

    By its `mode`, items are graded one at a time, or two chains of thought on one question are
    compared (review.pairwise). A pairwise study has no grades, only judgements.

    `seed` orders each reviewer's items; `design` records how the sample was drawn, so that
    inclusion probabilities can be defended. Demonstration and model traces never mix:
    `reasoner_kind` holds for every item.

    Items of the reliability subset get `reliability_overlap` grades. Where `repeat_share` is
    not 0, that share of items comes again to whoever graded them, at least `repeat_gap` items
    later. `placebo_items` argue for a wrong option. With `route_by_specialty` an item waits
    `fallback_hours` for a reviewer of its specialty. `buckets` belongs to the reviewers' orders
    (review.queue.order).
    """

    class Mode(models.TextChoices):
        SINGLE = "single", "one at a time"
        PAIRWISE = "pairwise", "two side by side"

    class State(models.TextChoices):
        OPEN = "open"
        PAUSED = "paused"
        CLOSED = "closed"

    name = models.CharField(max_length=120, unique=True)
    mode = models.CharField(max_length=10, choices=Mode.choices, default=Mode.SINGLE)
    batches = models.ManyToManyField(Batch, related_name="studies")
    reviewers = models.ManyToManyField(Reviewer, through="StudyReviewer", related_name="studies")
    reasoner_kind = models.CharField(
        max_length=20, choices=[(kind.value, kind.name.lower()) for kind in ReasonerKind]
    )
    rubric_version = models.CharField(max_length=10)
    overlap = models.PositiveSmallIntegerField(
        default=2, validators=[MinValueValidator(1), MaxValueValidator(10)]
    )
    reliability_share = models.FloatField(default=0)
    reliability_overlap = models.PositiveSmallIntegerField(null=True, blank=True)
    repeat_share = models.FloatField(default=0)
    repeat_gap = models.PositiveIntegerField(default=20)
    placebo_items = models.PositiveIntegerField(default=0)
    route_by_specialty = models.BooleanField(default=False)
    fallback_hours = models.PositiveIntegerField(default=48)
    practice_round = models.BooleanField(default=False)
    buckets = models.PositiveSmallIntegerField(default=1)
    design = models.JSONField(default=dict)
    seed = models.PositiveBigIntegerField()
    lease_minutes = models.PositiveSmallIntegerField(default=30)
    hide_answer_key = models.BooleanField(default=False)
    reveal_after_submit = models.BooleanField(default=False)
    guidelines = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-pk",)
        verbose_name_plural = "studies"

    def __str__(self) -> str:
        return self.name

    @property
    def is_demonstration(self) -> bool:
        return self.reasoner_kind == ReasonerKind.DEMONSTRATION

    @property
    def is_pairwise(self) -> bool:
        """Whether two chains of thought are compared, and none is graded."""
        return self.mode == self.Mode.PAIRWISE

    @property
    def has_guidelines(self) -> bool:
        """Whether reviewers are told anything: guidelines, or that there are placebos."""
        return bool(self.guidelines or self.placebo_items)

    @property
    def twins_left_out(self) -> int:
        """Traces whose words another has: 0 also where a study opened before they were sought."""
        left_out: int = self.design.get("twins", {}).get("left_out", 0)
        return left_out

    @property
    def event_chain(self) -> str:
        """The name of the study's own audit chain."""
        return f"study:{self.pk}"


class StudyReviewer(models.Model):
    """A reviewer's place in a study, with an optional cap on the items they may grade.

    `cursor` is the bucket their walk has reached, `dealt` how many items they were dealt.
    """

    study = models.ForeignKey(Study, models.PROTECT, related_name="places")
    reviewer = models.ForeignKey(Reviewer, models.PROTECT, related_name="places")
    cap = models.PositiveIntegerField(null=True, blank=True)
    cursor = models.PositiveSmallIntegerField(default=0)
    dealt = models.PositiveIntegerField(default=0)
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("study", "reviewer"), name="reviewer_once_in_study"),
        )

    def __str__(self) -> str:
        return f"{self.reviewer} in {self.study}"
