"""Jobs: work that a lead starts, workers do item by item, and budgets bound.

A batch of traces is one, an evaluation of a model is another. Both go through the ledger alike.
"""

import uuid
from typing import ClassVar, cast

from django.conf import settings
from django.db import models

from pipeline.db.leases import Leased
from pipeline.models.endpoints import Endpoint


class Job(models.Model):
    """Items to be made by workers, with budgets and what they have spent.

    Budgets are null when there is none; what calls in flight may still take is reserved, what
    ended calls took is spent. Money is counted in `currency`, that of the known prices (empty:
    none is known, or they differ); a call of unknown price counts in tokens only. `replay` lets
    settled calls of other jobs answer equal ones of this, and the reverse. `pause_reason` says
    why a job paused itself. `software_version` is that of this program at the start (empty: begun
    before it was recorded). `kind` is the column of a ledger row that names the job, and what
    its events are called by; `items_name` is the relation to its items, `endpoint_names` the
    columns of its endpoints.
    """

    kind: ClassVar[str]
    items_name: ClassVar[str]
    endpoint_names: ClassVar[tuple[str, ...]]

    class State(models.TextChoices):
        RUNNING = "running"
        PAUSED = "paused"
        FINISHED = "finished"
        CANCELLED = "cancelled"

    name = models.CharField(max_length=120)
    software_version = models.CharField(max_length=60, blank=True, editable=False)
    replay = models.BooleanField(default=True)
    budget_money = models.DecimalField(max_digits=12, decimal_places=6, null=True, blank=True)
    budget_tokens = models.PositiveBigIntegerField(null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    reserved_money = models.DecimalField(max_digits=14, decimal_places=6, default=0)
    reserved_tokens = models.PositiveBigIntegerField(default=0)
    spent_money = models.DecimalField(max_digits=14, decimal_places=6, default=0)
    spent_tokens = models.PositiveBigIntegerField(default=0)
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    pause_reason = models.CharField(max_length=400, blank=True)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True
        ordering = ("-pk",)

    def __str__(self) -> str:
        return self.name

    @property
    def items(self) -> "models.QuerySet[JobItem]":
        """All its items."""
        rows: models.QuerySet[JobItem] = getattr(self, self.items_name).all()
        return rows

    @property
    def endpoints(self) -> tuple[Endpoint, ...]:
        """The endpoints that it asks."""
        named = (getattr(self, name) for name in self.endpoint_names)
        return tuple(endpoint for endpoint in named if endpoint is not None)

    @property
    def asks_models(self) -> bool:
        """Whether its items wait for a model, so that threads make them side by side."""
        return True


class JobItem(Leased):
    """One item of a job, made by whoever holds its lease.

    A claimed item returns to pending when its worker stops renewing. `failure_reason` is the
    kind of failure, `failure_detail` a sentence. `kind` and `job_kind` are the columns of a ledger
    row that name the item and its job.
    """

    kind: ClassVar[str]
    job_kind: ClassVar[str]

    class State(models.TextChoices):
        PENDING = "pending"
        CLAIMED = "claimed"
        MADE = "made"
        FAILED = "failed"
        CANCELLED = "cancelled"

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    sample_index = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    failure_stage = models.CharField(max_length=20, blank=True)
    failure_reason = models.CharField(max_length=40, blank=True)
    failure_detail = models.TextField(blank=True)
    claimed_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    seconds = models.FloatField(null=True)

    class Meta:
        abstract = True

    @classmethod
    def job_model(cls) -> type[Job]:
        """The kind of job that such items belong to."""
        return cast(type[Job], cls._meta.get_field(cls.job_kind).related_model)

    @property
    def job(self) -> Job:
        """The job that it belongs to."""
        return cast(Job, getattr(self, self.job_kind))

    @property
    def job_id(self) -> int:
        """The job's primary key, without reading the job."""
        return cast(int, getattr(self, f"{self.job_kind}_id"))

    @property
    def failure_title(self) -> str:
        """The reason as people read it: "answer not mapped"."""
        return self.failure_reason.replace("_", " ")
