"""Traces: one question taken through the method, once for each sample and attempt."""

from django.db import models
from django.db.models import Q

from pipeline.models.batches import Batch
from pipeline.models.jobs import JobItem
from pipeline.models.questions import Question


class TraceQuerySet(models.QuerySet["Trace"]):
    """Traces; those towards a wrong option only serve to measure the filters."""

    def of_key(self) -> "TraceQuerySet":
        """The traces towards the answer key: the only ones that count as results.

        Every count, sample, export and release starts here; progress and costs take all.
        """
        return self.filter(arm=Trace.Arm.KEY)


class Trace(JobItem):
    """The work to be done for one question, then its outcome.

    Claimed by lease: whoever holds `lease_token` may settle it until someone else claims it.
    `record` is the core Trace as canonical JSON; the columns beside it repeat what queries
    need, `features` what reports and samples ask (pipeline.core.features). A retry makes a new
    attempt; earlier attempts stay with `is_current` false.
    `rejections` names the filters that rejected the trace, comma-separated.
    `arm`: towards the answer key, or, as a placebo, towards a wrong option in its place; the
    record of a placebo has that option as its key.
    """

    class Arm(models.TextChoices):
        KEY = "key", "answer key"
        PLACEBO_RANDOM = "placebo_random", "placebo, random option"
        PLACEBO_NEAREST = "placebo_nearest", "placebo, nearest option"

    kind, job_kind = "trace", "batch"

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="traces")
    question = models.ForeignKey(Question, models.PROTECT, related_name="traces")
    arm = models.CharField(max_length=20, choices=Arm.choices, default=Arm.KEY)
    attempt = models.PositiveSmallIntegerField(default=1)
    is_current = models.BooleanField(default=True)
    kept = models.BooleanField(null=True)
    rejections = models.CharField(max_length=200, blank=True)
    record = models.TextField(blank=True)
    features = models.JSONField(default=dict)
    record_sha256 = models.CharField(max_length=64, blank=True)

    objects = TraceQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("batch", "question", "sample_index", "arm", "attempt"),
                name="trace_attempt_once",
            ),
            models.UniqueConstraint(
                fields=("batch", "question", "sample_index", "arm"),
                condition=Q(is_current=True),
                name="trace_current_once",
            ),
            models.CheckConstraint(
                condition=Q(state="claimed", lease_token__isnull=False)
                | (~Q(state="claimed") & Q(lease_token__isnull=True)),
                name="trace_lease_while_claimed",
            ),
            models.CheckConstraint(
                condition=Q(state="made", kept__isnull=False)
                | (~Q(state="made") & Q(kept__isnull=True)),
                name="trace_verdict_once_made",
            ),
            models.CheckConstraint(
                condition=~Q(state="failed") | ~Q(failure_reason=""),
                name="trace_failure_has_reason",
            ),
        )
        indexes = (
            models.Index(fields=("batch", "state", "id"), name="trace_by_batch_state"),
            models.Index(
                fields=("lease_until",), condition=Q(state="claimed"), name="trace_by_lease"
            ),
        )

    def __str__(self) -> str:
        return f"{self.question} #{self.sample_index + 1}"

    @property
    def milliseconds(self) -> int | None:
        """How long it took to make, null before that."""
        return None if self.seconds is None else round(self.seconds * 1000)

    @property
    def is_placebo(self) -> bool:
        """Whether it argues for a wrong option, to test the filters."""
        return self.arm != self.Arm.KEY

    @property
    def rejection_titles(self) -> str:
        """The filters that rejected it, as people read them: "answer, conclusion"."""
        return self.rejections.replace(",", ", ")
