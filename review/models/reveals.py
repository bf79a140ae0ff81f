"""Reveals: when a reviewer was shown what others say of an item they had graded."""

from django.db import models

from review.models.items import Item
from review.models.reviewers import Reviewer


class Reveal(models.Model):
    """The moment at which a blind grade was frozen; `peers_at`: other grades were shown too."""

    item = models.ForeignKey(Item, models.PROTECT, related_name="reveals")
    reviewer = models.ForeignKey(Reviewer, models.PROTECT, related_name="reveals")
    verdict_at = models.DateTimeField(auto_now_add=True)
    peers_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("item", "reviewer"), name="reveal_once_an_item"),
        )

    def __str__(self) -> str:
        return f"{self.item} revealed to {self.reviewer}"
