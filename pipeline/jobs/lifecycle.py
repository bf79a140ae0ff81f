"""What becomes of a job once it has been started: work on it, pause, resume, cancel, finish.

State changes are compare-and-set; nothing here enqueues: the caller does, on commit.
"""

import time
from collections.abc import Callable
from decimal import Decimal

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from pipeline.core.errors import InvalidConfiguration, Refusal
from pipeline.db.transitions import move_state
from pipeline.jobs.currency import currency_of
from pipeline.jobs.worker import JobWorker, Make
from pipeline.ledger import limits
from pipeline.log import log
from pipeline.models import Event, Job, JobItem

OPEN = (JobItem.State.PENDING, JobItem.State.CLAIMED)


def open_items(job: Job) -> QuerySet[JobItem]:
    """The job's items that are still to be made."""
    return job.items.filter(state__in=OPEN)


def jobs_with_work(kind: type[JobItem]) -> QuerySet[Job]:
    """Running jobs with items of this kind still to be made."""
    unfinished = kind._default_manager.filter(state__in=OPEN)
    return kind.job_model()._default_manager.filter(
        state=Job.State.RUNNING, pk__in=unfinished.values(f"{kind.job_kind}_id").distinct()
    )


def free_pump_slots(job: Job) -> int:
    """How many more pumps the job may have: none unless it runs and has pending items.

    One that asks models has one pump, which makes its items in threads.
    """
    is_running = {f"{job.kind}__state": Job.State.RUNNING}
    if not job.items.filter(state=JobItem.State.PENDING, **is_running).exists():
        return 0
    claimed = job.items.filter(state=JobItem.State.CLAIMED).count()
    if job.asks_models:
        return int(claimed < settings.TRACE_THREADS)
    return max(0, settings.PUMPS_PER_BATCH - claimed)


def run_job(
    job: Job,
    make: Make,
    *,
    seconds: float | None = None,
    threads: int | None = None,
    on_progress: Callable[[], object] = lambda: None,
) -> int:
    """Claim and make items of a running job, for about `seconds` (None: until none is left).

    Returns how many were made or failed; `on_progress` is called after each of them. Threads wait
    for models side by side: as many as the settings allow the job in all workers, or `threads`
    here whatever other workers do. A job whose budget is spent or whose endpoint's circuit is
    open pauses with its reason; unfinished items stay pending.
    """
    deadline = time.monotonic() + (seconds if seconds is not None else float("inf"))
    max_claimed = settings.TRACE_THREADS if job.asks_models and not threads else None
    worker = JobWorker(job, make, deadline, max_claimed, on_progress)
    worker.run(threads or max_claimed or 1)
    if worker.halt_reason:
        pause_if_running(job, worker.halt_reason)
    finish_if_done(job)
    return worker.settled


def finish_if_done(job: Job) -> bool:
    """Finish a running job that has nothing pending or claimed; says whether it did."""
    rows = type(job)._default_manager
    with transaction.atomic():
        # The row is the lock that a retry takes too: no item is added meanwhile.
        running = rows.select_for_update().filter(pk=job.pk, state=Job.State.RUNNING)
        if running.first() is None or open_items(job).exists():
            return False
        running.update(state=Job.State.FINISHED, finished_at=timezone.now())
    return True


def pause_job(job: Job, *, reason: str = "", by: User | None = None) -> None:
    """Stop handing out items; those being made are finished. Raises Refusal."""
    with transaction.atomic():
        cut = reason[: limits.MAX_REASON_LENGTH]
        move_state(job, {Job.State.RUNNING}, Job.State.PAUSED, pause_reason=cut)
        Event.objects.record(f"{job.kind}.paused", job, by=by, reason=reason)


def pause_if_running(job: Job, reason: str) -> None:
    """What a worker does with a job it cannot run; a lead may have ended it meanwhile."""
    try:
        pause_job(job, reason=reason)
    except Refusal:
        log.info(f"{job.kind}.not_running", job=job.pk, state=job.state, reason=reason)


def resume_job(job: Job, *, by: User | None = None) -> None:
    """Go on with a paused job, and ask its endpoints again. Raises Refusal."""
    with transaction.atomic():
        move_state(job, {Job.State.PAUSED}, Job.State.RUNNING, pause_reason="")
        for endpoint in job.endpoints:
            limits.allow_probe(endpoint, now=timezone.now())
        Event.objects.record(f"{job.kind}.resumed", job, by=by)


def change_budget(
    job: Job, *, budget_money: Decimal | None, budget_tokens: int | None, by: User | None = None
) -> None:
    """Give a job other budgets, None for none; a paused one stays paused.

    Raises InvalidConfiguration for a budget that cannot be kept, Refusal for an ended job.
    """
    currency = currency_of(job.endpoints, budget_money=budget_money, budget_tokens=budget_tokens)
    if budget_money is not None and currency != job.currency:
        raise InvalidConfiguration(
            f"The prices are in {currency} now, and the {job.kind} has counted its cost in "
            f"{job.currency or 'no currency'}: give the budget in tokens."
        )
    with transaction.atomic():
        states = {Job.State.RUNNING, Job.State.PAUSED}
        unfinished = type(job)._default_manager.filter(pk=job.pk, state__in=states)
        if not unfinished.update(budget_money=budget_money, budget_tokens=budget_tokens):
            job.refresh_from_db()
            raise Refusal(f"The {job.kind} is {job.state}.")
        job.refresh_from_db()
        money = None if budget_money is None else str(budget_money)
        Event.objects.record(
            f"{job.kind}.budget_changed", job, by=by, money=money, tokens=budget_tokens
        )


def cancel_job(job: Job, *, by: User | None = None) -> None:
    """End a job for good; what was made stays. Raises Refusal."""
    with transaction.atomic():
        move_state(
            job,
            {Job.State.RUNNING, Job.State.PAUSED},
            Job.State.CANCELLED,
            finished_at=timezone.now(),
        )
        open_items(job).update(state=JobItem.State.CANCELLED, lease_token=None, lease_until=None)
        Event.objects.record(f"{job.kind}.cancelled", job, by=by)
