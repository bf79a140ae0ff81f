"""Question sets and their questions, as the sources state them."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from pipeline.db.leases import Leased


class QuestionSet(models.Model):
    """Questions of one source under one licence, with where their text may be sent.

    `destinations` lists hosts of endpoints that may receive the text; it matters only where
    `text_may_go` is LISTED_ENDPOINTS. Nothing may go anywhere until a lead says so. A benchmark is
    never released; `split` is which part of its source it is, as the source calls it ("test",
    "dev"; empty: not stated). `revision` goes up whenever questions are added or a key is
    corrected.
    """

    class TextMayGo(models.TextChoices):
        THIS_MACHINE = "this_machine", "stay on this machine"
        LISTED_ENDPOINTS = "listed_endpoints", "go to the endpoints listed"

    name = models.SlugField(max_length=80, unique=True)
    source = models.CharField(max_length=40)
    licence = models.CharField(max_length=120)
    may_be_released = models.BooleanField(default=False)
    is_benchmark = models.BooleanField(default=False)
    split = models.CharField(max_length=40, blank=True)
    revision = models.PositiveIntegerField(default=0, editable=False)
    text_may_go = models.CharField(
        max_length=20, choices=TextMayGo.choices, default=TextMayGo.THIS_MACHINE
    )
    destinations = models.JSONField(default=list, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("name",)
        constraints = (
            models.CheckConstraint(
                condition=Q(is_benchmark=True) | Q(split=""), name="question_set_split_of_benchmark"
            ),
        )

    def __str__(self) -> str:
        return self.name


class BenchmarkIdentity(Leased):
    """What a benchmark is, worked out by a worker from its questions as they were at `revision`.

    Null: not worked out yet. `sha256`, `questions`, `open_ended` and `options` (number of options
    to number of questions) as pipeline.benchmarks.identity has them; `repeats` are the first of
    its `repeat_groups`, each [ids, keys]; `clusters` counts questions, those that repeat, exactly
    or nearly, taken as one. `overlaps` says, by the row id of every other set, at which revision
    of that set it was compared, and what was found: pipeline.sources.benchmarks.identities.
    """

    question_set = models.OneToOneField(QuestionSet, models.CASCADE, related_name="identity")
    revision = models.PositiveIntegerField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    questions = models.PositiveIntegerField(default=0)
    open_ended = models.PositiveIntegerField(default=0)
    clusters = models.PositiveIntegerField(default=0)
    options = models.JSONField(default=dict)
    repeat_groups = models.PositiveIntegerField(default=0)
    repeats = models.JSONField(default=list)
    overlaps = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"identity of {self.question_set}"


class Question(models.Model):
    """One clinical QA pair. `options` is a list of [label, text]; empty for free text.

    `content_sha256` is the hash of all that the record says, so that the same question is
    never stored twice in a set, whatever id it comes under. `asked_sha256` is the hash of what
    is asked alone, without options and key: the same question is found by it in any set.
    """

    question_set = models.ForeignKey(QuestionSet, models.PROTECT, related_name="questions")
    id_in_source = models.CharField(max_length=120)
    text = models.TextField()
    options = models.JSONField(default=list)
    answer_label = models.CharField(max_length=8, blank=True)
    answer_text = models.TextField()
    context = models.TextField(blank=True)
    long_answer = models.TextField(blank=True)
    specialty = models.CharField(max_length=80, blank=True)
    topic = models.CharField(max_length=120, blank=True)
    question_type = models.CharField(max_length=60, blank=True)
    content_sha256 = models.CharField(max_length=64)
    asked_sha256 = models.CharField(max_length=64, db_index=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("question_set", "id_in_source"), name="question_id_once_in_set"
            ),
            models.UniqueConstraint(
                fields=("question_set", "content_sha256"), name="question_content_once_in_set"
            ),
        )

    def __str__(self) -> str:
        return f"{self.question_set}/{self.id_in_source}"


class QuestionLoad(models.Model):
    """One file loaded into a set: what was added, already there, and rejected line by line.

    `rejections` is a list of [line, reason], cut after the first thousand. `skipped` counts
    records of other splits. `key_counts_from` is the number that the first option has, where
    keys are numbers. `conflicts` is a list of [line, sentence], cut likewise: questions that are
    asked elsewhere with another key; `conflicting` counts them all.
    """

    question_set = models.ForeignKey(QuestionSet, models.CASCADE, related_name="loads")
    file_name = models.CharField(max_length=200)
    added = models.PositiveIntegerField()
    known = models.PositiveIntegerField()
    rejected = models.PositiveIntegerField()
    rejections = models.JSONField(default=list)
    skipped = models.PositiveIntegerField(default=0)
    key_counts_from = models.PositiveSmallIntegerField(null=True)
    conflicting = models.PositiveIntegerField(default=0)
    conflicts = models.JSONField(default=list)
    loaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    loaded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.file_name} into {self.question_set}"


class FileMapping(models.Model):
    """How the records of someone's own files become questions, saved under a name.

    `mapping` is a `FieldMapping` as JSON. The name is used like a published source's: it becomes
    the source of the sets that are loaded by it, and from then on the mapping stays as it is.
    """

    name = models.SlugField(max_length=40, unique=True)
    mapping = models.JSONField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name
