"""Batches: generation runs triggered by a lead."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from pipeline.core.records import ReasonerKind
from pipeline.models.configurations import Configuration
from pipeline.models.endpoints import Endpoint
from pipeline.models.knowledge_graphs import KnowledgeGraph
from pipeline.models.questions import QuestionSet


class Batch(models.Model):
    """Questions x KG x method configuration x samples a question.

    `config` is the frozen MethodConfig as JSON, `config_fingerprint` its sha256;
    `configuration` is the saved one that it was chosen as, null for a preset. Budgets are
    null when there is none; what calls in flight may still take is reserved, what ended calls
    took is spent. Money is counted in `currency`, that of the known prices (empty: none is
    known, or they differ); a call of unknown price counts in tokens only. The base URLs are
    those the endpoints had at the start. `replay` lets settled calls of other batches answer
    equal ones of this, and the reverse. `pause_reason` says why a batch paused itself.
    For a `placebo_share` of the questions, from 0 to 1, the method also runs towards wrong options.
    `software_version` is that of this program at the start (empty: begun before it was recorded).
    A trial shows a lead what the settings give before a batch starts: it counts nowhere.

    An imported batch holds chains of thought that others made, and has no graph. `imported_from`
    says of its file: name, sha256, columns, author as stated, when, how many rows gave a trace,
    how many did not and why, line by line; `text_licence` is the licence of those texts.
    """

    class State(models.TextChoices):
        RUNNING = "running"
        PAUSED = "paused"
        FINISHED = "finished"
        CANCELLED = "cancelled"

    name = models.CharField(max_length=120)
    question_set = models.ForeignKey(QuestionSet, models.PROTECT, related_name="batches")
    knowledge_graph = models.ForeignKey(
        KnowledgeGraph, models.PROTECT, null=True, blank=True, related_name="batches"
    )
    imported_from = models.JSONField(null=True, blank=True)
    text_licence = models.CharField(max_length=120, blank=True)
    text_may_be_released = models.BooleanField(default=False)
    configuration = models.ForeignKey(
        Configuration, models.PROTECT, null=True, blank=True, related_name="batches"
    )
    config = models.JSONField()
    config_fingerprint = models.CharField(max_length=64)
    reasoner_kind = models.CharField(
        max_length=20, choices=[(kind.value, kind.name.lower()) for kind in ReasonerKind]
    )
    samples = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1), MaxValueValidator(16)]
    )
    placebo_share = models.FloatField(
        default=0.0, validators=[MinValueValidator(0), MaxValueValidator(1)]
    )
    software_version = models.CharField(max_length=60, blank=True, editable=False)
    is_trial = models.BooleanField(default=False)
    question_limit = models.PositiveIntegerField(null=True, blank=True)
    reasoner_endpoint = models.ForeignKey(
        Endpoint, models.PROTECT, null=True, blank=True, related_name="+"
    )
    reader_endpoint = models.ForeignKey(
        Endpoint, models.PROTECT, null=True, blank=True, related_name="+"
    )
    embeddings_endpoint = models.ForeignKey(
        Endpoint, models.PROTECT, null=True, blank=True, related_name="+"
    )
    reasoner_base_url = models.CharField(max_length=300, blank=True, editable=False)
    reader_base_url = models.CharField(max_length=300, blank=True, editable=False)
    embeddings_base_url = models.CharField(max_length=300, blank=True, editable=False)
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
        ordering = ("-pk",)
        verbose_name_plural = "batches"
        constraints = (
            models.CheckConstraint(
                condition=Q(
                    reasoner_kind=ReasonerKind.IMPORTED.value,
                    knowledge_graph__isnull=True,
                    imported_from__isnull=False,
                )
                | (
                    ~Q(reasoner_kind=ReasonerKind.IMPORTED.value)
                    & Q(knowledge_graph__isnull=False, imported_from__isnull=True)
                ),
                name="batch_graph_unless_imported",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def configuration_name(self) -> str:
        """The name of the configuration that was chosen, be it a preset's."""
        return self.configuration.name if self.configuration else str(self.config["preset"])

    @property
    def is_demonstration(self) -> bool:
        return self.reasoner_kind == ReasonerKind.DEMONSTRATION

    @property
    def is_imported(self) -> bool:
        return self.reasoner_kind == ReasonerKind.IMPORTED

    @property
    def graph(self) -> KnowledgeGraph:
        """The graph that its traces were made on. Raises ValueError for an imported batch."""
        if self.knowledge_graph is None:
            raise ValueError(f"The batch {self} was imported: it has no graph.")
        return self.knowledge_graph
