"""Batches: start, run, pause, resume, cancel, retry.

State changes are compare-and-set; nothing here enqueues: the caller does, on commit.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from pipeline.batches import preflight
from pipeline.batches.evaluation.arms import first_traces
from pipeline.batches.missing import Choices, require_complete
from pipeline.batches.preflight import ModelEndpoints
from pipeline.batches.progress.work_left import open_traces
from pipeline.batches.starting.names import require_free, unused_name
from pipeline.batches.starting.trials import drawn_for_trial, trial_traces
from pipeline.batches.tools import open_tools
from pipeline.batches.worker import BatchWorker
from pipeline.core.config import MethodConfig
from pipeline.core.errors import ArtefactError, InvalidConfiguration, Refusal
from pipeline.db.transitions import move_state
from pipeline.ledger import limits
from pipeline.log import log
from pipeline.models import (
    Batch,
    Configuration,
    Endpoint,
    Event,
    KnowledgeGraph,
    QuestionSet,
    Trace,
)
from pipeline.software import software_version

INSERT_SIZE = 2000


def start_batch(
    question_set: QuestionSet,
    *,
    knowledge_graph: KnowledgeGraph,
    config: MethodConfig,
    configuration: Configuration | None = None,
    name: str = "",
    limit: int | None = None,
    samples: int = 1,
    placebo_share: float = 0.0,
    reasoner_endpoint: Endpoint | None = None,
    reader_endpoint: Endpoint | None = None,
    temperature: float | None = None,
    budget_money: Decimal | None = None,
    budget_tokens: int | None = None,
    replay: bool = True,
    is_trial: bool = False,
    started_by: User | None = None,
) -> Batch:
    """Create a running batch with one pending trace for each question and sample.

    Takes the first `limit` questions of the set (all when None). For a `placebo_share` (0 to 1)
    of those with a wrong option, drawn by seed, the method also runs towards a wrong one, once
    chosen at random and once as the nearest. `configuration` is the saved
    one that `config` was chosen as, if any. One that needs a language model needs both
    endpoints; their models and the temperature (None: as configured) join it. Budgets are in
    the prices' currency and in tokens, input and output together. A trial takes three of the
    questions, drawn by the configuration's seed, and makes a trace of each.
    Raises InvalidConfiguration for what cannot be run, EndpointRefused among it, and when there
    is no question to take; Refusal for a name that a batch has.
    """
    chosen = ModelEndpoints(reasoner_endpoint, reader_endpoint)
    require_complete(
        Choices(
            config,
            question_set,
            knowledge_graph,
            chosen,
            budget_money=budget_money,
            budget_tokens=budget_tokens,
            temperature=temperature,
            limit=limit,
            samples=samples,
            placebo_share=placebo_share,
        )
    )
    endpoints = replace(chosen, embeddings=preflight.embeddings_of(config))
    config = preflight.with_models(config, endpoints, temperature=temperature, samples=samples)
    # As it will be read back: 1 and 1.0 are one setting and must have one fingerprint.
    config = MethodConfig.from_json(config.as_json())
    currency = preflight.currency_of(
        endpoints, budget_money=budget_money, budget_tokens=budget_tokens
    )
    questions = question_set.questions.order_by("pk")[:limit]
    with transaction.atomic():
        # Two that start batches of one set at once, a double click among them, do so in turn.
        QuestionSet.objects.select_for_update().get(pk=question_set.pk)
        require_free(name)
        batch = Batch.objects.create(
            name=name or unused_name(f"{question_set} on {knowledge_graph}"),
            question_set=question_set,
            knowledge_graph=knowledge_graph,
            configuration=configuration,
            config=config.as_json(),
            config_fingerprint=config.fingerprint,
            reasoner_kind=config.reasoner_kind.value,
            samples=samples,
            placebo_share=placebo_share,
            question_limit=limit,
            replay=replay,
            is_trial=is_trial,
            budget_money=budget_money,
            budget_tokens=budget_tokens,
            currency=currency,
            software_version=software_version(),
            started_by=started_by,
            **endpoints.fields,
        )
        drawn = drawn_for_trial(questions, seed=config.seed) if is_trial else []
        traces = trial_traces(batch, drawn) if is_trial else first_traces(batch, questions)
        Trace.objects.bulk_create(traces, batch_size=INSERT_SIZE)
        told: dict[str, Any] = {"warnings": endpoints.warnings, "placebo_share": placebo_share}
        if is_trial:
            told["trial"] = {"questions": drawn, "seed": config.seed}
        Event.objects.record(
            "batch.started",
            batch,
            by=started_by,
            configuration=batch.configuration_name,
            config=config.fingerprint,
            **{name: value for name, value in told.items() if value},
        )
    return batch


def run_batch(
    batch: Batch,
    *,
    seconds: float | None = None,
    threads: int | None = None,
    on_progress: Callable[[], object] = lambda: None,
) -> int:
    """Claim and make traces of a running batch, for about `seconds` (None: until none is left).

    Returns how many were made or failed; `on_progress` is called after each of them. Threads wait
    for language models side by side: as many as the settings allow the batch in all workers, or
    `threads` here whatever other workers do. A batch that cannot run here, whose budget is spent
    or whose endpoint's circuit is open pauses with its reason; unfinished traces stay pending.
    """
    try:
        tools = open_tools(batch)
    except (ArtefactError, InvalidConfiguration, ValueError) as error:
        _pause_if_running(batch, str(error))
        return 0
    deadline = time.monotonic() + (seconds if seconds is not None else float("inf"))
    max_claimed = None if threads or batch.is_demonstration else settings.TRACE_THREADS
    worker = BatchWorker(batch, tools, deadline, max_claimed, on_progress)
    worker.run(threads or max_claimed or 1)
    if worker.halt_reason:
        _pause_if_running(batch, worker.halt_reason)
    finish_if_done(batch)
    return worker.settled


def finish_if_done(batch: Batch) -> bool:
    """Finish a running batch that has nothing pending or claimed; says whether it did."""
    with transaction.atomic():
        # The row is the lock that `retry_failed` takes too: no trace is added meanwhile.
        running = Batch.objects.select_for_update().filter(pk=batch.pk, state=Batch.State.RUNNING)
        if running.first() is None or open_traces(batch).exists():
            return False
        running.update(state=Batch.State.FINISHED, finished_at=timezone.now())
    return True


def pause_batch(batch: Batch, *, reason: str = "", by: User | None = None) -> None:
    """Stop handing out traces; those being made are finished. Raises Refusal."""
    with transaction.atomic():
        cut = reason[: limits.MAX_REASON_LENGTH]
        move_state(batch, {Batch.State.RUNNING}, Batch.State.PAUSED, pause_reason=cut)
        Event.objects.record("batch.paused", batch, by=by, reason=reason)


def _pause_if_running(batch: Batch, reason: str) -> None:
    """What a worker does with a batch it cannot run; a lead may have ended it meanwhile."""
    try:
        pause_batch(batch, reason=reason)
    except Refusal:
        log.info("batch.not_running", batch=batch.pk, state=batch.state, reason=reason)


def resume_batch(batch: Batch, *, by: User | None = None) -> None:
    """Go on with a paused batch, and ask its endpoints again. Raises Refusal."""
    with transaction.atomic():
        move_state(batch, {Batch.State.PAUSED}, Batch.State.RUNNING, pause_reason="")
        for endpoint in ModelEndpoints.of(batch).present:
            limits.allow_probe(endpoint, now=timezone.now())
        Event.objects.record("batch.resumed", batch, by=by)


def change_budget(
    batch: Batch, *, budget_money: Decimal | None, budget_tokens: int | None, by: User | None = None
) -> None:
    """Give a batch other budgets, None for none; a paused one stays paused.

    Raises InvalidConfiguration for a budget that cannot be kept, Refusal for an ended batch.
    """
    currency = preflight.currency_of(
        ModelEndpoints.of(batch), budget_money=budget_money, budget_tokens=budget_tokens
    )
    if budget_money is not None and currency != batch.currency:
        raise InvalidConfiguration(
            f"The prices are in {currency} now, and the batch has counted its cost in "
            f"{batch.currency or 'no currency'}: give the budget in tokens."
        )
    with transaction.atomic():
        states = {Batch.State.RUNNING, Batch.State.PAUSED}
        unfinished = Batch.objects.filter(pk=batch.pk, state__in=states)
        if not unfinished.update(budget_money=budget_money, budget_tokens=budget_tokens):
            batch.refresh_from_db()
            raise Refusal(f"The batch is {batch.state}.")
        batch.refresh_from_db()
        money = None if budget_money is None else str(budget_money)
        Event.objects.record(
            "batch.budget_changed", batch, by=by, money=money, tokens=budget_tokens
        )


def cancel_batch(batch: Batch, *, by: User | None = None) -> None:
    """End a batch for good; what was made stays. Raises Refusal."""
    with transaction.atomic():
        move_state(
            batch,
            {Batch.State.RUNNING, Batch.State.PAUSED},
            Batch.State.CANCELLED,
            finished_at=timezone.now(),
        )
        open_traces(batch).update(state=Trace.State.CANCELLED, lease_token=None, lease_until=None)
        Event.objects.record("batch.cancelled", batch, by=by)


def retry_failed(batch: Batch, *, reason: str, by: User | None = None) -> int:
    """Make a new attempt for each current trace that failed for `reason`; returns how many.

    Earlier attempts stay. The batch runs again, unless it is paused. Raises Refusal for a
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
            move_state(batch, states, Batch.State.RUNNING, finished_at=None)
        Trace.objects.filter(pk__in=[row.pk for row in rows]).update(is_current=False)
        Trace.objects.bulk_create([_next_attempt(row) for row in rows], batch_size=INSERT_SIZE)
        Event.objects.record("batch.retried", batch, by=by, reason=reason, traces=len(rows))
    return len(rows)


def _next_attempt(row: Trace) -> Trace:
    return Trace(
        batch_id=row.batch_id,
        question_id=row.question_id,
        sample_index=row.sample_index,
        arm=row.arm,
        attempt=row.attempt + 1,
    )
