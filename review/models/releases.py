"""Policies and releases: the filter rule, and the frozen rated data set made by one."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from pipeline.db.leases import Leased
from review.models.items import Item
from review.models.studies import Study


class Policy(models.Model):
    """A saved filter rule over verdicts and grades; `rules` is evidence.policies.Rules as JSON."""

    name = models.CharField(max_length=120, unique=True)
    rules = models.JSONField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-pk",)
        verbose_name_plural = "policies"

    def __str__(self) -> str:
        return self.name


class Release(Leased):
    """A frozen rated data set. Its lines are stored as released: nothing later changes a byte.

    `rules` repeats the policy as it was; `sha256` is that of all lines in order; `manifest`
    tells what went in, what stayed out and why; `texts` are the bundle's card and metadata by
    file name, kept so that better wording never changes an old release. All are empty until the
    release is frozen, by whichever worker holds `lease_token`.
    `archive_sha256` and `archive_size` (bytes) are of the bundle's ZIP in the data folder; the
    sum is empty while the ZIP is to be packed. `failed_reason` says why the release could not be
    made, or why its ZIP could not be packed again.
    """

    class State(models.TextChoices):
        MAKING = "making"
        FAILED = "failed"
        FROZEN = "frozen"
        WITHDRAWN = "withdrawn"

    UNFROZEN = (State.MAKING, State.FAILED)

    name = models.SlugField(max_length=80, unique=True)
    study = models.ForeignKey(Study, models.PROTECT, related_name="releases")
    policy = models.ForeignKey(Policy, models.PROTECT, related_name="releases")
    rules = models.JSONField()
    reasoner_kind = models.CharField(max_length=20)
    format_version = models.CharField(max_length=10)
    row_count = models.PositiveIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    manifest = models.JSONField(default=dict)
    texts = models.JSONField(default=dict)
    archive_sha256 = models.CharField(max_length=64, blank=True)
    archive_size = models.PositiveBigIntegerField(default=0)
    state = models.CharField(max_length=10, choices=State.choices, default=State.MAKING)
    failed_reason = models.TextField(blank=True)
    withdrawn_reason = models.CharField(max_length=400, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-pk",)
        constraints = (
            models.CheckConstraint(
                condition=~Q(state="withdrawn") | ~Q(withdrawn_reason=""),
                name="release_withdrawn_has_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state="failed") | ~Q(failed_reason=""),
                name="release_failed_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("making", "failed"), sha256="")
                | (Q(state__in=("frozen", "withdrawn")) & ~Q(sha256="")),
                name="release_sha256_once_frozen",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def event_chain(self) -> str:
        """The audit chain that holds its events: its study's."""
        return self.study.event_chain

    @property
    def is_frozen(self) -> bool:
        """Whether its lines stand: also when it was withdrawn since."""
        return self.state not in Release.UNFROZEN


class ReleasedTrace(models.Model):
    """One frozen line, exactly as it is exported, ending in a line break.

    A line with `left_out` was judged and is not part of the rated traces, for that reason: it
    is frozen because preference pairs and step labels for training come of it too.
    """

    release = models.ForeignKey(Release, models.PROTECT, related_name="lines")
    position = models.PositiveIntegerField()
    item = models.ForeignKey(Item, models.PROTECT, related_name="released")
    line = models.TextField()
    left_out = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ("release", "position")
        constraints = (
            models.UniqueConstraint(fields=("release", "position"), name="release_position_once"),
            models.UniqueConstraint(fields=("release", "item"), name="release_item_once"),
        )

    def __str__(self) -> str:
        return f"{self.release} line {self.position}"
