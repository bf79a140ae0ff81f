"""What the making of traces and evaluations need: jobs, endpoints, question sets."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from pipeline import access
from pipeline.batches.pauses import pause_of as pause_of_batch
from pipeline.evaluations.lifecycle import pause_of as pause_of_evaluation
from pipeline.jobs.pauses import Pause
from pipeline.models import Batch, Event, Job, Trace
from review.needs.need import RECENT, Need, NeedRow, need

UNKNOWN = "unknown"  # the licence of a set whose terms nobody stated


def trace_needs(user: User) -> Iterator[Need]:
    """In the order in which a lead works."""
    batches = access.batches_for(user).filter(state=Job.State.PAUSED)
    yield need("Batches that paused", _paused(batches, pause_of_batch))
    evaluations = access.evaluations_for(user).filter(state=Job.State.PAUSED)
    yield need("Evaluations that paused", _paused(evaluations, pause_of_evaluation))
    yield need("Batches that made nothing", _empty(user))
    yield need("Endpoints that do not answer", _endpoints(user))
    yield need("Question sets without terms", _without_terms(user))


def _paused(jobs: Iterable[Job], pause_of: Callable[[Any], Pause | None]) -> Iterator[NeedRow]:
    """Paused batches or evaluations; the page of one has the name of its kind."""
    rows = list(jobs)
    events = Event.objects.filter(
        action__in={f"{row.kind}.paused" for row in rows},
        subject_type__in={row._meta.label_lower for row in rows},
        subject_id__in=[str(row.pk) for row in rows],
    )
    paused_at = dict(events.order_by("pk").values_list("subject_id", "at"))
    for row in rows:
        since, pause = paused_at.get(str(row.pk)), pause_of(row)
        mended = pause is not None and pause.is_mended
        yield NeedRow(
            title=f"Trial of {row}" if isinstance(row, Batch) and row.is_trial else row.name,
            why="mended: resume it" if mended else row.pause_reason or "paused by a lead",
            since=since,
            page=f"pipeline:{row.kind}",
            argument=row.pk,
        )


def _empty(user: User) -> Iterator[NeedRow]:
    """Finished batches of which every trace failed; the reason that stopped most is theirs."""
    made = Trace.objects.of_key().filter(batch=OuterRef("pk"), state=Trace.State.MADE)
    recent = timezone.now() - RECENT
    finished = access.batches_for(user).filter(
        ~Exists(made), state=Batch.State.FINISHED, finished_at__gt=recent, is_trial=False
    )
    for row in finished:
        yield NeedRow(
            title=row.name,
            why="every trace failed; the funnel says why",
            since=row.finished_at,
            page="pipeline:batch",
            argument=row.pk,
        )


def _endpoints(user: User) -> Iterator[NeedRow]:
    now = timezone.now()
    failing = ~Q(test_error="") | Q(pace__open_until__gt=now)
    for row in access.endpoints_for(user).filter(failing, is_active=True):
        why = row.test_error or row.pace.open_reason
        since = row.tested_at if row.test_error else row.pace.failing_since
        yield NeedRow(
            title=row.name, why=why, since=since, page="pipeline:endpoint_change", argument=row.name
        )


def _without_terms(user: User) -> Iterator[NeedRow]:
    for row in access.question_sets_for(user).filter(licence__in=("", UNKNOWN)):
        yield NeedRow(
            title=row.name,
            why="its licence is unknown: no release can hold its questions",
            since=row.created_at,
            page="pipeline:question_set",
            argument=row.name,
        )
