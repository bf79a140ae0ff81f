"""Slots: places for one grade of one item, with leases; drafts and declines beside them."""

from django.db import models
from django.db.models import Q

from review.models.items import Item
from review.models.people import Reviewer


class Slot(models.Model):
    """The `number`-th grade of an item: open, leased to one reviewer, or filled by one.

    `fence` grows with every lease: a write that carries an older one is stale. `position` says
    which of the items dealt to its reviewer in the study this was, from 1.
    """

    class State(models.TextChoices):
        OPEN = "open"
        LEASED = "leased"
        FILLED = "filled"
        WITHDRAWN = "withdrawn"

    item = models.ForeignKey(Item, models.PROTECT, related_name="slots")
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    reviewer = models.ForeignKey(Reviewer, models.PROTECT, null=True, related_name="slots")
    fence = models.PositiveIntegerField(default=0)
    position = models.PositiveIntegerField(null=True)
    leased_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)

    class Meta:
        ordering = ("item", "number")
        constraints = (
            models.UniqueConstraint(fields=("item", "number"), name="slot_number_once"),
            models.UniqueConstraint(fields=("item", "reviewer"), name="slot_reviewer_once_an_item"),
            models.UniqueConstraint(
                fields=("reviewer",), condition=Q(state="leased"), name="slot_one_lease_a_reviewer"
            ),
            models.CheckConstraint(
                condition=Q(state__in=("leased", "filled"), reviewer__isnull=False)
                | Q(state__in=("open", "withdrawn"), reviewer__isnull=True),
                name="slot_reviewer_while_taken",
            ),
            models.CheckConstraint(
                condition=~Q(state="leased") | Q(lease_until__isnull=False),
                name="slot_lease_has_end",
            ),
        )
        indexes = (
            models.Index(fields=("reviewer", "state"), name="slot_by_reviewer"),
            models.Index(fields=("state", "lease_until"), name="slot_by_lease"),
            models.Index(
                fields=("reviewer", "position"),
                condition=Q(reviewer__isnull=False),
                name="slot_by_position",
            ),
        )

    def __str__(self) -> str:
        return f"{self.item} slot {self.number}"


class Draft(models.Model):
    """What a reviewer has entered and not submitted; it outlives the lease.

    `content` holds the form's fields by name. `version` grows with every save: a tab that
    writes on an older one is told so, unless the newer one is its own, of which it never heard:
    `tab` wrote it, as its save number `tab_save`. `blind_coherence` (1-5) is the first coherence
    saved in a study that hides the answer key: from then on the reviewer sees the key. An item
    that is graded has a draft again while its reviewer changes the grade.
    """

    item = models.ForeignKey(Item, models.PROTECT, related_name="drafts")
    reviewer = models.ForeignKey(Reviewer, models.PROTECT, related_name="drafts")
    content = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=0)
    tab = models.UUIDField(null=True)
    tab_save = models.PositiveIntegerField(default=0)
    active_seconds = models.PositiveIntegerField(default=0)
    blind_coherence = models.PositiveSmallIntegerField(null=True)
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("item", "reviewer"), name="draft_once_an_item"),
            models.CheckConstraint(
                condition=Q(blind_coherence__isnull=True)
                | Q(blind_coherence__gte=1, blind_coherence__lte=5),
                name="draft_blind_1_5",
            ),
        )

    def __str__(self) -> str:
        return f"draft of {self.item} by {self.reviewer}"


class Decline(models.Model):
    """A reviewer's "not for me": that item is never dealt to them again."""

    item = models.ForeignKey(Item, models.PROTECT, related_name="declines")
    reviewer = models.ForeignKey(Reviewer, models.PROTECT, related_name="declines")
    reason = models.CharField(max_length=200, blank=True)
    declined_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("item", "reviewer"), name="decline_once_an_item"),
        )

    def __str__(self) -> str:
        return f"{self.reviewer} declined {self.item}"
