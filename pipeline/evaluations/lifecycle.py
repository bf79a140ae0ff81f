"""Evaluations: run, try again. The rest of their life is that of any job: pipeline.jobs.lifecycle.

Nothing here enqueues: the caller does, on commit.
"""

from collections.abc import Callable
from functools import partial

from django.contrib.auth.models import User
from django.db import transaction

from pipeline.core.errors import InvalidConfiguration, Refusal
from pipeline.db.transitions import move_state
from pipeline.evaluations.answering import open_answerer, require_endpoint
from pipeline.jobs.lifecycle import pause_if_running, run_job
from pipeline.jobs.pauses import Pause, pause_of_job
from pipeline.models import Evaluation, EvaluationItem, Event


def run_evaluation(
    evaluation: Evaluation,
    *,
    seconds: float | None = None,
    threads: int | None = None,
    on_progress: Callable[[], object] = lambda: None,
) -> int:
    """Claim and answer items of a running evaluation, as `run_job`.

    One that cannot run here pauses with its reason.
    """
    try:
        answerer = open_answerer(evaluation)
    except (InvalidConfiguration, ValueError) as error:
        pause_if_running(evaluation, str(error))
        return 0
    return run_job(evaluation, answerer, seconds=seconds, threads=threads, on_progress=on_progress)


def pause_of(evaluation: Evaluation) -> Pause | None:
    """Why the evaluation is paused; None unless it is."""
    return pause_of_job(evaluation, partial(require_endpoint, evaluation))


def retry_failed(evaluation: Evaluation, *, reason: str, by: User | None = None) -> int:
    """Ask again for each item that failed for `reason`; returns how many.

    The ledger keeps the earlier calls. The evaluation runs again, unless it is paused. Raises
    Refusal for one that is cancelled, or that was imported.
    """
    if evaluation.is_imported:
        raise Refusal(f"The evaluation {evaluation} was imported: nothing can be asked again.")
    with transaction.atomic():
        evaluation = Evaluation.objects.select_for_update().get(pk=evaluation.pk)
        failed = evaluation.answers.filter(state=EvaluationItem.State.FAILED, failure_reason=reason)
        count = failed.update(
            state=EvaluationItem.State.PENDING,
            failure_stage="",
            failure_reason="",
            failure_detail="",
            settled_at=None,
            seconds=None,
        )
        if not count:
            return 0
        if evaluation.state != Evaluation.State.PAUSED:
            states = {Evaluation.State.RUNNING, Evaluation.State.FINISHED}
            move_state(evaluation, states, Evaluation.State.RUNNING, finished_at=None)
        Event.objects.record("evaluation.retried", evaluation, by=by, reason=reason, items=count)
    return count
