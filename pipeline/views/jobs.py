"""Steering a job from its page: pause, resume, cancel, other budgets."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.urls import reverse

from pipeline.accounts.roles import SignedInRequest
from pipeline.forms.jobs.budgets import ChangeBudgetForm
from pipeline.jobs.lifecycle import cancel_job, change_budget, pause_job, resume_job
from pipeline.models import Job
from pipeline.refusals import refusals_as_messages, refusals_on

AT_WORK = (Job.State.RUNNING, Job.State.PAUSED)


def steer(
    request: SignedInRequest, job: Job, action: str, *, enqueue: Callable[[int], object]
) -> None:
    """Pause or resume it; `enqueue` rings for workers once it is resumed."""
    change = {"pause": pause_job, "resume": resume_job}[action]
    with refusals_as_messages(request), transaction.atomic():
        change(job, by=request.user)
        if action == "resume":
            transaction.on_commit(lambda: enqueue(job.pk))


def is_over(request: SignedInRequest, job: Job) -> bool:
    """Whether nothing is left to cancel, which is said and is no error: the form was sent twice,
    or the job ended meanwhile."""
    if job.state in AT_WORK:
        return False
    messages.info(request, f"The {job.kind} is {job.state}.")
    return True


def to_cancel(job: Job) -> dict[str, Any]:
    """What the page says of the job that is to be cancelled."""
    return {
        "job": job,
        "job_url": reverse(f"pipeline:{job.kind}", args=[job.pk]),
        "running": job.state == Job.State.RUNNING,
    }


def cancel(request: SignedInRequest, job: Job) -> None:
    """Cancel it, or say why not."""
    with refusals_as_messages(request):
        cancel_job(job, by=request.user)


def takes_budget(request: SignedInRequest, job: Job, form: ChangeBudgetForm) -> bool:
    """Give the job the form's budgets; False leaves the form with what is wrong."""
    if form.is_valid():
        with refusals_on(form):
            change_budget(job, **form.cleaned_data, by=request.user)
            messages.success(request, "The budget is changed.")
            return True
    return False
