"""Pace: limits a minute hold in every minute, and the circuit opens, probes and closes."""

from datetime import timedelta

import pytest

from pipeline.core.errors import EndpointUnavailable, TransientFailure
from pipeline.jobs.lifecycle import pause_job, resume_job
from pipeline.ledger import limits
from pipeline.ledger.limits import CircuitCache
from pipeline.models import EndpointPace
from tests import factories
from tests.factories.endpoints import endpoint
from tests.peers.scripted import Time

pytestmark = pytest.mark.django_db


def down(**how) -> TransientFailure:
    return TransientFailure("could not be reached", stage="extraction", **how)


@pytest.fixture
def time() -> Time:
    return Time()


def admitted_within(served, seconds, *, tokens, time) -> int:
    """How many requests are admitted, by workers that ask again at once."""
    until, count = time.at + timedelta(seconds=seconds), 0
    while True:
        limits.acquire(served, tokens=tokens, clock=time.clock)
        if time.at >= until:
            return count
        count += 1


@pytest.mark.parametrize(
    ("endpoint_limits", "tokens", "a_minute"),
    [
        ({"requests_per_minute": 30}, 10, 30),
        ({"tokens_per_minute": 6000}, 100, 60),
        ({"requests_per_minute": 30, "tokens_per_minute": 6000}, 100, 30),
        ({"requests_per_minute": 90, "tokens_per_minute": 6000}, 100, 60),
    ],
)
def test_no_minute_holds_more_than_the_limits(time, endpoint_limits, tokens, a_minute):
    served = endpoint(**endpoint_limits)
    assert admitted_within(served, 60, tokens=tokens, time=time) == a_minute
    assert admitted_within(served, 30, tokens=tokens, time=time) <= a_minute / 2
    assert max(time.slept) <= 5


def test_a_pause_saves_up_no_right_to_a_burst(time):
    served = endpoint(requests_per_minute=60)
    limits.acquire(served, tokens=1, clock=time.clock)
    time.pass_by(3600)
    assert admitted_within(served, 60, tokens=1, time=time) == 60


def test_tokens_not_taken_let_the_next_come_sooner(time):
    served = endpoint(tokens_per_minute=600)
    limits.acquire(served, tokens=600, clock=time.clock)
    limits.give_back(served, tokens=590)
    limits.acquire(served, tokens=1, clock=time.clock)
    assert sum(time.slept) == pytest.approx(1.0)


def test_without_limits_nobody_waits_and_no_row_is_written_to(time):
    served = endpoint()
    for _ in range(5):
        limits.acquire(served, tokens=1000, clock=time.clock)
    assert time.slept == []
    assert EndpointPace.objects.get().free_at is None


def test_threads_that_share_a_cache_keep_the_limits_all_the_same(time):
    served, cache = endpoint(requests_per_minute=60), CircuitCache()
    for _ in range(3):
        limits.acquire(served, tokens=1, clock=time.clock, cache=cache)
    assert sum(time.slept) == pytest.approx(2)


def test_a_closed_circuit_is_looked_at_again_after_half_a_second(time):
    served, cache = endpoint(), CircuitCache()
    limits.acquire(served, tokens=1, clock=time.clock, cache=cache)
    EndpointPace.objects.update(open_until=time.at + timedelta(hours=1), open_reason="down")
    assert limits.acquire(served, tokens=1, clock=time.clock, cache=cache).refusal is None
    time.pass_by(0.5)
    assert limits.acquire(served, tokens=1, clock=time.clock, cache=cache).refusal == "down"


def test_while_failures_are_counted_every_success_is_news(time):
    served, cache = endpoint(), CircuitCache()
    fail(served, time)
    for _ in range(2):
        permit = limits.acquire(served, tokens=1, clock=time.clock, cache=cache)
        assert permit.after_failures


