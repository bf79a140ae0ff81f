"""Batches: start, run, retry. The rest of their life is that of any job: pipeline.jobs.lifecycle.

Nothing here enqueues: the caller does, on commit.
"""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from pipeline.batches import preflight
from pipeline.batches.filters.arms import first_traces
from pipeline.batches.missing import Choices, require_complete
from pipeline.batches.preflight import ModelEndpoints
from pipeline.batches.starting.names import require_free, unused_name
from pipeline.batches.starting.trials import drawn_for_trial, trial_traces
from pipeline.batches.tools import open_tools
from pipeline.batches.worker import TraceMaker
from pipeline.core.config import MethodConfig
from pipeline.core.errors import ArtefactError, InvalidConfiguration
from pipeline.db.transitions import move_state
from pipeline.jobs.currency import currency_of
from pipeline.jobs.lifecycle import pause_if_running, run_job
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
    currency = currency_of(
        endpoints.present, budget_money=budget_money, budget_tokens=budget_tokens
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

    As `run_job`. A batch that cannot run here pauses with its reason.
    """
    try:
        tools = open_tools(batch)
    except (ArtefactError, InvalidConfiguration, ValueError) as error:
        pause_if_running(batch, str(error))
        return 0
    return run_job(
        batch, TraceMaker(tools), seconds=seconds, threads=threads, on_progress=on_progress
    )


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
