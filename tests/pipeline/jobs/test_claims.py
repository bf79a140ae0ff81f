"""Claims: a lease is one worker's, expires, and nothing is made twice."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from pipeline import store
from pipeline.batches import lifecycle
from pipeline.batches.tools import open_tools
from pipeline.core.method import make_trace
from pipeline.db.leases import renewed_lease
from pipeline.jobs import claims
from pipeline.jobs.claims import release_claim, return_expired_leases
from pipeline.ledger.call import ItemCalls
from pipeline.models import Trace
from tests import factories
from tests.product import until

pytestmark = pytest.mark.database_dialect


@pytest.mark.django_db
def test_each_claim_takes_another_trace_until_none_is_left():
    batch = factories.batch(2)
    first, second = factories.claim_trace(batch), factories.claim_trace(batch)
    assert {first.pk, second.pk} == set(batch.traces.values_list("pk", flat=True))
    assert factories.claim_trace(batch) is None


@pytest.mark.django_db
def test_no_more_traces_are_claimed_at_a_time_than_asked_for():
    batch = factories.batch(3)
    first = factories.claim_trace(batch, max_claimed=2)
    assert factories.claim_trace(batch, max_claimed=2)
    assert factories.claim_trace(batch, max_claimed=2) is None
    release_claim(first)
    assert factories.claim_trace(batch, max_claimed=2)


@pytest.mark.django_db
def test_an_expired_lease_goes_back_and_the_late_worker_saves_nothing():
    batch = factories.batch(1)
    late = factories.claim_trace(batch)
    trace = _made(late, batch)
    Trace.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert return_expired_leases() == 1
    fresh = factories.claim_trace(batch)
    assert fresh.pk == late.pk
    assert not store.save_trace(late, trace, seconds=1)
    assert store.save_trace(fresh, trace, seconds=1)
    assert not store.save_trace(fresh, trace, seconds=1)


@pytest.mark.django_db
def test_a_running_lease_is_left_alone():
    batch = factories.batch(1)
    factories.claim_trace(batch)
    assert return_expired_leases() == 0


@pytest.mark.django_db
def test_a_lease_renewed_since_the_reaper_read_it_is_left_alone(monkeypatch):
    batch = factories.batch(2)
    _, second = factories.claim_trace(batch), factories.claim_trace(batch)
    Trace.objects.update(lease_until=timezone.now() - timedelta(seconds=1))

    def renew_second(traces):
        later = timezone.now() + timedelta(seconds=60)
        Trace.objects.filter(pk=second.pk).update(lease_until=later)

    monkeypatch.setattr(claims, "charge_in_flight", renew_second)
    assert return_expired_leases() == 1
    assert Trace.objects.get(pk=second.pk).state == Trace.State.CLAIMED


@pytest.mark.django_db
def test_a_released_claim_is_pending_again():
    batch = factories.batch(1)
    release_claim(factories.claim_trace(batch))
    assert batch.traces.get().state == Trace.State.PENDING


@pytest.mark.django_db(transaction=True)
def test_a_long_trace_keeps_its_lease(settings, monkeypatch):
    settings.TRACE_LEASE_SECONDS = 0.15
    batch = factories.batch(1)
    row = factories.claim_trace(batch)
    settings.TRACE_LEASE_SECONDS = 60  # a third of which the first renewal would wait
    wait = threading.Event.wait
    monkeypatch.setattr(threading.Event, "wait", lambda event, _=None: wait(event, 0.05))
    with renewed_lease(row):
        until(lambda: Trace.objects.get(pk=row.pk).lease_until > row.lease_until)
        wait(threading.Event(), 0.15)
        assert return_expired_leases() == 0


@pytest.mark.django_db(transaction=True)
def test_a_claim_not_yet_committed_hides_no_other_trace():
    batch = factories.batch(2)
    second = []

    def claim():
        try:
            second.append(factories.claim_trace(batch))
        finally:
            connection.close()

    other = threading.Thread(target=claim)
    with transaction.atomic():
        first = factories.claim_trace(batch)
        other.start()
        other.join(0.5)
    other.join()
    assert {first.pk, second[0].pk} == set(batch.traces.values_list("pk", flat=True))


@pytest.mark.django_db(transaction=True)
def test_four_threads_make_each_trace_once():
    batch = factories.batch(24)
    made: list[int] = []

    def work():
        try:
            made.append(lifecycle.run_batch(batch))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(made) == 24
    assert batch.traces.exclude(state=Trace.State.MADE).count() == 0
    batch.refresh_from_db()
    assert batch.state == "finished"


def _made(row, batch):
    batch_tools = open_tools(batch)
    tools = batch_tools.for_trace(row, ItemCalls())
    return make_trace(store.question_record(row.question), tools, batch_tools.config)
