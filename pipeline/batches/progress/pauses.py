"""Why a paused batch waits, as long as that is so, and what to press then."""

import re
from dataclasses import dataclass

from pipeline.batches.tools import require_endpoints
from pipeline.core.errors import Refusal
from pipeline.jobs.currency import currency_of
from pipeline.models import Batch, EndpointPace

BUDGET = re.compile(r"Budget spent: \S+ of (?P<budget>\S+) (?P<unit>\S+) (?:are|is) spent")
NO_PRICE = re.compile(r"The budget is in .* no price of the model")
# What keeps an endpoint from being asked and stands in the database. Keys from the environment
# and the list of hosts do not: the worker's may differ from those of the process that looks.
ENDPOINT = re.compile(
    r"has been deactivated|has not been tested yet|is no longer what the batch began with|"
    r"may not go"
)
IS_FINAL = re.compile(r"start a new batch\.$")


@dataclass(frozen=True)
class Pause:
    """Why a batch is paused; empty when a lead paused it, or when the cause is gone."""

    reason: str
    is_mended: bool = False

    @property
    def next_step(self) -> str:
        """What to press, in a sentence; empty where no button helps."""
        if self.is_mended:
            return "What paused this batch has been mended: press Resume to go on."
        if not self.reason:
            return "Press Resume to go on."
        if BUDGET.match(self.reason):
            return "Raise the budget under Change the budget, below; then press Resume."
        if IS_FINAL.search(self.reason):
            return ""
        return "Once this is mended, press Resume."


def pause_of(batch: Batch) -> Pause | None:
    """Why the batch is paused; None unless it is. Nothing is asked.

    A reason stays unless its cause is known to be gone.
    """
    if batch.state != Batch.State.PAUSED:
        return None
    is_gone = bool(batch.pause_reason) and _is_gone(batch)
    return Pause("" if is_gone else batch.pause_reason, is_gone)


def _is_gone(batch: Batch) -> bool:
    reason = batch.pause_reason
    if told := BUDGET.match(reason):
        return _is_raised(batch, told["budget"].replace(",", ""), told["unit"])
    if NO_PRICE.match(reason):
        return _has_prices(batch)
    if ENDPOINT.search(reason):
        return _may_be_asked(batch)
    stopped = [one for one in batch.endpoints if reason.startswith(f"{one}: ")]
    return (
        bool(stopped)
        and not EndpointPace.objects.filter(endpoint__in=stopped, open_until__isnull=False).exists()
    )


def _is_raised(batch: Batch, budget: str, unit: str) -> bool:
    now = batch.budget_tokens if unit == "tokens" else batch.budget_money
    return now is None or now > type(now)(budget)


def _has_prices(batch: Batch) -> bool:
    try:
        currency = currency_of(
            batch.endpoints, budget_money=batch.budget_money, budget_tokens=batch.budget_tokens
        )
    except Refusal:
        return False
    return batch.budget_money is None or currency == batch.currency


def _may_be_asked(batch: Batch) -> bool:
    try:
        require_endpoints(batch)
    except Refusal:
        return False
    return True
