"""Why a paused job waits, as long as that is so, and what to press then."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from pipeline.core.errors import Refusal
from pipeline.jobs.currency import currency_of
from pipeline.models import EndpointPace, Job

BUDGET = re.compile(r"Budget spent: \S+ of (?P<budget>\S+) (?P<unit>\S+) (?:are|is) spent")
NO_PRICE = re.compile(r"The budget is in .* no price of the model")
# What keeps an endpoint from being asked and stands in the database. Keys from the environment
# and the list of hosts do not: the worker's may differ from those of the process that looks.
ENDPOINT = re.compile(
    r"has been deactivated|has not been tested yet|may not go|"
    r"is no longer what the (?:batch|evaluation) began with"
)
IS_FINAL = re.compile(r"start a new (?:batch|evaluation)\.$")


@dataclass(frozen=True)
class Pause:
    """Why a job is paused; empty when a lead paused it, or when the cause is gone."""

    reason: str
    noun: str = "batch"
    is_mended: bool = False

    @property
    def next_step(self) -> str:
        """What to press, in a sentence; empty where no button helps."""
        if self.is_mended:
            return f"What paused this {self.noun} has been mended: press Resume to go on."
        if not self.reason:
            return "Press Resume to go on."
        if BUDGET.match(self.reason):
            return "Raise the budget under Change the budget, below; then press Resume."
        if IS_FINAL.search(self.reason):
            return ""
        return "Once this is mended, press Resume."


def pause_of_job(job: Job, require_askable: Callable[[], object]) -> Pause | None:
    """Why the job is paused; None unless it is. Nothing is asked.

    A reason stays unless its cause is known to be gone. `require_askable` raises Refusal while
    an endpoint of the job may not be asked.
    """
    if job.state != Job.State.PAUSED:
        return None
    is_gone = bool(job.pause_reason) and _is_gone(job, require_askable)
    return Pause("" if is_gone else job.pause_reason, job.kind, is_gone)


def _is_gone(job: Job, require_askable: Callable[[], object]) -> bool:
    reason = job.pause_reason
    if told := BUDGET.match(reason):
        return _is_raised(job, told["budget"].replace(",", ""), told["unit"])
    if NO_PRICE.match(reason):
        return _has_prices(job)
    if ENDPOINT.search(reason):
        return _passes(require_askable)
    stopped = [one for one in job.endpoints if reason.startswith(f"{one}: ")]
    return (
        bool(stopped)
        and not EndpointPace.objects.filter(endpoint__in=stopped, open_until__isnull=False).exists()
    )


def _is_raised(job: Job, budget: str, unit: str) -> bool:
    now = job.budget_tokens if unit == "tokens" else job.budget_money
    return now is None or now > type(now)(budget)


def _has_prices(job: Job) -> bool:
    try:
        currency = currency_of(
            job.endpoints, budget_money=job.budget_money, budget_tokens=job.budget_tokens
        )
    except Refusal:
        return False
    return job.budget_money is None or currency == job.currency


def _passes(require_askable: Callable[[], object]) -> bool:
    try:
        require_askable()
    except Refusal:
        return False
    return True
