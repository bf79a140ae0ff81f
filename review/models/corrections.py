"""Corrections: the whole CoT of an item as an adjudicator or lead corrected and approved it."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from review.models.items import Item


class Correction(models.Model):
    """An approved corrected CoT; a later one supersedes, none is overwritten.

    `steps` are the texts of all steps in their order, as many as the trace has.
    """

    item = models.ForeignKey(Item, models.PROTECT, related_name="corrections")
    revision = models.PositiveSmallIntegerField(default=1)
    is_current = models.BooleanField(default=True)
    steps = models.JSONField()
    conclusion = models.TextField()
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("item",), condition=Q(is_current=True), name="correction_current_once"
            ),
            models.UniqueConstraint(fields=("item", "revision"), name="correction_revision_once"),
            models.CheckConstraint(condition=~Q(conclusion=""), name="correction_has_conclusion"),
        )

    def __str__(self) -> str:
        return f"{self.item}, revision {self.revision}"