def fail(served, time, *, times=1, failure=None, gave_up=False) -> str:
    """What comes of failures at an endpoint that answers nobody: why its circuit is open."""
    failure = failure or down()
    for _ in range(times):
        in_doubt = limits.count_failure(served, failure, now=time.at)
    if in_doubt or gave_up:
        return limits.open_circuit(served, failure, now=time.at)
    return ""


def test_the_circuit_opens_after_failures_in_a_row_that_last(time, settings):
    settings.LLM_CIRCUIT_FAILURES, settings.LLM_CIRCUIT_GRACE = 3, 10
    served = endpoint()
    assert not fail(served, time, times=8)
    time.pass_by(10)
    assert fail(served, time) == "reasoner: could not be reached"
    refusal = limits.acquire(served, tokens=1, clock=time.clock).refusal
    assert refusal == "reasoner: could not be reached"


def test_too_few_failures_do_not_open_it_however_long_they_last(time, settings):
    settings.LLM_CIRCUIT_FAILURES, settings.LLM_CIRCUIT_GRACE = 3, 10
    served = endpoint()
    fail(served, time)
    time.pass_by(1000)
    assert not fail(served, time)
    assert fail(served, time)


def test_a_success_in_between_begins_the_count_anew(time, settings):
    settings.LLM_CIRCUIT_FAILURES, settings.LLM_CIRCUIT_GRACE = 2, 0
    served = endpoint()
    fail(served, time)
    permit = limits.acquire(served, tokens=1, clock=time.clock)
    limits.record_success(served, permit)
    assert not fail(served, time)
    assert fail(served, time)


@pytest.mark.parametrize(
    ("failure", "certain"),
    [
        (EndpointUnavailable("does not accept the API key (401)", stage="x"), True),
        (EndpointUnavailable("refuses (403)", stage="x", may_be_prompt=True), False),
        (down(may_be_prompt=True), False),
        (down(retry_after=120.0), False),
        (down(retry_after=121.0), True),
    ],
)
def test_only_what_every_call_will_meet_is_certain(settings, failure, certain):
    settings.LLM_LONGEST_WAIT = 120
    assert limits.is_certain(failure) is certain


@pytest.mark.parametrize("asked", [0.0, 0.2])
def test_a_server_that_says_at_once_is_counted_like_one_that_says_nothing(time, settings, asked):
    settings.LLM_CIRCUIT_FAILURES, settings.LLM_CIRCUIT_GRACE = 2, 0
    served = endpoint()
    assert not fail(served, time, failure=down(retry_after=asked))
    assert fail(served, time, failure=down(retry_after=asked))
    assert (EndpointPace.objects.get().open_until - time.at).total_seconds() == 60


def test_an_endpoint_that_says_when_to_come_back_makes_everyone_wait(time, settings):
    settings.LLM_CIRCUIT_FAILURES, settings.LLM_CIRCUIT_GRACE = 1, 0
    served = endpoint()
    assert not fail(served, time, times=5, failure=down(retry_after=30.0))
    before = time.at
    limits.acquire(served, tokens=1, clock=time.clock)
    assert (time.at - before).total_seconds() >= 30


def test_the_longest_wait_that_an_endpoint_asks_for_holds(time):
    served = endpoint()
    for seconds in (30.0, 5.0):
        fail(served, time, failure=down(retry_after=seconds))
    limits.acquire(served, tokens=1, clock=time.clock)
    assert sum(time.slept) >= 30


@pytest.mark.parametrize(("asked", "gave_up"), [(500.0, True), (20.0, True)])
def test_an_endpoint_that_asks_for_too_long_or_too_often_opens_the_circuit(time, asked, gave_up):
    served = endpoint()
    assert fail(served, time, failure=down(retry_after=asked), gave_up=gave_up)
    assert (EndpointPace.objects.get().open_until - time.at).total_seconds() == asked


