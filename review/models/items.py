"""Items: a study's places for traces."""

import secrets

from django.db import models
from django.db.models import Q

from pipeline.models import Trace
from review.models.studies import Study


def new_code() -> str:
    """An unguessable public name that says nothing of order, kind or trace."""
    return secrets.token_urlsafe(9)


class Item(models.Model):
    """One trace in one study. `kind`, `expected` and `repeat_of` never reach a reviewer.

    A placebo is an ordinary item to its reviewers, on a trace that argues for a wrong option: it
    tells what the filters are worth, and counts in nothing else. A pair has a second trace, on the
    same question: the items of a pairwise study, which are compared and never graded.

    `inclusion_probability` is the known chance with which the sample took the trace within
    `stratum`; null for control items, repeats and placebos, which were put in, not drawn.
    `phase` says which phase of the sample drew it; a further phase changes the probability of
    earlier items to what it is over all phases so far (review.studies.phases).
    `expected` holds a control item's known grades. `bucket` is its place in the reviewers'
    orders (review.queue.order). `specialty` and `open_to_all_at` route it: before that time only
    reviewers of the specialty get it; null opens it to all at once.
    """

    class Kind(models.TextChoices):
        SAMPLED = "sampled"
        CONTROL = "control"
        REPEAT = "repeat"
        PLACEBO = "placebo"
        PAIR = "pair"

    code = models.CharField(max_length=16, unique=True, default=new_code, editable=False)
    study = models.ForeignKey(Study, models.PROTECT, related_name="items")
    trace = models.ForeignKey(Trace, models.PROTECT, related_name="items")
    rival_trace = models.ForeignKey(Trace, models.PROTECT, null=True, related_name="rival_items")
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.SAMPLED)
    stratum = models.CharField(max_length=120, blank=True)
    inclusion_probability = models.FloatField(null=True)
    phase = models.PositiveSmallIntegerField(default=1)
    expected = models.JSONField(null=True, blank=True)
    repeat_of = models.ForeignKey("self", models.PROTECT, null=True, related_name="repeats")
    bucket = models.PositiveSmallIntegerField(default=0)
    specialty = models.CharField(max_length=80, blank=True)
    open_to_all_at = models.DateTimeField(null=True, blank=True)
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("study", "trace"),
                condition=Q(kind="sampled"),
                name="item_trace_once_in_study",
            ),
            models.UniqueConstraint(
                fields=("study", "trace", "rival_trace"),
                condition=Q(kind="pair"),
                name="item_pair_once_in_study",
            ),
            models.CheckConstraint(
                condition=Q(kind="pair", rival_trace__isnull=False)
                | (~Q(kind="pair") & Q(rival_trace__isnull=True)),
                name="item_pair_has_rival",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=("sampled", "pair"), inclusion_probability__gt=0)
                | (~Q(kind__in=("sampled", "pair")) & Q(inclusion_probability__isnull=True)),
                name="item_probability_when_sampled",
            ),
            models.CheckConstraint(
                condition=Q(kind="repeat", repeat_of__isnull=False)
                | (~Q(kind="repeat") & Q(repeat_of__isnull=True)),
                name="item_repeat_names_twin",
            ),
            models.CheckConstraint(
                condition=Q(inclusion_probability__isnull=True) | Q(inclusion_probability__lte=1),
                name="item_probability_at_most_one",
            ),
        )
        indexes = (models.Index(fields=("study", "bucket"), name="item_by_bucket"),)

    def __str__(self) -> str:
        return self.code
