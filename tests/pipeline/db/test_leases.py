"""Leases: taken by one worker, and worth nothing once another has the row."""

from datetime import timedelta

import pytest
from django.utils import timezone

from pipeline.db.leases import end_lease, leased_rows, take_lease
from pipeline.models import Trace
from tests import factories

pytestmark = pytest.mark.django_db

CLAIMED, PENDING = Trace.State.CLAIMED, Trace.State.PENDING


def take(row: Trace) -> bool:
    return take_lease(row, Trace.objects.filter(state=PENDING), state=CLAIMED)


def test_a_row_that_another_worker_took_since_it_was_read_is_not_leased():
    factories.batch(1)
    first, second = Trace.objects.get(), Trace.objects.get()
    assert take(first)
    assert not take(second)
    assert Trace.objects.get().lease_token == first.lease_token
    assert leased_rows(first).exists()
    assert not leased_rows(second).exists()


def test_a_worker_whose_row_was_taken_over_can_neither_change_nor_free_it():
    factories.batch(1)
    late, row = Trace.objects.get(), Trace.objects.get()
    assert take(late)
    end_lease(Trace.objects.all(), state=PENDING)
    assert take(row)
    assert not end_lease(leased_rows(late), state=PENDING)
    assert Trace.objects.get().state == CLAIMED


def test_a_lease_lasts_as_long_as_the_settings_say(settings):
    settings.TRACE_LEASE_SECONDS = 90
    factories.batch(1)
    row = Trace.objects.get()
    before = timezone.now()
    take(row)
    assert before <= row.lease_until - timedelta(seconds=90) <= timezone.now()
