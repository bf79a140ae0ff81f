"""Disputes: what a lead ruled on a question whose answer key reviewers dispute."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from pipeline.models import Question


class KeyRuling(models.Model):
    """A lead's ruling on a disputed answer key; a later one supersedes, none is overwritten.

    It holds for every item on the question, in every study. A dispute raised after it is open
    again; a key found wrong and a withdrawn question stay out of releases. With a wrong key the
    right one may be named: `right_label` of an option, or `right_text` of a free answer.
    """

    class Ruling(models.TextChoices):
        STANDS = "stands", "the key stands"
        WRONG = "wrong", "the key is wrong"
        WITHDRAWN = "withdrawn", "the question is withdrawn"

    question = models.ForeignKey(Question, models.PROTECT, related_name="key_rulings")
    revision = models.PositiveSmallIntegerField(default=1)
    is_current = models.BooleanField(default=True)
    ruling = models.CharField(max_length=10, choices=Ruling.choices)
    reason = models.TextField()
    right_label = models.CharField(max_length=8, blank=True)
    right_text = models.TextField(blank=True)
    ruled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    ruled_at = models.DateTimeField()

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("question",), condition=Q(is_current=True), name="key_ruling_current_once"
            ),
            models.UniqueConstraint(
                fields=("question", "revision"), name="key_ruling_revision_once"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="key_ruling_has_reason"),
        )

    def __str__(self) -> str:
        return f"{self.question}: {self.ruling}"

    @property
    def names_right_key(self) -> bool:
        """Whether it says which key is right, with which the question goes on."""
        return bool(self.right_label or self.right_text)
