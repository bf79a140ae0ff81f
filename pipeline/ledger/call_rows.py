"""Rows of the ledger: a call opened before it is sent, and each way in which it ends.

The row and the batch's budget change in the same transaction, and only the change that finds
the call still in flight moves the budget: whoever comes late changes nothing.
"""

import hashlib
import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db import IntegrityError, connection
from django.db.models import F, Q
from django.utils import timezone

from pipeline.core.errors import (
    MalformedOutput,
    ReasonerFailure,
    Refused,
    TruncatedOutput,
)
from pipeline.core.llm.base import Answer, LanguageModel, Request, Usage, as_plain
from pipeline.core.llm.pricing import TokenPrice
from pipeline.db.short_transaction import short_transaction
from pipeline.ledger import budgets
from pipeline.ledger.budgets import Amount, Density
from pipeline.models import Endpoint, LLMCall, Trace

# The model was paid for these, though what it said is of no use.
PAID_FAILURES = (MalformedOutput, TruncatedOutput, Refused)
BY_REASON = {failure.reason: failure for failure in PAID_FAILURES}
# Written out, for every call asks it and nearly always in vain.
ENDED = "SELECT id FROM pipeline_llmcall WHERE fingerprint = %s AND status IN ('settled', 'failed')"
# Longer than any call goes on: see Patience.in_all.
FORGOTTEN = timedelta(hours=1)


class NotReserved(Exception):
    """The budget does not hold the call at this moment, or the trace is another worker's."""


class AskedElsewhere(Exception):
    """An equal call is in flight, or ended just now: its answer will do for this one too."""


@dataclass(frozen=True)
class Call:
    """One call as the ledger sees it: the request, of whom, for which trace, at what price.

    `shared` calls answer equal ones of any batch; others only those of their own trace.
    """

    request: Request
    language_model: LanguageModel
    trace: Trace | None
    served_by: Endpoint | None
    price: TokenPrice | None
    shared: bool
    density: Density

    @cached_property
    def parameters(self) -> dict[str, Any]:
        """What decides the answer beside the messages; the API key is no part of it."""
        return {
            "max_output_tokens": self.request.max_output_tokens,
            "temperature": self.request.temperature,
            "service_tier": self.request.service_tier,
            "repair": self.request.repair,
            "schema": self.request.schema,
        }

    @cached_property
    def fingerprint(self) -> str:
        """sha256 over all that makes two calls the same question."""
        asked = {
            "endpoint": self.language_model.endpoint,
            "base_url": self.served_by.base_url if self.served_by else "",
            "model": self.language_model.model,
            "parameters": self.parameters,
            "prompt": [self.request.prompt_name, self.request.prompt_version],
            "messages": as_plain(self.request.messages),
            "sample_index": self.request.sample_index,
            "within": self._within,
        }
        return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()

    @property
    def _within(self) -> str:
        if self.trace is None:
            return str(uuid.uuid4())
        return "" if self.shared else str(self.trace.key)

    @cached_property
    def most_input_tokens(self) -> int:
        return self.density.most(self.request)

    @property
    def likely_tokens(self) -> int:
        """What an endpoint's limit counts it as before it knows: four bytes a token."""
        return budgets.size_of(self.request) // 4 + self.request.max_output_tokens

    @cached_property
    def reserved(self) -> Amount:
        """The most it may take."""
        return budgets.amount(self.price, self.most_input_tokens, self.request.max_output_tokens)

    def taken(self, usage: Usage) -> Amount:
        """What it took; where the endpoint told no tokens, the most it may have taken."""
        read, written = usage.input_tokens, usage.output_tokens
        return budgets.amount(
            self.price,
            self.most_input_tokens if read is None else read,
            self.request.max_output_tokens if written is None else written,
        )


def earlier_call(call: Call) -> LLMCall | None:
    """The settled call of the same fingerprint, or this very trace's paid failure of it.

    A failure that was paid for comes again after a crash instead of being paid twice; a new
    attempt at the trace, and every other trace, asks anew.
    """
    with connection.cursor() as cursor:
        cursor.execute(ENDED, [call.fingerprint])
        found = [pk for (pk,) in cursor.fetchall()]
    rows = LLMCall.objects.filter(pk__in=found) if found else ()
    return next((row for row in rows if _answers(row, call)), None)


def _answers(row: LLMCall, call: Call) -> bool:
    if row.status == LLMCall.Status.SETTLED:
        return True
    own = call.trace is not None and row.trace_id == call.trace.pk
    return own and row.error.partition(": ")[0] in BY_REASON


def open_call(call: Call, *, repair_of: int | None) -> LLMCall:
    """Write the row of a call about to be sent, and reserve what it may take.

    Raises NotReserved and AskedElsewhere, and then leaves nothing.
    """
    try:
        with short_transaction():
            row = _row(call, LLMCall.Status.IN_FLIGHT, repair_of_id=repair_of)
            row.save(force_insert=True)
            if call.trace is None:
                return row
            if earlier_call(call):  # it may have ended since the ledger was last asked
                raise AskedElsewhere
            if not budgets.reserve(call.trace.batch_id, call.reserved, trace=call.trace):
                raise NotReserved
    except IntegrityError as error:
        raise AskedElsewhere from error
    return row


