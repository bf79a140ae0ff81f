"""The ledger's rows: every call to a language model, written before it is sent."""

from collections.abc import Iterable

from django.db import models
from django.db.models import Q

from pipeline.models.batches import Batch
from pipeline.models.endpoints import Endpoint
from pipeline.models.evaluations import Evaluation, EvaluationItem
from pipeline.models.jobs import Job, JobItem
from pipeline.models.traces import Trace

JOBS: tuple[type[Job], ...] = (Batch, Evaluation)
JOB_ITEMS: tuple[type[JobItem], ...] = (Trace, EvaluationItem)


class LLMCallQuerySet(models.QuerySet["LLMCall"]):
    """Calls; those of placebo traces only serve to measure the filters."""

    def of_key(self) -> "LLMCallQuerySet":
        """All calls but those of placebo traces."""
        return self.filter(Q(trace=None) | Q(trace__arm=Trace.Arm.KEY))

    def of_job(self, job: Job) -> "LLMCallQuerySet":
        """The calls of a batch or an evaluation."""
        return self.filter(**{job.kind: job})

    def of_items(self, items: Iterable[JobItem]) -> "LLMCallQuerySet":
        """The calls made for these items of one kind of job."""
        chosen = list(items)
        return self.filter(**{f"{chosen[0].kind}__in": chosen}) if chosen else self.none()


class LLMCall(models.Model):
    """One call: what was asked, what came back, what it took.

    `fingerprint` is the sha256 over endpoint, base URL, model, parameters, prompt version,
    rendered messages and sample index: equal fingerprints are the same question, and only one
    is in flight at a time. What it may take at most is reserved while it is in flight. Costs
    are null when the model's price is unknown, never 0; where the endpoint told no usage, the
    tokens are null and the cost is what was reserved. UNCERTAIN: nobody knows whether it was
    answered (the worker died, the connection broke), so it is charged in full. FAILED with a
    cost: the model was paid for an answer of no use. `attempts` counts requests sent.
    `answer_model`, `answer_provider` and `answer_fingerprint` are what the answer itself says of
    the model, who served it and in which build (empty: nothing).
    A repair names the call whose answer it asks to be mended; a probe belongs to no job. A call
    of a batch names its trace, one of an evaluation its item.
    """

    class Status(models.TextChoices):
        IN_FLIGHT = "in_flight"
        SETTLED = "settled"
        FAILED = "failed"
        UNCERTAIN = "uncertain"
        REPLAYED = "replayed"

    batch = models.ForeignKey(Batch, models.PROTECT, null=True, related_name="calls")
    trace = models.ForeignKey(Trace, models.PROTECT, null=True, related_name="calls")
    evaluation = models.ForeignKey(Evaluation, models.PROTECT, null=True, related_name="calls")
    evaluation_item = models.ForeignKey(
        EvaluationItem, models.PROTECT, null=True, related_name="calls"
    )
    stage = models.CharField(max_length=20)
    fingerprint = models.CharField(max_length=64)
    served_by = models.ForeignKey(Endpoint, models.PROTECT, null=True, related_name="calls")
    endpoint = models.CharField(max_length=200)
    model = models.CharField(max_length=200)
    parameters = models.JSONField(default=dict)
    prompt_name = models.CharField(max_length=40)
    prompt_version = models.CharField(max_length=10)
    messages = models.JSONField()
    sample_index = models.PositiveSmallIntegerField(default=0)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.IN_FLIGHT)
    replay_of = models.ForeignKey("self", models.PROTECT, null=True, related_name="replays")
    repair_of = models.ForeignKey("self", models.PROTECT, null=True, related_name="repairs")
    attempts = models.PositiveSmallIntegerField(default=1)
    answer_text = models.TextField(blank=True)
    answer_value = models.JSONField(null=True)
    answer_model = models.CharField(max_length=200, blank=True)
    answer_provider = models.CharField(max_length=100, blank=True)
    answer_fingerprint = models.CharField(max_length=100, blank=True)
    reasoning_text = models.TextField(blank=True)
    finish_reason = models.CharField(max_length=40, blank=True)
    input_tokens = models.PositiveIntegerField(null=True)
    output_tokens = models.PositiveIntegerField(null=True)
    reserved_tokens = models.PositiveIntegerField(null=True)
    reserved_cost = models.DecimalField(max_digits=12, decimal_places=6, null=True)
    cost = models.DecimalField(max_digits=12, decimal_places=6, null=True)
    currency = models.CharField(max_length=3, blank=True)
    latency_ms = models.PositiveIntegerField(null=True)
    error = models.TextField(blank=True)
    sent_at = models.DateTimeField(auto_now_add=True)
    settled_at = models.DateTimeField(null=True)

    objects = LLMCallQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(
                condition=~Q(status="settled") | Q(settled_at__isnull=False),
                name="call_settled_has_time",
            ),
            models.UniqueConstraint(
                fields=("fingerprint",), condition=Q(status="in_flight"), name="call_in_flight_once"
            ),
            models.CheckConstraint(
                condition=Q(batch__isnull=True) | Q(evaluation__isnull=True), name="call_of_one_job"
            ),
        )
        indexes = (
            models.Index(fields=("fingerprint", "status"), name="call_by_fingerprint"),
            models.Index(fields=("batch", "status"), name="call_by_batch_status"),
            models.Index(
                fields=("served_by",),
                condition=Q(status="in_flight", trace__isnull=False),
                name="call_in_flight_by_endpoint",
            ),
            models.Index(fields=("evaluation", "status"), name="call_by_evaluation_status"),
            models.Index(
                fields=("served_by",),
                condition=Q(status="in_flight", evaluation_item__isnull=False),
                name="call_in_flight_of_evaluation",
            ),
        )

    def __str__(self) -> str:
        return f"{self.stage} call {self.pk}"

    @property
    def job_reference(self) -> tuple[type[Job], int] | None:
        """The kind of job that it was made for, and the job's key; None for one of no job."""
        for job in JOBS:
            if (key := getattr(self, f"{job.kind}_id")) is not None:
                return job, key
        return None

    @property
    def item_id(self) -> int | None:
        """The key of the item that it was made for; keys of different jobs' items may be equal."""
        item: int | None = self.trace_id or self.evaluation_item_id
        return item
