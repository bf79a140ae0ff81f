"""The audit: append-only events in hash chains, one chain a study and one for the house."""

import hashlib
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

if TYPE_CHECKING:
    from django.contrib.auth.models import User

HOUSE = "house"
GENESIS = "0" * 64


class EventChain(models.Model):
    """The head of one chain; its row is the lock under which the chain grows."""

    name = models.CharField(max_length=60, unique=True)
    length = models.PositiveIntegerField(default=0)
    head = models.CharField(max_length=64, default=GENESIS)

    def __str__(self) -> str:
        return self.name


class EventManager(models.Manager["Event"]):
    """Appends; nothing else writes events."""

    def head(self, chain: str) -> dict[str, Any]:
        """Where a chain stands: its name, length and head digest, as releases record it."""
        row = EventChain.objects.filter(name=chain).first() or EventChain(name=chain)
        return {"chain": row.name, "length": row.length, "head": row.head}

    def record(
        self,
        action: str,
        subject: models.Model,
        /,
        *,
        by: "User | None",
        chain: str = HOUSE,
        **payload: Any,
    ) -> "Event":
        """Append to its chain what someone did to a row, in the caller's transaction.

        `payload` must be JSON and hold no secret. Returns the event.
        """
        with transaction.atomic():
            EventChain.objects.get_or_create(name=chain)
            head = EventChain.objects.select_for_update().get(name=chain)
            event = Event(
                chain=head,
                position=head.length + 1,
                at=timezone.now(),
                actor=by,
                action=action,
                subject_type=subject._meta.label_lower,
                subject_id=str(subject.pk),
                payload=payload,
                previous=head.head,
            )
            event.digest = event.computed_digest()
            event.save(force_insert=True)
            head.length, head.head = event.position, event.digest
            head.save(update_fields=("length", "head"))
        return event


class Event(models.Model):
    """One change that matters: who did what to which row, when, chained by sha256."""

    chain = models.ForeignKey(EventChain, models.PROTECT, related_name="events")
    position = models.PositiveIntegerField()
    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    action = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=60)
    payload = models.JSONField(default=dict)
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    objects = EventManager()

    class Meta:
        ordering = ("chain", "position")
        constraints = (
            models.UniqueConstraint(fields=("chain", "position"), name="event_position_once"),
        )
        indexes = (
            models.Index(fields=("subject_type", "subject_id"), name="event_by_subject"),
            models.Index(fields=("action",), name="event_by_action"),
        )

    def __str__(self) -> str:
        return f"{self.chain} {self.position}: {self.action}"

    def computed_digest(self) -> str:
        """sha256 over the event's content and the previous digest, as canonical JSON."""
        content = {
            "chain": self.chain.name,
            "position": self.position,
            "at": _instant(self.at),
            "actor": self.actor_id,
            "action": self.action,
            "subject": [self.subject_type, self.subject_id],
            "payload": self.payload,
            "previous": self.previous,
        }
        canonical = json.dumps(content, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()