def is_in_flight(call: Call) -> bool:
    """Whether an equal call has been sent and has not ended."""
    in_flight = LLMCall.objects.filter(status=LLMCall.Status.IN_FLIGHT)
    return in_flight.filter(fingerprint=call.fingerprint).exists()


def replay(call: Call, earlier: LLMCall) -> Answer:
    """The earlier call's outcome, recorded as a replay, which costs nothing."""
    _row(call, LLMCall.Status.REPLAYED, replay_of=earlier, error=earlier.error).save()
    usage = Usage(earlier.input_tokens, earlier.output_tokens)
    reason, _, detail = earlier.error.partition(": ")
    if earlier.status == LLMCall.Status.FAILED:
        raise BY_REASON[reason](
            detail,
            stage=call.request.stage,
            text=earlier.answer_text,
            finish_reason=earlier.finish_reason,
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
        )
    return Answer(
        earlier.answer_text,
        earlier.answer_value,
        earlier.finish_reason,
        usage,
        earlier.reasoning_text,
    )


def settle(row: LLMCall, call: Call, answer: Answer, *, milliseconds: int) -> None:
    """Record the answer of a call in flight, and what it took."""
    _end(
        row,
        call.taken(answer.usage),
        status=LLMCall.Status.SETTLED,
        answer_text=answer.text,
        answer_value=answer.value,
        reasoning_text=answer.reasoning,
        finish_reason=answer.finish_reason,
        input_tokens=answer.usage.input_tokens,
        output_tokens=answer.usage.output_tokens,
        latency_ms=milliseconds,
    )


def settle_failed(row: LLMCall, call: Call, failure: ReasonerFailure, *, milliseconds: int) -> None:
    """Record that a call in flight ended in a typed failure, and what was paid for it."""
    usage = Usage(failure.input_tokens, failure.output_tokens)
    nothing = Amount(0, None if call.price is None else Decimal(0), call.reserved.currency)
    _end(
        row,
        call.taken(usage) if isinstance(failure, PAID_FAILURES) else nothing,
        status=LLMCall.Status.FAILED,
        error=f"{failure.reason}: {failure.detail}",
        answer_text=failure.text,
        finish_reason=failure.finish_reason,
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        latency_ms=milliseconds,
    )


def settle_uncertain(row: LLMCall, error: str) -> None:
    """Record that nobody knows whether a call in flight was answered: it is charged in full."""
    _end(row, _reserved(row), status=LLMCall.Status.UNCERTAIN, error=error)


def count_attempt(row: LLMCall) -> None:
    """One more request is about to be sent for a call in flight."""
    LLMCall.objects.filter(pk=row.pk).update(attempts=F("attempts") + 1)


def charge_in_flight(traces: Iterable[Trace]) -> int:
    """Charge what is in flight for traces whose worker is gone; returns how many calls."""
    calls = LLMCall.objects.filter(trace__in=traces, status=LLMCall.Status.IN_FLIGHT)
    return _charge(calls, "The worker died while the call was in flight.")


def charge_forgotten() -> int:
    """Charge calls in flight whose trace ended without them; returns how many.

    A cancelled batch's worker settles what it has in hand. If it died instead, the call must
    neither hold its reservation nor keep an equal call waiting for ever.
    """
    calls = LLMCall.objects.filter(
        ~Q(trace__state=Trace.State.CLAIMED),
        status=LLMCall.Status.IN_FLIGHT,
        sent_at__lt=timezone.now() - FORGOTTEN,
    )
    return _charge(calls, "Nobody waits for the call any more.")


def _charge(calls: Iterable[LLMCall], error: str) -> int:
    rows = list(calls)
    for row in rows:
        settle_uncertain(row, error)
    return len(rows)


def _row(call: Call, status: LLMCall.Status, **fields: Any) -> LLMCall:
    request, trace = call.request, call.trace
    if status == LLMCall.Status.IN_FLIGHT:
        fields |= {"reserved_tokens": call.reserved.tokens, "reserved_cost": call.reserved.money}
    return LLMCall(
        batch_id=trace.batch_id if trace else None,
        trace=trace,
        stage=request.stage,
        fingerprint=call.fingerprint,
        served_by=call.served_by,
        endpoint=call.language_model.endpoint,
        model=call.language_model.model,
        parameters=call.parameters,
        prompt_name=request.prompt_name,
        prompt_version=request.prompt_version,
        messages=as_plain(request.messages),
        sample_index=request.sample_index,
        status=status,
        currency=call.reserved.currency,
        **fields,
    )


def _end(row: LLMCall, spent: Amount, **changes: Any) -> bool:
    """Move a call out of flight with its cost; False when someone else already has."""
    with short_transaction():
        ended = LLMCall.objects.filter(pk=row.pk, status=LLMCall.Status.IN_FLIGHT).update(
            cost=spent.money, settled_at=timezone.now(), **changes
        )
        if ended and row.batch_id is not None:
            budgets.settle(row.batch_id, reserved=_reserved(row), spent=spent)
    return ended == 1


def _reserved(row: LLMCall) -> Amount:
    return Amount(row.reserved_tokens or 0, row.reserved_cost, row.currency)
