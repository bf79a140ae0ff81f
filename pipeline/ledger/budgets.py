"""Budgets: the most a call may cost is reserved before it is sent, what it did cost is spent after.

Every change is one compare-and-set update of the job's row, so that no number of threads or
processes can overrun a budget. The most is all output that is allowed, and an input of one token
a byte: no tokenizer makes more. Once a job has seen how an endpoint tokenizes a prompt, a
quarter more than the densest of its latest answers replaces that. Less than one call's most is
left of a budget.
"""

import json
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from math import ceil
from typing import Any

from django.db import connection

from pipeline.core.llm.base import Request
from pipeline.core.llm.pricing import TokenPrice, cost_of
from pipeline.db.leases import leased_rows
from pipeline.models import Endpoint, Job, JobItem, LLMCall

# A chat template's own tokens, and the sentences that present a schema where it joins the text.
TOKENS_PER_MESSAGE = 64
TOKENS_PER_CALL = 512
MARGIN = 1.25
# No tokenizer makes fewer of a text; a report below it counts as this.
MAX_BYTES_PER_TOKEN = 8
# So many later answers, and one odd report is forgotten.
MAX_ANSWERS = 40
# SQLite computes with binary fractions: half of the smallest amount absorbs their error.
HALF_A_MILLIONTH = Decimal("0.0000005")
# Written out, for the ORM takes longer to build them than the database to run them, and each
# call needs both. Money counts only in the job's own currency.
RESERVE = """
UPDATE {table} SET
    reserved_tokens = reserved_tokens + %(tokens)s,
    reserved_money = CASE WHEN currency = %(currency)s
        THEN ROUND(reserved_money + %(money)s, 6) ELSE reserved_money END
WHERE id = %(job)s
    AND (budget_tokens IS NULL
        OR spent_tokens + reserved_tokens + %(tokens)s <= budget_tokens)
    AND (budget_money IS NULL
        OR (currency = %(currency)s AND spent_money + reserved_money + %(least)s <= budget_money))
"""
WHILE_LEASED = """
    AND EXISTS (
        SELECT 1 FROM {item_table} WHERE id = %(item)s AND lease_token = %(token)s)
"""
SETTLE = """
UPDATE {table} SET
    reserved_tokens = reserved_tokens - %(reserved_tokens)s,
    spent_tokens = spent_tokens + %(spent_tokens)s,
    reserved_money = CASE WHEN currency = %(currency)s
        THEN ROUND(reserved_money - %(reserved_money)s, 6) ELSE reserved_money END,
    spent_money = CASE WHEN currency = %(currency)s
        THEN ROUND(spent_money + %(spent_money)s, 6) ELSE spent_money END
WHERE id = %(job)s
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """Tokens, and the money they cost; money is None where the price is unknown."""

    tokens: int
    money: Decimal | None
    currency: str

    @classmethod
    def at_price(cls, price: TokenPrice | None, input_tokens: int, output_tokens: int) -> "Cost":
        money = cost_of(price, input_tokens, output_tokens)
        return cls(input_tokens + output_tokens, money, price.currency if price else "")


@dataclass(frozen=True)
class TokenEstimator:
    """Tokens a byte that an endpoint made of each prompt, by its name, in its latest answers."""

    tokens_per_byte: dict[str, deque[float]] = field(default_factory=dict)

    @classmethod
    def from_ledger(cls, job: Job, endpoint: Endpoint) -> "TokenEstimator":
        """What the job's latest answers from the endpoint teach."""
        estimator = cls()
        settled = LLMCall.objects.of_job(job).filter(
            served_by=endpoint, status=LLMCall.Status.SETTLED
        )
        for row in reversed(settled.order_by("-pk")[:MAX_ANSWERS]):
            texts = [message["content"] for message in row.messages]
            estimator._learn(row.prompt_name, texts, row.parameters["schema"], row.input_tokens)
        return estimator

    def max_input_tokens(self, request: Request) -> int:
        """The most input tokens that a request may have."""
        size = size_of(request)
        seen = tuple(self.tokens_per_byte.get(request.prompt_name, ()))
        return min(size, ceil(size * max(seen, default=1.0) * MARGIN))

    def learn(self, request: Request, input_tokens: int | None) -> None:
        """Take note of how many tokens an answer says its request was."""
        texts = [message.content for message in request.messages]
        self._learn(request.prompt_name, texts, request.schema, input_tokens)

    def _learn(
        self, prompt: str, texts: Sequence[str], schema: dict[str, Any], input_tokens: int | None
    ) -> None:
        if input_tokens is not None:
            least = sum(len(text.encode()) for text in texts) / MAX_BYTES_PER_TOKEN
            seen = self.tokens_per_byte.setdefault(prompt, deque(maxlen=MAX_ANSWERS))
            seen.append(max(input_tokens, least) / _size(texts, schema))


