"""What a batch has cost: its calls by what became of them, their tokens, their money."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db.models import Count, QuerySet, Sum

from pipeline.models import Batch, LLMCall

SENT = (LLMCall.Status.SETTLED, LLMCall.Status.FAILED, LLMCall.Status.UNCERTAIN)


@dataclass(frozen=True)
class CallGroup:
    """Counted calls that share status and currency; `priced` of them have a cost."""

    status: str
    currency: str
    calls: int
    priced: int
    input_tokens: int
    output_tokens: int
    cost: Decimal


@dataclass(frozen=True)
class Costs:
    """The calls of a batch. `money` is by currency; `unknown` counts sent calls without a cost.

    Replayed calls were paid for by an earlier one: they are counted, and cost nothing here.
    `per_kept`, currency and amount, is what a kept trace has cost so far, without the calls of
    placebo traces: None unless every call's price is known and they share one currency.
    """

    sent: int
    failed: int
    uncertain: int
    replayed: int
    in_flight: int
    input_tokens: int
    output_tokens: int
    money: tuple[tuple[str, Decimal], ...]
    unknown: int
    per_kept: tuple[str, Decimal] | None = None

    @property
    def calls(self) -> int:
        return self.sent + self.replayed + self.in_flight

    @property
    def tokens(self) -> int:
        return self.input_tokens + self.output_tokens

    @property
    def total(self) -> tuple[str, Decimal] | None:
        """Currency and amount, if every call's price is known and they share one currency."""
        return self.money[0] if len(self.money) == 1 and not self.unknown else None


def costs_of(batch: Batch) -> Costs:
    """Count all the batch's calls, in two queries, or three where it has placebo traces."""
    kept = batch.traces.of_key().filter(is_current=True, kept=True).count()
    calls = LLMCall.objects.filter(batch=batch)
    costs = costs_from(call_groups(calls), kept=kept)
    if not batch.placebo_share:
        return costs
    return replace(costs, per_kept=costs_from(call_groups(calls.of_key()), kept=kept).per_kept)


def call_groups(calls: QuerySet[LLMCall]) -> list[CallGroup]:
    """The calls counted by status and currency, in one query."""
    rows = (
        calls.order_by()
        .values_list("status", "currency")
        .annotate(
            Count("pk"), Count("cost"), Sum("input_tokens"), Sum("output_tokens"), Sum("cost")
        )
    )
    return [
        CallGroup(status, currency, calls, priced, read or 0, written or 0, cost or Decimal(0))
        for status, currency, calls, priced, read, written, cost in rows
    ]


def costs_from(groups: Sequence[CallGroup], *, kept: int) -> Costs:
    """Costs of counted calls; `kept` is how many traces they led to that were kept."""

    def count(*statuses: str) -> int:
        return sum(group.calls for group in groups if group.status in statuses)

    sent = [group for group in groups if group.status in SENT]
    costs = Costs(
        sent=count(*SENT),
        failed=count(LLMCall.Status.FAILED),
        uncertain=count(LLMCall.Status.UNCERTAIN),
        replayed=count(LLMCall.Status.REPLAYED),
        in_flight=count(LLMCall.Status.IN_FLIGHT),
        input_tokens=sum(group.input_tokens for group in sent),
        output_tokens=sum(group.output_tokens for group in sent),
        money=_money(sent),
        unknown=sum(group.calls - group.priced for group in sent),
    )
    if costs.total is None or not kept:
        return costs
    return replace(costs, per_kept=(costs.total[0], costs.total[1] / kept))


def _money(groups: Iterable[CallGroup]) -> tuple[tuple[str, Decimal], ...]:
    sums: dict[str, Decimal] = {}
    for group in groups:
        if group.priced:
            sums[group.currency] = sums.get(group.currency, Decimal(0)) + group.cost
    return tuple(sorted(sums.items()))
