"""Policies and releases: the filter rule, and the frozen data set made by one."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from pipeline.core.records import ReasonerKind
from pipeline.db.leases import Leased
from pipeline.models import Batch, Trace
from pipeline.models.events import HOUSE
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
    """A frozen data set. Its lines are stored as released: nothing later changes a byte.

    It holds what the policy takes of all traces of `batches`, or, without any, of the sampled
    items of `studies`; these are the evidence of how good it is. `chain` is the audit chain of
    its events: the study's where there is one, else the house's. Rows are split by clusters of
    near-duplicate questions, in the shares `split_shares` (by name) with the seed `split_seed`.
    `with_comments`: raters' free text is in the archive. `creators` are whom to cite (objects of
    `name`, `affiliation`, `orcid`), `contact` is whom to ask.
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
    batches = models.ManyToManyField(Batch, related_name="releases")
    studies = models.ManyToManyField(Study, related_name="releases")
    chain = models.CharField(max_length=60, default=HOUSE)
    policy = models.ForeignKey(Policy, models.PROTECT, related_name="releases")
    rules = models.JSONField()
    reasoner_kind = models.CharField(max_length=20)
    split_shares = models.JSONField(default=dict)
    split_seed = models.PositiveBigIntegerField(default=0)
    with_comments = models.BooleanField(default=False)
    creators = models.JSONField(default=list)
    contact = models.CharField(max_length=200, blank=True)
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
        """The audit chain that holds its events."""
        return self.chain

    @property
    def is_demonstration(self) -> bool:
        return self.reasoner_kind == ReasonerKind.DEMONSTRATION

    @property
    def kind_words(self) -> str:
        return self.reasoner_kind.replace("_", " ")

    @property
    def is_frozen(self) -> bool:
        """Whether its lines stand: also when it was withdrawn since."""
        return self.state not in Release.UNFROZEN


class ReleasedTrace(models.Model):
    """One frozen line, exactly as it is exported, ending in a line break.

    A line with `left_out` was judged and is not released, for that reason: it
    is frozen because preference pairs and step labels for training come of it too. `item`: the
    trace's in an evidence study, null for a trace that no study sampled.
    """

    release = models.ForeignKey(Release, models.PROTECT, related_name="lines")
    position = models.PositiveIntegerField()
    trace = models.ForeignKey(Trace, models.PROTECT, related_name="released")
    item = models.ForeignKey(Item, models.PROTECT, null=True, related_name="released")
    line = models.TextField()
    left_out = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ("release", "position")
        constraints = (
            models.UniqueConstraint(fields=("release", "position"), name="release_position_once"),
            models.UniqueConstraint(fields=("release", "trace"), name="release_trace_once"),
        )

    def __str__(self) -> str:
        return f"{self.release} line {self.position}"


class ReleaseFile(models.Model):
    """A file of a bundle that is not built from lines, as frozen: its bytes, compressed by gzip.

    `name` is its path in the bundle, `sha256` that of the bytes before compression.
    """

    release = models.ForeignKey(Release, models.PROTECT, related_name="frozen_files")
    name = models.CharField(max_length=200)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        ordering = ("release", "name")
        constraints = (
            models.UniqueConstraint(fields=("release", "name"), name="release_file_once"),
        )

    def __str__(self) -> str:
        return f"{self.release}: {self.name}"