def size_of(request: Request) -> int:
    """A bound that no tokenizer exceeds: the request's bytes, and what frames them."""
    return _size([message.content for message in request.messages], request.schema)


def _size(texts: Sequence[str], schema: dict[str, Any]) -> int:
    frame = TOKENS_PER_MESSAGE * len(texts) + TOKENS_PER_CALL
    return sum(len(text.encode()) for text in texts) + len(json.dumps(schema).encode()) + frame


def reserve(item: JobItem | None, need: Cost) -> bool:
    """Reserve the cost of a call, if the job's budget holds it and the item is still leased.

    Belongs into the transaction that writes the call's row. Without an item there is no budget.
    """
    if item is None:
        return True
    token = item._meta.get_field("lease_token").get_db_prep_value(item.lease_token, connection)
    parameters = {
        "job": item.job_id,
        "tokens": need.tokens,
        "money": need.money or 0,
        "least": None if need.money is None else need.money - HALF_A_MILLIONTH,
        "currency": need.currency,
        "item": item.pk,
        "token": token,
    }
    sql = (RESERVE if token is None else RESERVE + WHILE_LEASED).format(
        table=item.job_model()._meta.db_table, item_table=item._meta.db_table
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return bool(cursor.rowcount == 1)


def settle(job: tuple[type[Job], int], *, reserved: Cost, spent: Cost) -> None:
    """Exchange what was reserved for what was spent by a job, given as its kind and key."""
    kind, key = job
    parameters = {
        "job": key,
        "reserved_tokens": reserved.tokens,
        "spent_tokens": spent.tokens,
        "reserved_money": reserved.money or 0,
        "spent_money": spent.money or 0,
        "currency": spent.currency,
    }
    with connection.cursor() as cursor:
        cursor.execute(SETTLE.format(table=kind._meta.db_table), parameters)


def shortage(item: JobItem | None, need: Cost) -> str:
    """Why the job's budget can never cover the cost, in a sentence; empty: it may, so wait.

    What calls in flight have reserved may come back; what is spent does not.
    """
    if item is None:
        return ""
    job = item.job
    job.refresh_from_db()
    if job.budget_tokens is not None and job.spent_tokens + need.tokens > job.budget_tokens:
        return (
            f"Budget spent: {job.spent_tokens:,} of {job.budget_tokens:,} tokens are spent, "
            f"and the next call may take up to {need.tokens:,}."
        )
    return "" if job.budget_money is None else _money_shortage(job, need)


def holds_lease(item: JobItem | None) -> bool:
    """Whether the item is still its worker's; one that was never leased is."""
    return item is None or item.lease_token is None or leased_rows(item).exists()


def _money_shortage(job: Job, need: Cost) -> str:
    if need.money is None or need.currency != job.currency:
        return (
            f"The budget is in {job.currency}, and no price of the model in {job.currency} "
            "is known: enter it in the price table."
        )
    if job.spent_money + need.money > (job.budget_money or 0):
        return (
            f"Budget spent: {job.spent_money} of {job.budget_money} {job.currency} is "
            f"spent, and the next call may take up to {need.money}."
        )
    return ""
