"""How far a job has come: its items by state, and why some of them failed."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet

from pipeline.models import JobItem


@dataclass(frozen=True)
class Progress:
    """Items counted by state."""

    total: int
    pending: int
    claimed: int
    cancelled: int

    @property
    def settled(self) -> int:
        return self.total - self.pending - self.claimed - self.cancelled


@dataclass(frozen=True)
class Reason:
    """Items that came to nothing for one reason."""

    reason: str
    count: int

    @property
    def title(self) -> str:
        return self.reason.replace("_", " ").replace(",", ", ")


def progress_of(items: QuerySet[Any]) -> Progress:
    """Count items of a job by state, in one query."""
    counts = _counted(items, "state")
    states = (JobItem.State.PENDING, JobItem.State.CLAIMED, JobItem.State.CANCELLED)
    return Progress(sum(counts.values()), *(counts.get(state, 0) for state in states))


def failures_of(items: QuerySet[Any]) -> tuple[Reason, ...]:
    """Why items of a job failed, the most frequent reason first, in one query."""
    failed = _counted(items.filter(state=JobItem.State.FAILED), "failure_reason")
    return tuple(Reason(*one) for one in sorted(failed.items(), key=lambda one: (-one[1], one[0])))


def _counted(items: QuerySet[Any], column: str) -> dict[str, int]:
    return dict(items.order_by().values_list(column).annotate(Count("pk")))
