"""Evaluations: what a model answers to a benchmark, and what was read from its answers."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from pipeline.models.endpoints import Endpoint
from pipeline.models.jobs import Job, JobItem
from pipeline.models.questions import Question, QuestionSet

MAX_ORDERS = 24
MAX_SAMPLES = 16
MAX_TEMPERATURE = 2.0
# Of an answer, where nobody chooses otherwise: room for a model that reasons before it answers.
MAX_OUTPUT_TOKENS = 2048


class Evaluation(Job):
    """One model, one benchmark, one way of asking.

    `items_sha256` is the identity of the questions asked (pipeline.benchmarks.identity): results
    are compared only where it is equal. `questions` counts them, `question_limit` is how many of
    the set were taken (null: all), `left_out` how many have no options or no key and were not
    asked.
    `model` is the model's name, as the endpoint calls it or as the file of others states it.
    `prompt` names a prompt of ours, `prompt_version` its version. A `temperature` of null leaves
    it to the model; 0 is greedy. Each question is asked `samples` times under each of `orders`
    orders of its options, drawn by `seed`; the first is the source's own. `base_url` is what the
    endpoint had at the start.

    One that was imported has no endpoint and asked nothing: `imported_from` says of the file of
    outputs its name, sha256, format, rows, how many were matched, which were not and why, and
    the settings that it states.
    """

    kind, items_name, endpoint_names = "evaluation", "answers", ("endpoint",)

    class Prompt(models.TextChoices):
        FREE = "free", "free: the question and its options"
        STRICT = "strict", "strict: with a last line of a fixed form"

    question_set = models.ForeignKey(QuestionSet, models.PROTECT, related_name="evaluations")
    items_sha256 = models.CharField(max_length=64)
    questions = models.PositiveIntegerField()
    question_limit = models.PositiveIntegerField(null=True, blank=True)
    left_out = models.PositiveIntegerField(default=0)
    model = models.CharField(max_length=200)
    endpoint = models.ForeignKey(
        Endpoint, models.PROTECT, null=True, blank=True, related_name="evaluations"
    )
    base_url = models.CharField(max_length=300, blank=True, editable=False)
    imported_from = models.JSONField(null=True, blank=True)
    prompt = models.CharField(max_length=10, choices=Prompt.choices, blank=True)
    prompt_version = models.CharField(max_length=10, blank=True)
    max_output_tokens = models.PositiveIntegerField(null=True, blank=True)
    temperature = models.FloatField(null=True, blank=True)
    samples = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1), MaxValueValidator(MAX_SAMPLES)]
    )
    orders = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1), MaxValueValidator(MAX_ORDERS)]
    )
    seed = models.PositiveIntegerField(default=0)

    class Meta(Job.Meta):
        constraints = (
            models.CheckConstraint(
                condition=Q(endpoint__isnull=True, imported_from__isnull=False)
                | Q(endpoint__isnull=False, imported_from__isnull=True),
                name="evaluation_asked_or_imported",
            ),
        )

    @property
    def is_imported(self) -> bool:
        return self.imported_from is not None


class EvaluationItem(JobItem):
    """One question under one order of its options, asked once, and what was read from the output.

    `shown` lists the source's labels in the order shown: the first stands under the letter A.
    `key_label` is the source's key when the evaluation began; nothing that reads an output sees
    it. `cluster` is the first of the questions asked that repeats this one, itself if none does:
    intervals treat those as one.

    Once made: `letter` is the letter read as it was shown, `label` the source's label of that
    option, both empty where none was read; `stage` is the rule that read it, or the class of what
    could not be read; `extractor` the version of those rules, empty where a filter or the model's
    own refusal withheld the output. An output that a model refused to give, or gave in part, is
    made: it is an outcome. `failed` is what got no output at all.
    """

    kind, job_kind = "evaluation_item", "evaluation"

    evaluation = models.ForeignKey(Evaluation, models.PROTECT, related_name="answers")
    question = models.ForeignKey(Question, models.PROTECT, related_name="evaluation_items")
    order_index = models.PositiveSmallIntegerField(default=0)
    shown = models.JSONField()
    key_label = models.CharField(max_length=8)
    cluster = models.PositiveBigIntegerField()
    output = models.TextField(blank=True)
    reasoning = models.TextField(blank=True)
    finish_reason = models.CharField(max_length=40, blank=True)
    stage = models.CharField(max_length=30, blank=True)
    letter = models.CharField(max_length=8, blank=True)
    label = models.CharField(max_length=8, blank=True)
    extractor = models.CharField(max_length=10, blank=True)

    class Meta:
        ordering = ("pk",)
        verbose_name_plural = "answers"
        constraints = (
            models.UniqueConstraint(
                fields=("evaluation", "question", "order_index", "sample_index"),
                name="evaluation_item_once",
            ),
            models.CheckConstraint(
                condition=Q(state="claimed", lease_token__isnull=False)
                | (~Q(state="claimed") & Q(lease_token__isnull=True)),
                name="evaluation_item_lease",
            ),
            models.CheckConstraint(
                condition=Q(state="made") ^ Q(stage=""), name="evaluation_item_stage_once_made"
            ),
            models.CheckConstraint(
                condition=(Q(letter="") & Q(label="")) | (~Q(letter="") & ~Q(label="")),
                name="evaluation_item_letter_and_label",
            ),
            models.CheckConstraint(
                condition=~Q(state="failed") | ~Q(failure_reason=""),
                name="evaluation_item_failure_has_reason",
            ),
        )
        indexes = (
            models.Index(fields=("evaluation", "state", "id"), name="evaluation_item_by_state"),
            models.Index(
                fields=("lease_until",),
                condition=Q(state="claimed"),
                name="evaluation_item_by_lease",
            ),
        )

    def __str__(self) -> str:
        return f"{self.question} in {self.evaluation}"
