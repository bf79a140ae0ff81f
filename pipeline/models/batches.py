"""Batches: generation runs triggered by a lead."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from pipeline.core.records import ReasonerKind
from pipeline.models.configurations import Configuration
from pipeline.models.endpoints import Endpoint
from pipeline.models.jobs import Job
from pipeline.models.knowledge_graphs import KnowledgeGraph
from pipeline.models.questions import QuestionSet


class Batch(Job):
    """Questions x KG x method configuration x samples a question.

    `config` is the frozen MethodConfig as JSON, `config_fingerprint` its sha256;
    `configuration` is the saved one that it was chosen as, null for a preset. The base URLs are
    those the endpoints had at the start.
    For a `placebo_share` of the questions, from 0 to 1, the method also runs towards wrong options.
    A trial shows a lead what the settings give before a batch starts: it counts nowhere.

    An imported batch holds chains of thought that others made, and has no graph. `imported_from`
    says of its file: name, sha256, columns, author as stated, when, how many rows gave a trace,
    how many did not and why, line by line; `text_licence` is the licence of those texts.
    """

    kind, items_name = "batch", "traces"
    endpoint_names = ("reasoner_endpoint", "reader_endpoint", "embeddings_endpoint")

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

    class Meta(Job.Meta):
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

    @property
    def asks_models(self) -> bool:
        return not self.is_demonstration

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