def test_who_resumes_after_too_long_a_wait_was_asked_for_waits_as_long_as_allowed(time, settings):
    settings.LLM_LONGEST_WAIT = 120
    served = endpoint()
    fail(served, time, failure=down(retry_after=500.0), gave_up=True)
    limits.allow_probe(served, now=time.at)
    limits.acquire(served, tokens=1, clock=time.clock)
    assert sum(time.slept) == pytest.approx(120)


def opened(time):
    served = endpoint(timeout_seconds=20)
    fail(served, time, failure=EndpointUnavailable("404", stage="extraction"), gave_up=True)
    time.pass_by(61)
    return served


def test_one_request_probes_and_its_success_closes_the_circuit(time):
    served = opened(time)
    permit = limits.acquire(served, tokens=1, clock=time.clock)
    assert EndpointPace.objects.get().probe_until > time.at
    limits.record_success(served, permit)
    row = EndpointPace.objects.get()
    assert (row.open_until, row.probe_until, row.failures_in_a_row) == (None, None, 0)


def test_the_others_wait_for_the_probe_and_follow_its_success(time):
    served = opened(time)
    probe = limits.acquire(served, tokens=1, clock=time.clock)
    clock = time.clock.__class__(
        now=lambda: time.at, sleep=lambda seconds: limits.record_success(served, probe)
    )
    assert not limits.acquire(served, tokens=1, clock=clock).after_failures


def test_a_probe_that_fails_opens_the_circuit_again(time, settings):
    settings.LLM_CIRCUIT_FAILURES = 99
    served = opened(time)
    limits.acquire(served, tokens=1, clock=time.clock)
    assert fail(served, time)
    assert limits.acquire(served, tokens=1, clock=time.clock).refusal


def test_a_probe_whose_worker_died_is_taken_up_by_another(time):
    served = opened(time)
    limits.acquire(served, tokens=1, clock=time.clock)
    time.pass_by(served.dialect.timeout_seconds + 11)
    assert limits.acquire(served, tokens=1, clock=time.clock).after_failures


@pytest.fixture
def read_before(monkeypatch):
    """The next request reads the endpoint's row as it was before a change."""

    def read(served, change):
        read_row, stale = limits._pace_of, [limits._pace_of(served)]
        change()
        monkeypatch.setattr(
            limits, "_pace_of", lambda served: stale.pop() if stale else read_row(served)
        )

    return read


def test_a_moment_that_another_worker_took_meanwhile_is_not_used_twice(time, read_before):
    served = endpoint(requests_per_minute=60)
    read_before(served, lambda: limits.acquire(served, tokens=1, clock=time.clock))
    limits.acquire(served, tokens=1, clock=time.clock)
    assert sum(time.slept) == pytest.approx(1)


def test_a_circuit_that_opened_again_meanwhile_is_not_probed(time, read_before):
    served = opened(time)
    read_before(served, lambda: fail(served, time))
    assert limits.acquire(served, tokens=1, clock=time.clock).refusal


def test_a_request_whose_turn_is_far_off_blocks_no_probe_meanwhile(time):
    served = endpoint(requests_per_minute=1, timeout_seconds=100)
    limits.acquire(served, tokens=1, clock=time.clock)
    fail(served, time, failure=EndpointUnavailable("404", stage="extraction"), gave_up=True)
    limits.allow_probe(served, now=time.at)
    limits.acquire(served, tokens=1, clock=time.clock)
    assert sum(time.slept) == pytest.approx(60)
    assert max(time.slept) <= 5  # a worker that dies meanwhile has taken no moment from the others


def test_resuming_a_batch_asks_its_endpoints_again():
    batch, time = factories.model_batch(1), Time()
    refused = EndpointUnavailable("401", stage="extraction")
    now = Time(at=batch.started_at)
    limits.open_circuit(batch.reasoner_endpoint, refused, now=now.at)
    pause_job(batch, reason="401")
    resume_job(batch)
    later = Time(at=batch.started_at + timedelta(seconds=5))
    assert limits.acquire(batch.reasoner_endpoint, tokens=1, clock=later.clock).after_failures
    assert time.slept == []
