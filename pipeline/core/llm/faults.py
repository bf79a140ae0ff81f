"""What goes wrong at an endpoint, as the failures of the method.

- TransientFailure: 408, 409, 425, 429, 5xx, timeout, connection lost, answer cut off.
- RequestRejected: 400, 413, 422; ParameterRejected where it is about what every call sends,
  Refused where a content filter says so.
- EndpointUnavailable: every other status, redirects, certificates.

A sentence names the host, the status and what a lead can change. It never quotes the host:
neither its body, which may be any page of any network, nor the key, nor the URL's path.
docs/llm-endpoints.md lists all of it with the tests.
"""

import ssl
import time
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime
from typing import Any

import httpx2
import openai

from pipeline.core.errors import (
    EndpointRefused,
    EndpointUnavailable,
    ReasonerFailure,
    Refused,
    RequestRejected,
    TransientFailure,
)
from pipeline.core.llm.rejections import Sent, is_filtered, rejection_of

_REJECTED = frozenset({400, 413, 422})
_AGAIN = frozenset({408, 409, 425, 429})
# Where the model behind may have worked although its answer did not arrive.
_MAYBE_CHARGED = frozenset({408, 502, 504, 520, 522, 524})
# Certainly the endpoint's, whatever is asked; of any other status another question must tell.
_SENTENCES = {
    401: "does not accept the API key ({status}): enter it again",
    402: "asks for payment ({status}): pay there, or enter another API key",
    407: "is behind a proxy that asks for a login ({status}): enter a base URL that needs none",
}
_FORBIDS = "does not allow this API key to ask this model, or this to be asked ({status})"
_BLOCKED = "or a filter before it blocks the call ({status}): check the base URL"
_BUSY = {
    429: "is asked too often ({status}): lower the endpoint's calls at once, or requests a minute",
    503: "is busy or still loads its model ({status}): try again when it is ready",
    529: "is overloaded ({status}): lower the endpoint's calls at once",
}
_REJECTED_FOR_NO_REASON = (
    "rejected the call ({status}) for a reason that only its own log tells: see whether the model "
    "and the endpoint's settings fit"
)
_CRASHED = "could not answer now ({status}): if that stays, check the base URL and the server's log"
_LONG_WAIT = 3600.0
_NOT_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.ProxyError)


def failure_of(error: Exception, sent: Sent) -> ReasonerFailure:
    """The failure that an error of the SDK or of the connection means."""
    if isinstance(error, openai.APIStatusError):
        return _of_status(error, sent)
    return _of_connection(error, sent)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds the endpoint asks to wait, from any of its headers and forms; None if none."""
    milliseconds = _number(headers.get("retry-after-ms", ""))
    if milliseconds is not None:
        return milliseconds / 1000
    for name in ("retry-after", "llm_provider-retry-after"):
        value = headers.get(name, "").strip()
        seconds = _number(value) if _number(value) is not None else _until(value, headers)
        if seconds is not None:
            return seconds
    return None


def _of_status(error: openai.APIStatusError, sent: Sent) -> ReasonerFailure:
    status, body = error.status_code, _body(error)
    if status in _REJECTED:
        rejected = RequestRejected(
            sent.says(_REJECTED_FOR_NO_REASON, status=status), stage=sent.stage
        )
        return rejection_of(body, sent, told=str(status)) or rejected
    if status == 500:  # some servers fail over what they should reject
        rejected_after_all = rejection_of(body, sent, told=str(status))
        if rejected_after_all is not None:
            return rejected_after_all
    if status < 500 and is_filtered(body):
        reason = f"A filter of {sent.host} refused the question ({status})."
        return Refused(reason, stage=sent.stage)
    if error.code == "insufficient_quota":
        reason = f"The quota of the API key at {sent.host} is used up ({status})."
        return EndpointUnavailable(reason, stage=sent.stage)
    if status in _AGAIN or status >= 500:
        return _passing(error, sent)
    return EndpointUnavailable(
        sent.says(_refusal(error), status=status),
        stage=sent.stage,
        may_be_prompt=status not in _SENTENCES and status != 404 and status >= 400,
    )


def _passing(error: openai.APIStatusError, sent: Sent) -> TransientFailure:
    status, wait = error.status_code, retry_after(error.response.headers)
    sentence = _BUSY.get(status, _CRASHED)
    if wait is not None and wait > _LONG_WAIT:
        sentence = "asks to wait for {hours:.0f} hours ({status}): its API key has no quota left"
    return TransientFailure(
        sent.says(sentence, status=status, hours=(wait or 0) / 3600),
        stage=sent.stage,
        retry_after=wait,
        maybe_charged=status in _MAYBE_CHARGED,
        may_be_prompt=status >= 500 and status not in _BUSY,
    )


def _refusal(error: openai.APIStatusError) -> str:
    """Why an endpoint does not answer, from its status and whether it says so as an API does."""
    status, is_api = error.status_code, isinstance(_body(error), dict)
    if 300 <= status < 400:
        return (
            "redirects elsewhere ({status}), which is not followed: enter the address it moved to "
            "as the base URL"
        )
    if status == 404:
        if is_api and "model" in str(error.body):
            return "knows no such model ({status}): enter the name by which the server lists it"
        return "knows no such path ({status}): check the base URL"
    if status == 403 and is_api:
        return _FORBIDS
    return _SENTENCES.get(status, _BLOCKED)


def _body(error: openai.APIStatusError) -> object:
    """The error object, or all of the body where there is none."""
    return error.body if error.body is not None else error.response.text[:4000]


def _of_connection(error: Exception, sent: Sent) -> ReasonerFailure:
    causes = list(_causes(error))
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        reason = (
            f"The certificate or encryption of {sent.host} cannot be trusted: check the base URL, "
            "or have the server's authority trusted on this machine."
        )
        return EndpointUnavailable(reason, stage=sent.stage)
    for cause in causes:
        if isinstance(cause, EndpointRefused):
            return EndpointUnavailable(str(cause), stage=sent.stage)
    if any(isinstance(cause, httpx2.UnsupportedProtocol) for cause in causes):
        reason = "cannot be asked by this protocol: check the base URL"
        return EndpointUnavailable(sent.says(reason), stage=sent.stage)
    return _lost(causes, sent)


def _lost(causes: list[BaseException], sent: Sent) -> TransientFailure:
    was_sent = not any(isinstance(cause, _NOT_SENT) for cause in causes)
    timed_out = any(isinstance(cause, httpx2.TimeoutException | TimeoutError) for cause in causes)
    if timed_out and was_sent:
        sentence = (
            "did not answer in time: raise the endpoint's time limit, now {seconds:,.0f} seconds, "
            "or lower its calls at once"
        )
    else:
        sentence = (
            "could not be reached or hung up: see whether the server runs, and check the base URL"
        )
    return TransientFailure(
        sent.says(sentence, seconds=sent.seconds),
        stage=sent.stage,
        maybe_charged=was_sent,
        may_be_prompt=was_sent,
        late=was_sent and timed_out,
    )


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _number(value: str) -> float | None:
    try:
        seconds = float(value)
    except ValueError:
        return None
    return seconds if 0 <= seconds < float("inf") else None


def _until(value: str, headers: Mapping[str, str]) -> float | None:
    """Seconds until an HTTP date, by the server's own clock where it tells it."""
    moment = _timestamp(value)
    if moment is None:
        return None
    now = _timestamp(headers.get("date", ""))
    return max(0.0, moment - (time.time() if now is None else now))


def _timestamp(value: Any) -> float | None:
    try:
        return parsedate_to_datetime(value).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None
