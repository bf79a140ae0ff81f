"""Celery tasks: an id in, one call, and perhaps another message. All state is in the database."""

from celery import Task, shared_task
from django.conf import settings
from kombu.exceptions import OperationalError

from pipeline.batches.lifecycle import run_batch
from pipeline.evaluations.lifecycle import run_evaluation
from pipeline.jobs.claims import return_expired_leases
from pipeline.jobs.lifecycle import finish_if_done, free_pump_slots, jobs_with_work
from pipeline.log import log
from pipeline.models import Batch, Evaluation, EvaluationItem, QuestionSet, Trace
from pipeline.sources.benchmarks import identities

PUMP_SECONDS = 10.0
# A pump ends when its last trace does, and a language model takes its time for that one.
MODEL_PUMP_SECONDS = 60.0


@shared_task
def pump(batch_id: int) -> None:
    """Make traces of a batch for a while, then enqueue another pump if work is left."""
    batch = Batch.objects.select_related("knowledge_graph").get(pk=batch_id)
    if free_pump_slots(batch):
        seconds = PUMP_SECONDS if batch.is_demonstration else MODEL_PUMP_SECONDS
        run_batch(batch, seconds=seconds)
        if free_pump_slots(batch):
            pump.delay(batch_id)


@shared_task
def pump_evaluation(evaluation_id: int) -> None:
    """Answer items of an evaluation for a while, then enqueue another pump if work is left."""
    evaluation = Evaluation.objects.select_related("question_set").get(pk=evaluation_id)
    if free_pump_slots(evaluation):
        run_evaluation(evaluation, seconds=MODEL_PUMP_SECONDS)
        if free_pump_slots(evaluation):
            pump_evaluation.delay(evaluation_id)


def requeue_expired() -> None:
    """The reaper's part: return expired leases, enqueue every running job with work left, and
    every benchmark of which something is not worked out as its questions are now."""
    return_expired_leases()
    for batch in jobs_with_work(Trace):
        if not finish_if_done(batch):
            enqueue_pumps(batch.pk, pumps=free_pump_slots(batch))
    for evaluation in jobs_with_work(EvaluationItem):
        if not finish_if_done(evaluation) and free_pump_slots(evaluation):
            enqueue_evaluation(evaluation.pk)
    for row in identities.out_of_date():
        enqueue(work_out_benchmark, row.pk)


@shared_task
def work_out_benchmark(set_id: int) -> None:
    """Work out what a benchmark is, and where its questions stand too."""
    for row in QuestionSet.objects.filter(pk=set_id):
        identities.work_out(row)


def enqueue_pumps(batch_id: int, *, pumps: int | None = None) -> None:
    """Enqueue so many pumps, by default as many as a batch may have. Call it on commit."""
    enqueue(pump, batch_id, times=settings.PUMPS_PER_BATCH if pumps is None else pumps)


def enqueue_evaluation(evaluation_id: int) -> None:
    """Enqueue an evaluation's one pump. Call it on commit."""
    enqueue(pump_evaluation, evaluation_id)


def enqueue(task: "Task[..., None]", row_id: int, *, times: int = 1) -> None:
    """Send a row's id to a task. Call it on commit.

    A broker that does not answer is no error for the caller: the reaper enqueues again.
    """
    try:
        for _ in range(times):
            task.delay(row_id)
    except OperationalError as error:
        log.warning("enqueue.failed", task=task.name, row=row_id, error=str(error))
