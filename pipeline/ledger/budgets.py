"""Budgets: what a call may take at most is reserved before it, what it took is spent after.

Every change is one compare-and-set update of the batch's row, so that no number of threads or
processes can overrun a budget. At most means all output that is allowed, and an input of one
token a byte: no tokenizer makes more. Once a batch has seen what an endpoint makes of a prompt,
a quarter more than the most it made of a byte takes the place of that. The last of a budget,
less than one more call may take, stays.
"""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from math import ceil
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from pipeline.core.llm.base import Request
from pipeline.core.llm.pricing import TokenPrice, cost_of
from pipeline.models import Batch, Endpoint, LLMCall, Trace

# A chat template's own tokens, and the sentences that present a schema where it joins the text.
TOKENS_A_MESSAGE = 64
TOKENS_A_CALL = 512
MARGIN = 1.25
LATEST = 40
# SQLite computes with binary fractions: half of the smallest amount absorbs their error.
HALF_A_MILLIONTH = Decimal("0.0000005")
# Written out, for the ORM takes longer to build them than the database to run them, and each
# call needs both. Money counts only in the batch's own currency.
RESERVE = """
UPDATE pipeline_batch SET
    reserved_tokens = reserved_tokens + %(tokens)s,
    reserved_money = CASE WHEN currency = %(currency)s
        THEN ROUND(reserved_money + %(money)s, 6) ELSE reserved_money END
WHERE id = %(batch)s
    AND (budget_tokens IS NULL
        OR spent_tokens + reserved_tokens + %(tokens)s <= budget_tokens)
    AND (budget_money IS NULL
        OR (currency = %(currency)s AND spent_money + reserved_money + %(least)s <= budget_money))
"""
WHILE_LEASED = """
    AND EXISTS (
        SELECT 1 FROM pipeline_trace WHERE id = %(trace)s AND lease_token = %(token)s)
"""
SETTLE = """
UPDATE pipeline_batch SET
    reserved_tokens = reserved_tokens - %(reserved_tokens)s,
    spent_tokens = spent_tokens + %(spent_tokens)s,
    reserved_money = CASE WHEN currency = %(currency)s
        THEN ROUND(reserved_money - %(reserved_money)s, 6) ELSE reserved_money END,
    spent_money = CASE WHEN currency = %(currency)s
        THEN ROUND(spent_money + %(spent_money)s, 6) ELSE spent_money END
WHERE id = %(batch)s
"""


@dataclass(frozen=True, slots=True)
class Amount:
    """Tokens, and the money they cost; money is None where the price is unknown."""

    tokens: int
    money: Decimal | None
    currency: str


@dataclass(frozen=True)
class Density:
    """The most tokens a byte that an endpoint has made of each prompt, by the prompt's name."""

    seen: dict[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, batch: Batch, endpoint: Endpoint) -> "Density":
        """As the batch's latest answers from the endpoint have it."""
        density = cls()
        answered = LLMCall.objects.filter(
            batch=batch, served_by=endpoint, status=LLMCall.Status.SETTLED
        )
        for row in answered.order_by("-pk")[:LATEST]:
            texts = [message["content"] for message in row.messages]
            size = _size(texts, row.parameters["schema"])
            density._learn(row.prompt_name, size, row.input_tokens)
        return density

    def most(self, request: Request) -> int:
        """The most input tokens of a request."""
        size = size_of(request)
        return min(size, ceil(size * self.seen.get(request.prompt_name, 1.0) * MARGIN))

    def learn(self, request: Request, input_tokens: int | None) -> None:
        """Take note of how many tokens an answer says its request was."""
        self._learn(request.prompt_name, size_of(request), input_tokens)

    def _learn(self, prompt: str, size: int, input_tokens: int | None) -> None:
        if input_tokens is not None:
            self.seen[prompt] = max(input_tokens / size, self.seen.get(prompt, 0.0))


def size_of(request: Request) -> int:
    """A bound that no tokenizer exceeds: the request's bytes, and what frames them."""
    return _size([message.content for message in request.messages], request.schema)


def _size(texts: Sequence[str], schema: dict[str, Any]) -> int:
    framed = TOKENS_A_MESSAGE * len(texts) + TOKENS_A_CALL
    return sum(len(text.encode()) for text in texts) + len(json.dumps(schema).encode()) + framed


def amount(price: TokenPrice | None, input_tokens: int, output_tokens: int) -> Amount:
    """So many tokens, and what they cost."""
    money = cost_of(price, input_tokens, output_tokens)
    return Amount(input_tokens + output_tokens, money, price.currency if price else "")


def reserve(batch_id: int, need: Amount, *, trace: Trace) -> bool:
    """Set the amount aside, if the budget holds it and the worker still holds the trace's lease.

    Belongs into the transaction that writes the call's row.
    """
    token = Trace._meta.get_field("lease_token").get_db_prep_value(trace.lease_token, connection)
    given = {
        "batch": batch_id,
        "tokens": need.tokens,
        "money": need.money or 0,
        "least": None if need.money is None else need.money - HALF_A_MILLIONTH,
        "currency": need.currency,
        "trace": trace.pk,
        "token": token,
    }
    with connection.cursor() as cursor:
        cursor.execute(RESERVE if token is None else RESERVE + WHILE_LEASED, given)
        return bool(cursor.rowcount == 1)


def settle(batch_id: int, *, reserved: Amount, spent: Amount) -> None:
    """Exchange what was reserved for what was spent."""
    given = {
        "batch": batch_id,
        "reserved_tokens": reserved.tokens,
        "spent_tokens": spent.tokens,
        "reserved_money": reserved.money or 0,
        "spent_money": spent.money or 0,
        "currency": spent.currency,
    }
    with connection.cursor() as cursor:
        cursor.execute(SETTLE, given)


def shortage(batch_id: int, need: Amount) -> str:
    """Why the budget can never cover the amount, in a sentence; empty: it may, so wait.

    What calls in flight have reserved may come back; what is spent does not.
    """
    batch = Batch.objects.get(pk=batch_id)
    if batch.budget_tokens is not None and batch.spent_tokens + need.tokens > batch.budget_tokens:
        return (
            f"Budget spent: {batch.spent_tokens:,} of {batch.budget_tokens:,} tokens are spent, "
            f"and the next call may take up to {need.tokens:,}."
        )
    return "" if batch.budget_money is None else _money_shortage(batch, need)


def holds_lease(trace: Trace) -> bool:
    """Whether the trace is still its worker's; one that was never leased is."""
    return trace.lease_token is None or _leased(trace.pk, trace.lease_token).exists()


def _money_shortage(batch: Batch, need: Amount) -> str:
    if need.money is None or need.currency != batch.currency:
        return (
            f"The budget is in {batch.currency}, and no price of the model in {batch.currency} "
            "is known: enter it in the price table."
        )
    if batch.spent_money + need.money > (batch.budget_money or 0):
        return (
            f"Budget spent: {batch.spent_money} of {batch.budget_money} {batch.currency} is "
            f"spent, and the next call may take up to {need.money}."
        )
    return ""


def _leased(pk: int, token: uuid.UUID | None) -> QuerySet[Trace]:
    return Trace.objects.filter(pk=pk, lease_token=token)
