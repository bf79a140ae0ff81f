"""How long a running job will take: the items left, at the pace of those settled last."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from pipeline.jobs.lifecycle import open_items
from pipeline.models import Event, Job

# Fewer say nothing of the pace; more than these are no longer recent.
MIN_SETTLED, MAX_SETTLED = 5, 60
# From each of these on the job was at work again: no pause counts as slowness.
BEGUN = ("started", "resumed", "retried", "question_made_again")
UNITS = {"days": timedelta(days=1), "hours": timedelta(hours=1), "minutes": timedelta(minutes=1)}


@dataclass(frozen=True)
class TimeLeft:
    """`left` items at the pace of the last `settled`, which took `took`, up to `now`.

    `items` is what they are called: traces, answers.
    """

    items: str
    left: int
    settled: int
    took: timedelta
    now: datetime

    @property
    def duration(self) -> timedelta:
        return self.left * self.took / self.settled

    @property
    def ends_at(self) -> datetime:
        return self.now + self.duration

    def __str__(self) -> str:
        """For example: about 12 minutes left."""
        return f"about {in_words(self.duration)} left"

    @property
    def basis(self) -> str:
        """How it was computed."""
        return (
            f"{self.left:,} {self.items} at the pace of the last {self.settled:,}, "
            f"which were settled in {in_words(self.took)}"
        )


def time_left(job: Job, *, now: datetime) -> TimeLeft | None:
    """How long the job will take, from the pace of the items settled last, of every kind.

    The pace is counted up to now, so that a job that has stalled is told to take longer. None
    unless it runs and at least MIN_SETTLED items have been settled since it last began.
    """
    if job.state != Job.State.RUNNING:
        return None
    since = _begun_at(job)
    settled = job.items.filter(settled_at__gt=since).order_by("-settled_at")
    times = list(settled.values_list("settled_at", flat=True)[: MAX_SETTLED + 1])
    if len(times) > MAX_SETTLED:
        since = times.pop() or since
    left = open_items(job).count()
    if len(times) < MIN_SETTLED or not left or now <= since:
        return None
    return TimeLeft(
        str(job.items.model._meta.verbose_name_plural), left, len(times), now - since, now
    )


def _begun_at(job: Job) -> datetime:
    """When the job last went to work."""
    label = job._meta.label_lower
    began = Event.objects.filter(subject_type=label, subject_id=str(job.pk))
    began = began.filter(action__in=[f"{job.kind}.{one}" for one in BEGUN])
    last: datetime | None = began.order_by("-at").values_list("at", flat=True).first()
    return last or job.started_at


def in_words(duration: timedelta) -> str:
    """A duration in the largest unit of which there are two; hours and days with a decimal."""
    for unit, size in UNITS.items():
        if duration >= 2 * size:
            number = duration / size
            return f"{number:.0f} {unit}" if unit == "minutes" else f"{number:.1f} {unit}"
    seconds = max(1, round(duration.total_seconds()))
    return f"{seconds} second{'s' if seconds > 1 else ''}"
