"""What calls have cost: counted by what became of them, with their tokens and their money."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, QuerySet, Sum

from pipeline.models import LLMCall

SENT = (LLMCall.Status.SETTLED, LLMCall.Status.FAILED, LLMCall.Status.UNCERTAIN)


@dataclass(frozen=True)
class _Group:
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
    """Counted calls. `money` is by currency; `unknown` counts sent calls without a cost.

    Replayed calls were paid for by an earlier one: they are counted, and cost nothing here.
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

    def per(self, results: int) -> tuple[str, Decimal] | None:
        """Currency and amount for each of so many results, where the total is known."""
        if self.total is None or not results:
            return None
        currency, amount = self.total
        return currency, amount / results


def costs_of(calls: QuerySet[LLMCall]) -> Costs:
    """Count all these calls, in one query."""
    groups = _groups(calls)

    def count(*statuses: str) -> int:
        return sum(group.calls for group in groups if group.status in statuses)

    sent = [group for group in groups if group.status in SENT]
    return Costs(
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


def _groups(calls: QuerySet[LLMCall]) -> Sequence[_Group]:
    rows = (
        calls.order_by()
        .values_list("status", "currency")
        .annotate(
            Count("pk"), Count("cost"), Sum("input_tokens"), Sum("output_tokens"), Sum("cost")
        )
    )
    return [
        _Group(status, currency, calls, priced, read or 0, written or 0, cost or Decimal(0))
        for status, currency, calls, priced, read, written, cost in rows
    ]


def _money(groups: Iterable[_Group]) -> tuple[tuple[str, Decimal], ...]:
    sums: dict[str, Decimal] = {}
    for group in groups:
        if group.priced:
            sums[group.currency] = sums.get(group.currency, Decimal(0)) + group.cost
    return tuple(sorted(sums.items()))
