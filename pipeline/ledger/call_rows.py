"""Rows of the ledger: a call opened before it is sent, and each way in which it ends.

The row and the job's budget change in the same transaction, and only the change that finds
the call still in flight moves the budget: a worker that comes too late changes nothing.
"""

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from enum import Enum, auto
from functools import reduce
from operator import or_
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from pipeline.core.errors import (
    MalformedOutput,
    PromptTruncated,
    ReasonerFailure,
    Refused,
    TruncatedOutput,
)
from pipeline.core.llm.base import Answer, Named, Usage, as_plain
from pipeline.db.short_transaction import short_transaction
from pipeline.ledger import budgets, calls_at_once
from pipeline.ledger.budgets import Cost
from pipeline.ledger.call import Call
from pipeline.models import Endpoint, JobItem, LLMCall
from pipeline.models.calls import JOB_ITEMS

# The model was paid for these, though its answer is of no use.
PAID_FAILURES = (MalformedOutput, TruncatedOutput, PromptTruncated, Refused)
BY_REASON = {failure.reason: failure for failure in PAID_FAILURES}
# SQL by hand: every call asks this, nearly always in vain, and the ORM takes longer than the query.
ENDED = "SELECT id FROM pipeline_llmcall WHERE fingerprint = %s AND status IN ('settled', 'failed')"
# Longer than any call goes on: see RetryPolicy.max_total.
ABANDONED_AFTER = timedelta(hours=1)
DEAD_WORKER = "The worker died while the call was in flight."
NOBODY_WAITS = "Nobody waits for the call any more."


class Obstacle(Enum):
    """Why a call cannot be opened at this moment."""

    # An equal call is in flight or ended just now: its answer will do for this one too.
    DUPLICATE_IN_FLIGHT = auto()
    # The endpoint works on as many as it may.
    TOO_MANY_AT_ONCE = auto()
    # The budget is reserved or spent, or the item is another worker's.
    BUDGET_UNAVAILABLE = auto()


def earlier_call(call: Call) -> LLMCall | None:
    """The settled call of the same fingerprint, or this very item's paid failure of it.

    A failure that was paid for comes again after a crash instead of being paid twice; a new
    attempt at the item, and every other item, asks anew.
    """
    with connection.cursor() as cursor:
        cursor.execute(ENDED, [call.fingerprint])
        ended = [pk for (pk,) in cursor.fetchall()]
    rows = LLMCall.objects.filter(pk__in=ended) if ended else ()
    return next((row for row in rows if _answers(row, call)), None)


def _answers(row: LLMCall, call: Call) -> bool:
    if row.status == LLMCall.Status.SETTLED:
        return True
    item = call.item
    own = item is not None and getattr(row, f"{item.kind}_id") == item.pk
    return own and row.error.partition(": ")[0] in BY_REASON


def open_call(
    call: Call, *, repair_of: int | None, bounded_at: Endpoint | None = None
) -> LLMCall | Obstacle:
    """Write the row of a call about to be sent and reserve its most; an obstacle leaves nothing.

    `bounded_at`: its endpoint, where that works on no more than so many calls at once.
    """
    row = _row(call, LLMCall.Status.IN_FLIGHT, repair_of_id=repair_of)
    obstacle = None
    try:
        with short_transaction():
            # First of all: from here on no equal call can be in flight, so one that was has
            # ended, and the look at the ledger after it cannot miss its answer.
            row.save(force_insert=True)
            if earlier_call(call):
                obstacle = Obstacle.DUPLICATE_IN_FLIGHT
            elif bounded_at and not calls_at_once.is_within(bounded_at):
                obstacle = Obstacle.TOO_MANY_AT_ONCE
            elif not budgets.reserve(call.item, call.max_cost):
                obstacle = Obstacle.BUDGET_UNAVAILABLE
            transaction.set_rollback(obstacle is not None)
    except IntegrityError:
        return Obstacle.DUPLICATE_IN_FLIGHT
    return obstacle or row


def is_in_flight(call: Call, *, waited: float) -> bool:
    """Whether an equal call has been sent and has not ended; one of a dead worker ends here.

    Whoever waits for it may be the only process at work: no reaper would end it. `waited`: for
    how many seconds. A cancelled item has no lease to run out, but nor does its worker send
    another request: no answer takes longer than the endpoint's time limit.
    """
    in_flight = LLMCall.objects.filter(status=LLMCall.Status.IN_FLIGHT)
    equal = in_flight.filter(fingerprint=call.fingerprint)
    now = timezone.now()
    for kind in JOB_ITEMS:
        _charge(equal.filter(**{f"{kind.kind}__lease_until__lt": now}), DEAD_WORKER)
    if call.served_by is not None and waited > call.served_by.dialect.timeout_seconds:
        _charge(equal.filter(_unclaimed()), NOBODY_WAITS)
    return equal.exists()


