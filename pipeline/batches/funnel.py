"""The funnel of a batch: how many traces reached each stage, and why the others did not."""

from dataclasses import dataclass

from django.db.models import Count, QuerySet

from pipeline.jobs.progress import Reason, failures_of
from pipeline.models import Batch, Trace

STAGES = (
    ("extraction", "Mentions found"),
    ("linking", "Question and answer linked to the graph"),
    ("search", "A path joins them"),
    ("pruning", "Paths kept"),
    ("generation", "Chain of thought written"),
    ("filtering", "Read by the filters"),
)


@dataclass(frozen=True)
class Stage:
    """One step of the funnel: traces that passed it, and those that did not by reason."""

    title: str
    passed: int
    reasons: tuple[Reason, ...]
    is_filters: bool = False


@dataclass(frozen=True)
class Funnel:
    """Counts of a batch's current traces towards the answer key.

    total = pending + claimed + settled + cancelled; settled = kept + discarded + failed.
    `stages` cover the settled ones.
    """

    total: int
    pending: int
    claimed: int
    cancelled: int
    kept: int
    discarded: int
    failed: int
    stages: tuple[Stage, ...]

    @property
    def settled(self) -> int:
        return self.kept + self.discarded + self.failed

    @property
    def bar(self) -> int:
        """The length of a full bar: never 0, so that a bar can be drawn."""
        return self.settled or 1

    @property
    def made(self) -> int:
        return self.kept + self.discarded

    @property
    def failures(self) -> tuple[Reason, ...]:
        """Every failure reason with its count, largest first (filter rejections excluded)."""
        reasons = (reason for stage in self.stages[:-1] for reason in stage.reasons)
        return tuple(sorted(reasons, key=lambda reason: -reason.count))


def current_traces(batch: Batch) -> QuerySet[Trace]:
    """The batch's traces that no later attempt has replaced, those of every arm."""
    return batch.traces.filter(is_current=True)


def placebo_failures(batch: Batch) -> tuple[Reason, ...]:
    """Why current placebo traces failed, most frequent first."""
    return failures_of(current_traces(batch).exclude(arm=Trace.Arm.KEY))


def funnel_of(batch: Batch) -> Funnel:
    """Count the batch's current traces towards the answer key, in one query."""
    rows = list(
        batch.traces.of_key()
        .filter(is_current=True)
        .values_list("state", "kept", "failure_stage", "failure_reason", "rejections")
        .annotate(count=Count("pk"))
        .order_by("failure_reason", "rejections")
    )

    def count(state: str, kept: bool | None = None) -> int:
        return sum(row[5] for row in rows if row[0] == state and row[1] == kept)

    kept, discarded = count(Trace.State.MADE, True), count(Trace.State.MADE, False)
    failed = count(Trace.State.FAILED)
    failures = [(row[2], Reason(row[3], row[5])) for row in rows if row[0] == Trace.State.FAILED]
    rejected = tuple(
        Reason(row[4], row[5]) for row in rows if row[0] == Trace.State.MADE and row[1] is False
    )
    return Funnel(
        total=sum(row[5] for row in rows),
        pending=count(Trace.State.PENDING),
        claimed=count(Trace.State.CLAIMED),
        cancelled=count(Trace.State.CANCELLED),
        kept=kept,
        discarded=discarded,
        failed=failed,
        stages=_stages(_stages_of(batch), failures, kept + discarded + failed, rejected, kept),
    )


def _stages_of(batch: Batch) -> tuple[tuple[str, str], ...]:
    """No stage of the method ran on what was imported."""
    return () if batch.is_imported else STAGES


def _stages(
    titles: tuple[tuple[str, str], ...],
    failures: list[tuple[str, Reason]],
    settled: int,
    rejected: tuple[Reason, ...],
    kept: int,
) -> tuple[Stage, ...]:
    names = {name for name, _ in titles}
    stages, remaining = [], settled
    for name, title in titles:
        reasons = tuple(reason for stage, reason in failures if stage == name)
        remaining -= sum(reason.count for reason in reasons)
        stages.append(Stage(title, remaining, reasons))
    other = tuple(reason for stage, reason in failures if stage not in names)
    if other:
        # A stage this list does not know is still shown, never dropped.
        remaining -= sum(reason.count for reason in other)
        stages.append(Stage("Ended without a known stage", remaining, other))
    stages.append(Stage("Kept by every filter", kept, rejected, is_filters=True))
    return tuple(stages)
