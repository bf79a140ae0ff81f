"""What a batch has cost for each trace that was kept."""

from decimal import Decimal

from pipeline.jobs.costs import Costs, costs_of
from pipeline.models import Batch, LLMCall


def cost_per_kept(batch: Batch, costs: Costs) -> tuple[str, Decimal] | None:
    """Currency and amount, of the batch's `costs` without the calls of placebo traces.

    None unless a trace was kept, every call's price is known and they share one currency.
    """
    if batch.placebo_share:
        costs = costs_of(LLMCall.objects.of_job(batch).of_key())
    return costs.per(batch.traces.of_key().filter(is_current=True, kept=True).count())