def _unclaimed() -> Q:
    """Calls whose item is in no worker's hands."""
    claimed = (Q(**{f"{kind.kind}__state": kind.State.CLAIMED}) for kind in JOB_ITEMS)
    return ~reduce(or_, claimed)


def replay(call: Call, earlier: LLMCall) -> Answer:
    """The earlier call's outcome, recorded as a replay, which costs nothing."""
    named = Named(earlier.answer_model, earlier.answer_provider, earlier.answer_fingerprint)
    _row(
        call, LLMCall.Status.REPLAYED, replay_of=earlier, error=earlier.error, **_naming(named)
    ).save()
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
        named,
    )


def settle(row: LLMCall, call: Call, answer: Answer, *, milliseconds: int) -> None:
    """Record the answer of a call in flight, and what it took."""
    _end(
        row,
        call.cost_of(answer.usage),
        status=LLMCall.Status.SETTLED,
        answer_text=answer.text,
        answer_value=answer.value,
        reasoning_text=answer.reasoning,
        finish_reason=answer.finish_reason,
        input_tokens=answer.usage.input_tokens,
        output_tokens=answer.usage.output_tokens,
        latency_ms=milliseconds,
        **_naming(answer.named),
    )


def _naming(named: Named) -> dict[str, str]:
    return {
        "answer_model": named.model,
        "answer_provider": named.provider,
        "answer_fingerprint": named.fingerprint,
    }


def settle_failed(
    row: LLMCall, call: Call, failure: ReasonerFailure, *, answered: bool, milliseconds: int
) -> None:
    """Record that a call in flight ended in a typed failure, and what was paid for it.

    Usage that the endpoint tells is charged in any case; where it tells none, an answer of no use.
    """
    usage = Usage(failure.input_tokens, failure.output_tokens)
    is_paid = (answered and isinstance(failure, PAID_FAILURES)) or usage != Usage(None, None)
    nothing = Cost(0, None if call.price is None else Decimal(0), call.max_cost.currency)
    _end(
        row,
        call.cost_of(usage) if is_paid else nothing,
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


def count_attempt(row: LLMCall) -> bool:
    """One more request is about to be sent; False when the call was charged as a dead worker's."""
    in_flight = LLMCall.objects.filter(pk=row.pk, status=LLMCall.Status.IN_FLIGHT)
    return in_flight.update(attempts=F("attempts") + 1) == 1


def charge_in_flight(items: Iterable[JobItem]) -> None:
    """Charge what is in flight for items of one kind whose worker is gone."""
    calls = LLMCall.objects.of_items(items).filter(status=LLMCall.Status.IN_FLIGHT)
    _charge(calls, DEAD_WORKER)


def charge_abandoned() -> None:
    """Charge calls in flight whose item ended without them.

    A cancelled job's worker settles its calls in flight. If it died instead, such a call must
    neither hold its reservation nor keep an equal call waiting for ever.
    """
    calls = LLMCall.objects.filter(
        _unclaimed(), status=LLMCall.Status.IN_FLIGHT, sent_at__lt=timezone.now() - ABANDONED_AFTER
    )
    _charge(calls, NOBODY_WAITS)


def _charge(calls: Iterable[LLMCall], error: str) -> None:
    for row in calls:
        settle_uncertain(row, error)


def _row(call: Call, status: LLMCall.Status, **fields: Any) -> LLMCall:
    request, item = call.request, call.item
    if status == LLMCall.Status.IN_FLIGHT:
        fields |= {"reserved_tokens": call.max_cost.tokens, "reserved_cost": call.max_cost.money}
    return LLMCall(
        **({item.kind: item, f"{item.job_kind}_id": item.job_id} if item else {}),
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
        currency=call.max_cost.currency,
        **fields,
    )


def _end(row: LLMCall, spent: Cost, **changes: Any) -> None:
    """Move a call out of flight with its cost, unless it has been ended already."""
    with short_transaction():
        ended = LLMCall.objects.filter(pk=row.pk, status=LLMCall.Status.IN_FLIGHT).update(
            cost=spent.money, settled_at=timezone.now(), **changes
        )
        if ended and (job := row.job_reference):
            budgets.settle(job, reserved=_reserved(row), spent=spent)


def _reserved(row: LLMCall) -> Cost:
    return Cost(row.reserved_tokens or 0, row.reserved_cost, row.currency)
