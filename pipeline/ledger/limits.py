"""Rate limits and circuit breaker of an endpoint, shared by all workers.

A request takes the next free moment and moves it on by its share of a minute, so that no 60
seconds hold more than the limits allow, wherever they begin. Failures in a row put an endpoint
in doubt; whoever finds that it answers nobody opens its circuit, and while that is open nothing
is sent. When its time is over, one request probes the endpoint and the others wait for the
outcome. The state is one row an endpoint, changed by compare-and-set.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from pipeline.core.errors import EndpointUnavailable, TransientFailure
from pipeline.db.short_transaction import short_transaction
from pipeline.ledger import calls_at_once
from pipeline.ledger.retry import Clock
from pipeline.models import Endpoint, EndpointPace

MINUTE = 60.0
# Nobody takes a moment further ahead: a worker that dies before it would block it for long.
MAX_AHEAD = timedelta(seconds=5)
PROBE_MARGIN = 10.0
CACHE_LIFETIME = timedelta(seconds=0.5)
MAX_REASON_LENGTH = 400
# A server that asks for less has asked for nothing: many say 0 whatever is wrong with them.
MIN_WAIT = 1.0


@dataclass
class CircuitCache:
    """When the threads that share it last saw the endpoint's circuit closed, with no failure
    counted and no wait. For half a second they do not ask the database again.
    """

    closed_at: datetime | None = None

    def is_closed(self, now: datetime) -> bool:
        return (
            self.closed_at is not None and self.closed_at <= now < self.closed_at + CACHE_LIFETIME
        )


@dataclass(frozen=True, slots=True)
class Permit:
    """Leave to send one request; with a `refusal`, the reason why the circuit is open instead.

    `after_failures`: the request's success is news, as is that of a probe. `most`: so many calls
    may be in flight at once, None: any number; `is_slowed`: they are fewer since some were late.
    """

    after_failures: bool = False
    refusal: str | None = None
    most: int | None = None
    is_slowed: bool = False


def acquire(
    endpoint: Endpoint, *, tokens: int, clock: Clock, cache: CircuitCache | None = None
) -> Permit:
    """Wait until one request of about so many tokens may be sent, or the circuit is open."""
    share, cache = _share(endpoint, tokens), cache or CircuitCache()
    if not share and cache.is_closed(clock.now()):
        return Permit(most=endpoint.dialect.calls_at_once)
    while True:
        pace, now = _pace_of(endpoint), clock.now()
        at = max(now, pace.free_at or now)
        if pace.open_until is not None and pace.open_until > now:
            return Permit(refusal=pace.open_reason)
        if at > now + MAX_AHEAD:
            clock.sleep(1.0)
        elif pace.open_until is not None and not _claim_probe(pace, endpoint, now):
            clock.sleep_until_poll()
        elif _claim_moment(pace, at, share):
            break
    if at > now:
        clock.sleep((at - now).total_seconds())
    after_failures = pace.failures_in_a_row > 0 or pace.open_until is not None
    is_slowed = pace.calls_at_once is not None
    cache.closed_at = None if after_failures or is_slowed or at > now else now
    most = calls_at_once.most(endpoint, pace.calls_at_once)
    return Permit(after_failures, most=most, is_slowed=is_slowed)


def record_success(endpoint: Endpoint, permit: Permit) -> None:
    """The endpoint answered: whatever had failed before is over."""
    if permit.after_failures:
        EndpointPace.objects.filter(endpoint=endpoint).update(
            failures_in_a_row=0,
            failing_since=None,
            open_until=None,
            open_reason="",
            probe_until=None,
        )


def is_certain(failure: EndpointUnavailable) -> bool:
    """Whether the endpoint certainly refuses every call, so that no other need be asked."""
    if _wait_of(failure) > settings.LLM_LONGEST_WAIT:
        return True
    return not isinstance(failure, TransientFailure) and not failure.may_be_prompt


def count_failure(endpoint: Endpoint, failure: EndpointUnavailable, *, now: datetime) -> bool:
    """Count a failure that may pass; whether the endpoint is in doubt now.

    An endpoint that says when to come back is at work: everyone waits, and nothing is counted.
    """
    if not isinstance(failure, TransientFailure) or _pace_of(endpoint).open_until is not None:
        return True
    wait = _wait_of(failure)
    if wait:
        _delay_everyone(endpoint, now, wait)
        return False
    return _count_failure(endpoint, now)


def open_circuit(endpoint: Endpoint, failure: EndpointUnavailable, *, now: datetime) -> str:
    """Have nothing more sent for a while, or for as long as the endpoint asked; returns why."""
    wait = _wait_of(failure)
    if wait:
        _delay_everyone(endpoint, now, wait)
    until = now + timedelta(seconds=wait or settings.LLM_CIRCUIT_SECONDS)
    reason = f"{endpoint}: {failure.detail}"[:MAX_REASON_LENGTH]
    EndpointPace.objects.update_or_create(
        endpoint=endpoint,
        defaults={"open_until": until, "open_reason": reason, "probe_until": None},
    )
    return reason


def is_open(endpoint: Endpoint, *, now: datetime) -> bool:
    """Whether nothing may be sent."""
    return EndpointPace.objects.filter(endpoint=endpoint, open_until__gt=now).exists()


def give_back(endpoint: Endpoint, *, tokens: int) -> None:
    """Return tokens of a permit that its request did not use: the next may come sooner.

    A negative number makes it come later: the request used more.
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
    pace = EndpointPace.objects.filter(endpoint=endpoint).first()
    return pace or EndpointPace.objects.get_or_create(endpoint=endpoint)[0]


def _claim_probe(pace: EndpointPace, endpoint: Endpoint, now: datetime) -> bool:
    """Whether this request may probe the endpoint; False while another one does."""
    # No token as in pipeline.db.leases: the prober writes nothing that a later one could spoil.
    until = now + timedelta(seconds=endpoint.dialect.timeout_seconds + PROBE_MARGIN)
    free = Q(probe_until=None) | Q(probe_until__lte=now)
    rows = EndpointPace.objects.filter(free, pk=pace.pk, open_until=pace.open_until)
    return rows.update(probe_until=until) == 1


def _share(endpoint: Endpoint, tokens: int) -> float:
    """The seconds of a minute's limits that a request takes for itself."""
    of_requests = MINUTE / endpoint.requests_per_minute if endpoint.requests_per_minute else 0.0
    of_tokens = MINUTE * tokens / endpoint.tokens_per_minute if endpoint.tokens_per_minute else 0.0
    return max(of_requests, of_tokens)


def _claim_moment(pace: EndpointPace, at: datetime, share: float) -> bool:
    """Whether this request may be sent at the moment; False when another one took it first."""
    if not share and at != pace.free_at:
        return True
    rows = EndpointPace.objects.filter(Q(free_at=pace.free_at), pk=pace.pk)
    return rows.update(free_at=at + timedelta(seconds=share)) == 1


def _delay_everyone(endpoint: Endpoint, now: datetime, wait: float) -> None:
    until = now + timedelta(seconds=min(wait, settings.LLM_LONGEST_WAIT))
    earlier = Q(free_at=None) | Q(free_at__lt=until)
    EndpointPace.objects.filter(earlier, endpoint=endpoint).update(free_at=until)


def _count_failure(endpoint: Endpoint, now: datetime) -> bool:
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


def _wait_of(failure: EndpointUnavailable) -> float:
    """The seconds that the endpoint asks to wait; 0 where it asks for none worth the name."""
    wait = failure.retry_after or 0.0
    return wait if wait >= MIN_WAIT else 0.0
