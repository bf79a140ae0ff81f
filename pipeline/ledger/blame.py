"""Whose failure it is that a call was not answered, in sentences that say what to change.

A prompt's own failure ends its item; a failure that all prompts meet pauses the job. The
evidence are the ledger's latest calls, compared by their number and not by clocks: one that was
opened later and was answered proves that the endpoint was at work after an earlier one was sent.
"""

from datetime import datetime

from django.db.models import QuerySet, Sum

from pipeline.core.errors import (
    EndpointUnavailable,
    MalformedOutput,
    NoAnswer,
    ParameterRejected,
    PromptTruncated,
    ReasonerFailure,
    Refused,
    RequestRejected,
    TransientFailure,
    TruncatedOutput,
)
from pipeline.ledger.call import Call
from pipeline.models import Endpoint, Event, JobItem, LLMCall
from pipeline.models.calls import JOB_ITEMS

MAX_CALLS = 200
# What the model wrote was of no use, but it was asked and it answered.
ANSWERED_BADLY = frozenset(
    failure.reason for failure in (MalformedOutput, TruncatedOutput, PromptTruncated)
)
# So many items in a row without one answer to a prompt, and it is not the questions.
MAX_REFUSED_IN_A_ROW = 20
# An answer that is late though no other call was made costs a whole time limit, and its charge.
MAX_LATE_IN_A_ROW = 2


def is_answering(call: Call, *, since: int) -> bool:
    """Whether a call opened after that one, of another item or of none, has been answered."""
    return _others(call, since).filter(status=LLMCall.Status.SETTLED).exists()


def may_be_answered(call: Call, *, since: int) -> bool:
    """Whether a call opened after that one, of another item or of none, is in flight."""
    return _others(call, since).filter(status=LLMCall.Status.IN_FLIGHT).exists()


def unanswered_in_a_row(call: Call) -> int:
    """How many of the job's items, this one among them, got no answer to this prompt.

    Counted back to its last answer, or to where a lead resumed the job.
    """
    item = call.item
    if call.served_by is None or item is None:
        return 0
    resumed, items = _resumed_at(item), {item.pk}
    latest = LLMCall.objects.filter(served_by=call.served_by).order_by("-pk")[:MAX_CALLS]
    columns = (item.job_kind, item.kind, "prompt_name", "status", "error", "sent_at")
    for row in latest.only(*columns):
        is_of_job = getattr(row, f"{item.job_kind}_id") == item.job_id
        if not is_of_job or row.prompt_name != call.request.prompt_name:
            continue
        if _was_answered(row) or (resumed is not None and row.sent_at < resumed):
            break
        if row.status in (LLMCall.Status.FAILED, LLMCall.Status.UNCERTAIN):
            items.add(getattr(row, f"{item.kind}_id"))
    return len(items)


def reason_to_halt(call: Call, failure: ReasonerFailure, *, was_alone: bool = False) -> str:
    """Why a failure that looks like a prompt's own is that of all prompts; empty if it is not.

    `was_alone`: it was late although the endpoint was asked nothing else.
    """
    endpoint = call.served_by
    if endpoint is None or not isinstance(failure, RequestRejected | EndpointUnavailable):
        return ""
    if isinstance(failure, ParameterRejected):
        return (
            f"{endpoint}: {failure.detail} Every call sends this parameter: test the endpoint "
            f"again, or set {failure.parameter} in its settings, then resume."
        )
    in_a_row = unanswered_in_a_row(call)
    if in_a_row < (MAX_LATE_IN_A_ROW if was_alone else MAX_REFUSED_IN_A_ROW):
        return ""
    if was_alone:
        return f"{endpoint}: {_too_slow(call, endpoint)}"
    return (
        f"{endpoint}: {failure.detail} That is the answer to the {call.request.prompt_name} prompt "
        f"of {in_a_row} {_items(call)} in a row, so it is not their questions. Use another model "
        "or endpoint, or have whoever runs this one allow the prompt, then resume."
    )


def failure_of_prompt(
    call: Call, failure: EndpointUnavailable, *, attempts: int
) -> EndpointUnavailable | Refused:
    """The failure as the item's own: the endpoint answers other questions."""
    if failure.late:
        detail = (
            f"No answer came within the time limit of {_time_limit(call)}, though the endpoint "
            "answers other questions. Raise its time limit or lower its output limit, then try "
            "again."
        )
    elif isinstance(failure, TransientFailure):
        detail = (
            f"{failure.detail} So it was {attempts} times, though the endpoint answers other "
            "questions. Try again later, or leave this question out."
        )
    else:
        detail = (
            f"{failure.detail} It answers other questions: a filter before the model may object "
            "to this one. Ask whoever runs the endpoint, or leave this question out."
        )
        return Refused(detail, stage=failure.stage)
    return NoAnswer(detail, stage=failure.stage, finish_reason=failure.finish_reason)


def failure_of_endpoint(
    call: Call, failure: EndpointUnavailable, canary: EndpointUnavailable
) -> EndpointUnavailable:
    """The failure as the endpoint's: another question got no answer either."""
    if failure.late and call.served_by is not None:
        return EndpointUnavailable(_too_slow(call, call.served_by), stage=failure.stage)
    return canary


def _too_slow(call: Call, endpoint: Endpoint) -> str:
    speed = _tokens_a_second(endpoint)
    measured = (
        "no call has been answered so far"
        if speed is None
        else f"it writes about {speed:,.{0 if speed >= 10 else 1}f} tokens a second"
    )
    return (
        f"No answer came within its time limit of {_time_limit(call)}, even with one call at a "
        f"time; {measured}, and an answer may have {call.request.max_output_tokens:,}. Raise its "
        "time limit, lower its output limit or use a faster server, then resume."
    )


def _time_limit(call: Call) -> str:
    seconds = call.served_by.dialect.timeout_seconds if call.served_by else 0
    return f"{seconds:g} seconds"


def _tokens_a_second(endpoint: Endpoint) -> float | None:
    """How fast a call was answered of late, one beside the others; None when none was."""
    settled = LLMCall.objects.filter(
        served_by=endpoint, status="settled", output_tokens__gt=0, latency_ms__gt=0
    )
    latest = settled.order_by("-pk").values("output_tokens", "latency_ms")[:MAX_CALLS]
    sums = latest.aggregate(tokens=Sum("output_tokens"), milliseconds=Sum("latency_ms"))
    return 1000 * sums["tokens"] / sums["milliseconds"] if sums["milliseconds"] else None


def _others(call: Call, since: int) -> QuerySet[LLMCall]:
    later = LLMCall.objects.filter(served_by=call.served_by, pk__gt=since)
    if call.item is not None:
        return later.exclude(**{call.item.kind: call.item})
    return later.exclude(**{kind.kind: None for kind in JOB_ITEMS})


def _was_answered(row: LLMCall) -> bool:
    if row.status == LLMCall.Status.FAILED:
        return row.error.partition(": ")[0] in ANSWERED_BADLY
    return row.status == LLMCall.Status.SETTLED


def _items(call: Call) -> str:
    return str(call.item._meta.verbose_name_plural) if call.item else "calls"


def _resumed_at(item: JobItem) -> datetime | None:
    job = item.job_model()
    resumed = Event.objects.filter(
        subject_type=job._meta.label_lower,
        subject_id=str(item.job_id),
        action=f"{job.kind}.resumed",
    )
    return resumed.order_by("-pk").values_list("at", flat=True).first()
