"""How hard an endpoint is asked: its limits a minute and its circuit, shared by all workers.

A request takes the next free moment and moves it on by its share of a minute, so that no 60
seconds hold more than the limits allow, wherever they begin. The circuit opens at once when an
endpoint will not answer us at all, and after repeated failure; while it is open nothing is
sent. When its time is over, one request probes the endpoint and the others wait for the
outcome. The state is one row an endpoint, changed by compare-and-set.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from pipeline.core.errors import ReasonerFailure, TransientFailure
from pipeline.db.short_transaction import short_transaction
from pipeline.ledger.retry import Clock
from pipeline.models import Endpoint, EndpointPace

MINUTE = 60.0
# Nobody takes a moment further ahead: whoever dies before it would have blocked it for long.
HORIZON = timedelta(seconds=5)
PROBE_MARGIN = 10.0
FRESH = timedelta(seconds=0.5)
REASON_LENGTH = 200


class CircuitOpen(Exception):
    """Nothing is sent to the endpoint for now; the message says what it did last."""


@dataclass
class Lane:
    """What threads that share it know of an endpoint: at `seen` its circuit was closed, nothing
    had failed and nobody had to wait. For half a second they take that as read.
    """

    seen: datetime | None = None

    def is_free(self, now: datetime) -> bool:
        return self.seen is not None and self.seen <= now < self.seen + FRESH


@dataclass(frozen=True, slots=True)
class Admission:
    """Leave to send one request. `after_failures`: its success is news, as is a probe's."""

    after_failures: bool = False


def admit(endpoint: Endpoint, *, tokens: int, clock: Clock, lane: Lane | None = None) -> Admission:
    """Wait until one request of about so many tokens may be sent. Raises CircuitOpen."""
    share = _share(endpoint, tokens)
    if lane is not None and not share and lane.is_free(clock.now()):
        return Admission()
    while True:
        pace, now = _pace_of(endpoint), clock.now()
        at = max(now, pace.free_at or now)
        if not _passes_circuit(pace, endpoint, now):
            clock.nap()
        elif at > now + HORIZON:
            clock.sleep(1.0)
        elif _taken(pace, at, share):
            if at > now:
                clock.sleep((at - now).total_seconds())
            admission = Admission(pace.failures_in_a_row > 0 or pace.open_until is not None)
            if lane is not None:
                lane.seen = None if admission.after_failures or at > now else now
            return admission


def succeeded(endpoint: Endpoint, admission: Admission) -> None:
    """The endpoint answered: whatever had failed before is over."""
    if admission.after_failures:
        EndpointPace.objects.filter(endpoint=endpoint).update(
            failures_in_a_row=0,
            failing_since=None,
            open_until=None,
            open_reason="",
            probe_until=None,
        )


def failed(endpoint: Endpoint, failure: ReasonerFailure, *, gave_up: bool, clock: Clock) -> str:
    """The endpoint did not answer; returns why the circuit is open now, empty if it is not.

    An endpoint that says when to come back is at work: everyone waits, and nothing is counted
    unless a call gives up over it. A wait longer than the settings allow opens the circuit.
    """
    asked = failure.retry_after if isinstance(failure, TransientFailure) else None
    now, probing = clock.now(), _pace_of(endpoint).open_until is not None
    if probing or not isinstance(failure, TransientFailure):
        return _open(endpoint, failure, now, asked or settings.LLM_CIRCUIT_SECONDS)
    if asked is not None:
        _wait_all(endpoint, now + timedelta(seconds=min(asked, settings.LLM_LONGEST_WAIT)))
        too_long = gave_up or asked > settings.LLM_LONGEST_WAIT
        return _open(endpoint, failure, now, asked) if too_long else ""
    if _counted_out(endpoint, now):
        return _open(endpoint, failure, now, settings.LLM_CIRCUIT_SECONDS)
    return ""


def give_back(endpoint: Endpoint, *, tokens: int) -> None:
    """Tokens that a request was admitted with and did not take: the next may come sooner.

    A negative number makes it come later: the request took more.
    """
    if endpoint.tokens_per_minute and tokens:
        sooner = timedelta(seconds=MINUTE * tokens / endpoint.tokens_per_minute)
        EndpointPace.objects.filter(endpoint=endpoint).update(free_at=F("free_at") - sooner)


def allow_probe(endpoint: Endpoint, *, now: datetime) -> None:
    """End an open circuit's time: someone says that the endpoint should be asked again."""
    EndpointPace.objects.filter(endpoint=endpoint, open_until__gt=now).update(
        open_until=now, probe_until=None
    )


def _pace_of(endpoint: Endpoint) -> EndpointPace:
    found = EndpointPace.objects.filter(endpoint=endpoint).first()
    return found or EndpointPace.objects.get_or_create(endpoint=endpoint)[0]


def _passes_circuit(pace: EndpointPace, endpoint: Endpoint, now: datetime) -> bool:
    """Closed, or ours to probe. Raises CircuitOpen while nothing may be sent."""
    if pace.open_until is None:
        return True
    if pace.open_until > now:
        raise CircuitOpen(pace.open_reason)
    until = now + timedelta(seconds=endpoint.timeout_seconds + PROBE_MARGIN)
    free = Q(probe_until=None) | Q(probe_until__lte=now)
    rows = EndpointPace.objects.filter(free, pk=pace.pk, open_until=pace.open_until)
    return rows.update(probe_until=until) == 1


def _share(endpoint: Endpoint, tokens: int) -> float:
    """The seconds of a minute's limits that a request takes for itself."""
    of_requests = MINUTE / endpoint.requests_per_minute if endpoint.requests_per_minute else 0.0
    of_tokens = MINUTE * tokens / endpoint.tokens_per_minute if endpoint.tokens_per_minute else 0.0
    return max(of_requests, of_tokens)


def _taken(pace: EndpointPace, at: datetime, share: float) -> bool:
    """Whether the moment is ours; False when another request took it first."""
    if not share and at != pace.free_at:
        return True
    rows = EndpointPace.objects.filter(Q(free_at=pace.free_at), pk=pace.pk)
    return rows.update(free_at=at + timedelta(seconds=share)) == 1


def _wait_all(endpoint: Endpoint, until: datetime) -> None:
    earlier = Q(free_at=None) | Q(free_at__lt=until)
    EndpointPace.objects.filter(earlier, endpoint=endpoint).update(free_at=until)


def _counted_out(endpoint: Endpoint, now: datetime) -> bool:
    """Count one more failure; whether there have been enough of them, for long enough."""
    with short_transaction():
        rows = EndpointPace.objects.filter(endpoint=endpoint)
        rows.update(
            failures_in_a_row=F("failures_in_a_row") + 1,
            failing_since=Coalesce(F("failing_since"), now),
        )
        pace = rows.get()
    lasted = (now - (pace.failing_since or now)).total_seconds()
    return (
        pace.failures_in_a_row >= settings.LLM_CIRCUIT_FAILURES
        and lasted >= settings.LLM_CIRCUIT_GRACE
    )


def _open(endpoint: Endpoint, failure: ReasonerFailure, now: datetime, seconds: float) -> str:
    reason = f"{endpoint}: {failure.detail}"[:REASON_LENGTH]
    EndpointPace.objects.filter(endpoint=endpoint).update(
        open_until=now + timedelta(seconds=seconds), open_reason=reason, probe_until=None
    )
    return reason
