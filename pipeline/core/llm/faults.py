"""What goes wrong at an endpoint, as the failures of the method.

- TransientFailure: 408, 409, 425, 429, 5xx, timeout, connection lost, answer cut off.
- RequestRejected: 400, 413, 422; Refused where a content filter says so.
- EndpointUnavailable: every other status, redirects, certificates.

A sentence names the host and the status and never quotes the host: neither its body, which may
be any page of any network, nor the key, nor the URL's path. docs/llm-endpoints.md lists all of
it with the tests.
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

_REJECTED = frozenset({400, 413, 422})
_AGAIN = frozenset({408, 409, 425, 429})
# Where the model behind may have worked although its answer did not arrive.
_MAYBE_CHARGED = frozenset({408, 502, 504, 520, 522, 524})
_SENTENCES = {
    401: "does not accept the API key",
    402: "asks for payment",
    403: "does not allow this key to ask this model",
    404: "knows no such model or path",
}
# Parameters that this software sends: the only words of a rejection that are repeated.
_OURS = frozenset(
    {"messages", "model", "temperature", "response_format", "service_tier"}
    | {"max_tokens", "max_completion_tokens"}
)
_NOT_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.ProxyError)


def failure_of(error: Exception, *, stage: str, host: str) -> ReasonerFailure:
    """The failure that an error of the SDK or of the connection means for this stage."""
    if isinstance(error, openai.APIStatusError):
        return _of_status(error, stage, host)
    return _of_connection(error, stage, host)


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


def _of_status(error: openai.APIStatusError, stage: str, host: str) -> ReasonerFailure:
    status, code = error.status_code, error.code
    if code == "content_filter":
        return Refused(f"A content filter of {host} refused the question.", stage=stage)
    if status in _REJECTED:
        return RequestRejected(f"{host} rejected the call ({status}){_why(error)}.", stage=stage)
    if code == "insufficient_quota":
        return EndpointUnavailable(f"The quota at {host} is used up ({status}).", stage=stage)
    if status in _AGAIN or status >= 500:
        return TransientFailure(
            f"{host} could not answer now ({status}).",
            stage=stage,
            retry_after=retry_after(error.response.headers),
            maybe_charged=status in _MAYBE_CHARGED,
        )
    if 300 <= status < 400:
        reason = "redirects elsewhere, which is not followed"
    else:
        reason = _SENTENCES.get(status, "does not answer calls")
    return EndpointUnavailable(f"{host} {reason} ({status}).", stage=stage)


def _why(error: openai.APIStatusError) -> str:
    """What is wrong with the call, as far as the answer names it in words of our own."""
    if error.code == "context_length_exceeded":
        return ": the prompt is longer than the model can read"
    parameter = next((name for name in _OURS if name == error.param), None)
    return f", naming its {parameter}" if parameter else ""


def _of_connection(error: Exception, stage: str, host: str) -> ReasonerFailure:
    causes = list(_causes(error))
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        reason = f"The certificate or encryption of {host} cannot be trusted."
        return EndpointUnavailable(reason, stage=stage)
    for cause in causes:
        if isinstance(cause, EndpointRefused):
            return EndpointUnavailable(str(cause), stage=stage)
    if any(isinstance(cause, httpx2.UnsupportedProtocol) for cause in causes):
        return EndpointUnavailable(f"{host} cannot be asked by this protocol.", stage=stage)
    sent = not any(isinstance(cause, _NOT_SENT) for cause in causes)
    timed_out = any(isinstance(cause, httpx2.TimeoutException | TimeoutError) for cause in causes)
    reason = "did not answer in time" if timed_out else "could not be reached or hung up"
    return TransientFailure(f"{host} {reason}.", stage=stage, maybe_charged=sent)


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
