"""Claiming traces by lease: state lives in the database, so a killed worker loses nothing.

Compare-and-set updates carry every change, so SQLite (which ignores skip_locked) and
PostgreSQL behave alike.
"""

import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from pipeline.models import Batch, Trace


def claim_trace(batch: Batch) -> Trace | None:
    """Lease the batch's next pending trace to the caller; None when there is none.

    The returned row carries the lease token without which nothing can be saved.
    """
    while True:
        with transaction.atomic():
            row = (
                # Only the trace: a lock on the batch's row would hide the others' traces.
                Trace.objects.select_for_update(skip_locked=True, of=("self",))
                .filter(batch=batch, batch__state=Batch.State.RUNNING, state=Trace.State.PENDING)
                .order_by("pk")
                .first()
            )
            if row is None:
                return None
            if _take(row):
                return row


def _take(row: Trace) -> bool:
    row.lease_token, row.lease_until = uuid.uuid4(), _lease_end()
    taken = Trace.objects.filter(pk=row.pk, state=Trace.State.PENDING).update(
        state=Trace.State.CLAIMED,
        lease_token=row.lease_token,
        lease_until=row.lease_until,
        claimed_at=timezone.now(),
    )
    return taken == 1


@contextmanager
def lease_kept(row: Trace) -> Iterator[None]:
    """Renew the lease in the background while the trace is being made."""
    done = threading.Event()
    beat = threading.Thread(target=_keep_renewing, args=(row, done), daemon=True)
    beat.start()
    try:
        yield
    finally:
        done.set()


def _keep_renewing(row: Trace, done: threading.Event) -> None:
    try:
        while not done.wait(settings.TRACE_LEASE_SECONDS / 3):
            Trace.objects.filter(pk=row.pk, lease_token=row.lease_token).update(
                lease_until=_lease_end()
            )
    finally:
        connection.close()


def release_claim(row: Trace) -> None:
    """Give a claimed trace back untouched, for the next worker."""
    Trace.objects.filter(pk=row.pk, lease_token=row.lease_token).update(
        state=Trace.State.PENDING, lease_token=None, lease_until=None
    )


def return_expired_leases() -> int:
    """Make traces pending again whose worker stopped renewing; returns how many."""
    expired = Trace.objects.filter(state=Trace.State.CLAIMED, lease_until__lt=timezone.now())
    return expired.update(state=Trace.State.PENDING, lease_token=None, lease_until=None)


def _lease_end() -> datetime:
    return timezone.now() + timedelta(seconds=settings.TRACE_LEASE_SECONDS)
