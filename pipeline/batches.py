"""Batches: start, pump, pause, resume, cancel, retry.

State changes are compare-and-set; nothing here enqueues: the caller rings Celery on commit.
"""

import time
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from pipeline import store
from pipeline.claims import claim_trace, lease_kept
from pipeline.core.config import MethodConfig
from pipeline.core.errors import ArtefactError, InvalidConfiguration, UnexpectedError
from pipeline.core.method import Tools, make_trace
from pipeline.core.records import Failure
from pipeline.core.records import Trace as TraceRecord
from pipeline.log import log
from pipeline.models import Batch, Event, KnowledgeGraph, Question, QuestionSet, Trace
from pipeline.resources import tools_for

if TYPE_CHECKING:
    from django.contrib.auth.models import User

ROWS_AT_ONCE = 2000
MOST_SAMPLES = 16


class WrongState(Exception):
    """The batch has moved on: the operation does not apply to its present state."""


def start_batch(
    question_set: QuestionSet,
    *,
    knowledge_graph: KnowledgeGraph,
    config: MethodConfig,
    name: str = "",
    limit: int | None = None,
    samples: int = 1,
    started_by: "User | None" = None,
) -> Batch:
    """Create a running batch with one pending trace for each question and sample.

    Takes the first `limit` questions of the set (all when None). Raises
    InvalidConfiguration for numbers out of range and when there is no question to take.
    """
    _check_size(limit, samples)
    questions = question_set.questions.order_by("pk").values_list("pk", flat=True)[:limit]
    if not questions:
        raise InvalidConfiguration(f"The question set {question_set} has no questions.")
    with transaction.atomic():
        batch = Batch.objects.create(
            name=name or f"{question_set} on {knowledge_graph}",
            question_set=question_set,
            knowledge_graph=knowledge_graph,
            config=config.as_json(),
            config_fingerprint=config.fingerprint,
            reasoner_kind=config.reasoner_kind.value,
            samples=samples,
            question_limit=limit,
            started_by=started_by,
        )
        pending = (
            Trace(batch=batch, question_id=question, sample_index=sample)
            for question in questions
            for sample in range(samples)
        )
        Trace.objects.bulk_create(pending, batch_size=ROWS_AT_ONCE)
        _record("batch.started", batch, started_by, config=config.fingerprint)
    return batch


def _check_size(limit: int | None, samples: int) -> None:
    if limit is not None and limit < 1:
        raise InvalidConfiguration(f"The limit must be at least 1, not {limit}.")
    if not 1 <= samples <= MOST_SAMPLES:
        raise InvalidConfiguration(
            f"The traces a question must be 1 to {MOST_SAMPLES}, not {samples}."
        )


def pump(batch: Batch, *, seconds: float | None = None) -> int:
    """Claim and make traces of a running batch, for about `seconds` (None: until none is left).

    Returns how many were made or failed. A batch that cannot run here pauses with its reason.
    """
    try:
        tools = tools_for(batch)
    except (ArtefactError, InvalidConfiguration, ValueError) as error:
        _pause_if_running(batch, str(error))
        return 0
    settled, until = 0, time.monotonic() + (seconds if seconds is not None else float("inf"))
    while time.monotonic() < until and (row := claim_trace(batch)) is not None:
        settled += _settle(row, tools, MethodConfig.from_json(batch.config))
    finish_if_done(batch)
    return settled


def _settle(row: Trace, tools: Tools, config: MethodConfig) -> bool:
    question = Question.objects.select_related("question_set").get(pk=row.question_id)
    started = time.monotonic()
    with lease_kept(row):
        trace = _made(row, question, tools, config.for_sample(row.sample_index))
    return store.save_trace(row, trace, seconds=time.monotonic() - started)


def _made(row: Trace, question: Question, tools: Tools, config: MethodConfig) -> TraceRecord:
    record = store.question_record(question)
    try:
        return make_trace(record, tools, config)
    except Exception as error:
        # A defect of ours must not lose the trace or stop the batch: it becomes a typed failure.
        log.exception("trace.unexpected_error", trace=row.pk)
        failure = UnexpectedError(f"{type(error).__name__}: {error}")
        return TraceRecord(
            question=record,
            graph_checksum=tools.graph.checksum,
            config_fingerprint=config.fingerprint,
            sample_index=config.sample_index,
            reasoner_kind=config.reasoner_kind,
            failure=Failure(failure.stage, failure.reason, failure.detail),
        )


