"""How long a batch takes: from the traces settled last, and from nothing else."""

from datetime import datetime, timedelta

import pytest

from pipeline.jobs.lifecycle import cancel_job, pause_job, resume_job
from pipeline.jobs.pace import MAX_SETTLED, MIN_SETTLED, in_words, time_left
from pipeline.models import Batch, Event, Trace
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def batch() -> Batch:
    return factories.batch(3, samples=8)


def begun(batch: Batch) -> datetime:
    return Event.objects.get(action="batch.started").at


def settle(batch: Batch, count: int, *, since: datetime, every: float) -> datetime:
    """Settle so many of the pending traces, one each so many seconds; returns when the last was."""
    at = since
    for row in batch.traces.filter(state=Trace.State.PENDING)[:count]:
        at += timedelta(seconds=every)
        Trace.objects.filter(pk=row.pk).update(state="made", kept=True, settled_at=at)
    return at


def test_it_is_the_traces_left_at_the_pace_of_those_settled(batch):
    now = settle(batch, 6, since=begun(batch), every=10)
    left = time_left(batch, now=now)
    assert left is not None
    assert (left.left, left.settled, left.took) == (18, 6, timedelta(seconds=60))
    assert left.duration == timedelta(seconds=180)
    assert left.ends_at == now + left.duration
    assert str(left) == "about 3 minutes left"
    assert left.basis == "18 traces at the pace of the last 6, which were settled in 60 seconds"


def test_too_few_tell_nothing(batch):
    now = settle(batch, MIN_SETTLED - 1, since=begun(batch), every=10)
    assert time_left(batch, now=now) is None
    now = settle(batch, 1, since=now, every=10)
    assert time_left(batch, now=now) is not None


def test_a_batch_that_has_stalled_is_told_to_take_longer(batch):
    now = settle(batch, 6, since=begun(batch), every=10)
    stalled = time_left(batch, now=now + timedelta(minutes=1))
    assert stalled is not None
    assert stalled.duration == timedelta(seconds=360)


def test_only_the_last_count(batch, monkeypatch):
    monkeypatch.setattr("pipeline.jobs.pace.MAX_SETTLED", 6)
    slow = settle(batch, 8, since=begun(batch), every=1000)
    left = time_left(batch, now=settle(batch, 6, since=slow, every=2))
    assert left is not None
    assert (left.settled, left.took) == (6, timedelta(seconds=12))
    assert MAX_SETTLED > 6


def test_neither_a_paused_batch_nor_one_that_has_ended_has_any(batch):
    now = settle(batch, 6, since=begun(batch), every=10)
    pause_job(batch)
    assert time_left(batch, now=now) is None
    cancel_job(batch)
    assert time_left(batch, now=now) is None


def test_a_pause_is_no_slowness(batch):
    settle(batch, 6, since=begun(batch) - timedelta(hours=5), every=10)
    pause_job(batch)
    resume_job(batch)
    resumed = Event.objects.get(action="batch.resumed").at
    assert time_left(batch, now=resumed + timedelta(hours=1)) is None
    left = time_left(batch, now=settle(batch, 6, since=resumed, every=10))
    assert left is not None
    assert (left.settled, left.took) == (6, timedelta(seconds=60))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "1 second"),
        (119, "119 seconds"),
        (120, "2 minutes"),
        (7199, "120 minutes"),
        (7200, "2.0 hours"),
        (172_800, "2.0 days"),
    ],
)
def test_durations_are_told_in_a_unit_that_suits_them(seconds, words):
    assert in_words(timedelta(seconds=seconds)) == words
