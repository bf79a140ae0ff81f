"""The doorbell: it rings again only while work is left and room is, and never for ever."""

from datetime import timedelta

import pytest
from django.utils import timezone
from kombu.exceptions import OperationalError

from pipeline import tasks
from pipeline.jobs.claims import claim_item
from pipeline.jobs.lifecycle import pause_job
from pipeline.models import Batch, Trace
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def rung(monkeypatch) -> list[int]:
    """The batches rung for, in order; nothing reaches a broker."""
    heard: list[int] = []
    monkeypatch.setattr(tasks.pump, "delay", heard.append)
    return heard


def test_pump_makes_everything_and_rings_no_more(rung):
    batch = factories.batch(3)
    tasks.pump(batch.pk)
    batch.refresh_from_db()
    assert (batch.state, rung) == (Batch.State.FINISHED, [])


def test_pump_rings_again_when_its_time_is_up_and_work_is_left(rung, monkeypatch):
    monkeypatch.setattr(tasks, "PUMP_SECONDS", 0.0)
    batch = factories.batch(3)
    tasks.pump(batch.pk)
    assert rung == [batch.pk]


def test_pump_does_not_ring_for_a_batch_paused_meanwhile(rung, monkeypatch):
    batch = factories.batch(3)
    monkeypatch.setattr(tasks, "run_batch", lambda batch, seconds: pause_job(batch))
    tasks.pump(batch.pk)
    assert rung == []


def test_a_late_ring_for_a_paused_batch_makes_nothing_and_dies_away(rung):
    batch = factories.batch(3)
    pause_job(batch)
    tasks.pump(batch.pk)
    assert rung == []
    assert batch.traces.filter(state=Trace.State.PENDING).count() == 3


def test_a_batch_that_cannot_run_here_dies_away(rung, settings, tmp_path):
    batch = factories.batch(3)
    settings.KNOWLEDGE_GRAPH_DIR = tmp_path
    tasks.pump(batch.pk)
    assert rung == []


def test_pump_leaves_a_batch_alone_that_has_all_its_pumps(rung, settings):
    settings.PUMPS_PER_BATCH = 2
    batch = factories.batch(4)
    claim_item(batch)
    claim_item(batch)
    tasks.pump(batch.pk)
    assert rung == []
    assert batch.traces.filter(state=Trace.State.PENDING).count() == 2


def test_a_task_may_run_twice_without_harm(rung):
    batch = factories.batch(2)
    tasks.pump(batch.pk)
    before = list(batch.traces.values_list("record_sha256", "settled_at"))
    tasks.pump(batch.pk)
    assert list(batch.traces.values_list("record_sha256", "settled_at")) == before


def test_reap_returns_expired_leases_and_rings_for_the_room_there_is(rung, settings):
    settings.PUMPS_PER_BATCH = 3
    batch = factories.batch(4)
    expired, running = claim_item(batch), claim_item(batch)
    past = timezone.now() - timedelta(seconds=1)
    Trace.objects.filter(pk=expired.pk).update(lease_until=past)
    tasks.requeue_expired()
    states = dict(batch.traces.values_list("pk", "state"))
    assert (states[expired.pk], states[running.pk]) == ("pending", "claimed")
    assert rung == [batch.pk] * 2


def test_reap_rings_neither_for_paused_nor_for_finished_batches(rung):
    paused = factories.batch(1, name="paused")
    factories.made_batch(1, name="finished")
    pause_job(paused)
    tasks.requeue_expired()
    assert rung == []


def test_reap_does_not_pile_up_rings_while_all_pumps_are_busy(rung, settings):
    settings.PUMPS_PER_BATCH = 1
    batch = factories.batch(3)
    claim_item(batch)
    tasks.requeue_expired()
    assert rung == []


def test_a_batch_is_enqueued_as_many_pumps_as_a_batch_may_have(rung, settings):
    settings.PUMPS_PER_BATCH = 3
    tasks.enqueue_pumps(7)
    assert rung == [7, 7, 7]


def test_a_silent_broker_is_left_to_the_reaper(monkeypatch):
    def nobody(batch_id: int) -> None:
        raise OperationalError("refused")

    monkeypatch.setattr(tasks.pump, "delay", nobody)
    tasks.enqueue_pumps(7)