def finish_if_done(batch: Batch) -> bool:
    """Finish a running batch that has nothing pending or claimed; says whether it did."""
    with transaction.atomic():
        # The row is the lock that `retry_failed` takes too: no trace is added meanwhile.
        running = Batch.objects.select_for_update().filter(pk=batch.pk, state=Batch.State.RUNNING)
        if running.first() is None or open_traces(batch).exists():
            return False
        running.update(state=Batch.State.FINISHED, finished_at=timezone.now())
    return True


def open_traces(batch: Batch) -> QuerySet[Trace]:
    """The batch's traces that are still to be made."""
    return batch.traces.filter(state__in=(Trace.State.PENDING, Trace.State.CLAIMED))


def pause_batch(batch: Batch, *, reason: str = "", by: "User | None" = None) -> None:
    """Stop handing out traces; those being made are finished. Raises WrongState."""
    with transaction.atomic():
        _move(batch, {Batch.State.RUNNING}, Batch.State.PAUSED, pause_reason=reason[:200])
        _record("batch.paused", batch, by, reason=reason)


def _pause_if_running(batch: Batch, reason: str) -> None:
    """What a worker does with a batch it cannot run; a lead may have ended it meanwhile."""
    try:
        pause_batch(batch, reason=reason)
    except WrongState:
        log.info("batch.not_running", batch=batch.pk, state=batch.state, reason=reason)


def resume_batch(batch: Batch, *, by: "User | None" = None) -> None:
    """Go on with a paused batch. Raises WrongState."""
    with transaction.atomic():
        _move(batch, {Batch.State.PAUSED}, Batch.State.RUNNING, pause_reason="")
        _record("batch.resumed", batch, by)


def cancel_batch(batch: Batch, *, by: "User | None" = None) -> None:
    """End a batch for good; what was made stays. Raises WrongState."""
    with transaction.atomic():
        _move(
            batch,
            {Batch.State.RUNNING, Batch.State.PAUSED},
            Batch.State.CANCELLED,
            finished_at=timezone.now(),
        )
        open_traces(batch).update(state=Trace.State.CANCELLED, lease_token=None, lease_until=None)
        _record("batch.cancelled", batch, by)


def retry_failed(batch: Batch, *, reason: str, by: "User | None" = None) -> int:
    """Make a new attempt for each current trace that failed for `reason`; returns how many.

    Earlier attempts stay. The batch runs again, unless it is paused. Raises WrongState for a
    cancelled batch.
    """
    with transaction.atomic():
        batch = Batch.objects.select_for_update().get(pk=batch.pk)
        failed = batch.traces.select_for_update().filter(
            is_current=True, state=Trace.State.FAILED, failure_reason=reason
        )
        rows = list(failed)
        if not rows:
            return 0
        if batch.state != Batch.State.PAUSED:
            states = {Batch.State.RUNNING, Batch.State.FINISHED}
            _move(batch, states, Batch.State.RUNNING, finished_at=None)
        Trace.objects.filter(pk__in=[row.pk for row in rows]).update(is_current=False)
        Trace.objects.bulk_create([_next_attempt(row) for row in rows], batch_size=ROWS_AT_ONCE)
        _record("batch.retried", batch, by, reason=reason, traces=len(rows))
    return len(rows)


def _next_attempt(row: Trace) -> Trace:
    return Trace(
        batch_id=row.batch_id,
        question_id=row.question_id,
        sample_index=row.sample_index,
        attempt=row.attempt + 1,
    )


def batches_to_ring() -> QuerySet[Batch]:
    """Running batches with work left: those whose bell the reaper should ring."""
    pending = Trace.objects.filter(state__in=(Trace.State.PENDING, Trace.State.CLAIMED))
    return Batch.objects.filter(
        state=Batch.State.RUNNING, pk__in=pending.values("batch_id").distinct()
    )


def room(batch: Batch) -> int:
    """How many more pumps the batch may have: none unless it runs and has pending traces."""
    pending = batch.traces.filter(
        state=Trace.State.PENDING, batch__state=Batch.State.RUNNING
    ).exists()
    if not pending:
        return 0
    claimed = batch.traces.filter(state=Trace.State.CLAIMED).count()
    return max(0, settings.PUMPS_PER_BATCH - claimed)


def _move(batch: Batch, old: set[Batch.State], new: Batch.State, **changes: object) -> None:
    moved = Batch.objects.filter(pk=batch.pk, state__in=old).update(state=new, **changes)
    batch.refresh_from_db()
    if not moved:
        raise WrongState(f"The batch is {batch.state}.")


def _record(action: str, batch: Batch, actor: "User | None", **payload: object) -> None:
    Event.objects.append(action, actor=actor, subject=batch, payload=payload)
