"""Leases: a row is one worker's while that worker renews, and anyone's once it has stopped.

For rows that a process works on: traces and releases. A person's leases (review.queue.claim,
review.adjudication.settle) carry a fence instead of a token: a page outlives the process that
served it, so nobody renews in the background, and the form it sends must be refused by its number.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import uuid4

from django.conf import settings
from django.db import connection, models
from django.db.models import Q, QuerySet
from django.utils import timezone


class Leased(models.Model):
    """A row that one worker at a time may work on: the one that knows `lease_token`."""

    lease_token = models.UUIDField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)

    class Meta:
        abstract = True


Row = TypeVar("Row", bound=Leased)


def expired() -> Q:
    """Rows whose worker has stopped renewing."""
    return Q(lease_until__lt=timezone.now())


def take_lease(row: Leased, rows: QuerySet[Any], **changes: Any) -> bool:
    """Lease the row to the caller if it is among `rows` still, and change it in the same update."""
    row.lease_token, row.lease_until = uuid4(), _lease_end()
    leased = rows.filter(pk=row.pk).update(
        lease_token=row.lease_token, lease_until=row.lease_until, **changes
    )
    return leased == 1


def leased_rows(row: Row) -> QuerySet[Row]:
    """The row while this worker holds it, else none; every write of the worker goes through it."""
    rows: QuerySet[Row] = type(row)._default_manager.all()
    return rows.filter(pk=row.pk, lease_token=row.lease_token)


def end_lease(rows: QuerySet[Any], **changes: Any) -> bool:
    """Free the row that is left in `rows`, if one is, and change it in the same update."""
    return rows.update(lease_token=None, lease_until=None, **changes) == 1


@contextmanager
def renewed_lease(row: Leased) -> Iterator[None]:
    """Renew the lease in the background while the row is being worked on."""
    done = threading.Event()
    thread = threading.Thread(target=_keep_renewing, args=(row, done), daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()


def _lease_end() -> datetime:
    return timezone.now() + timedelta(seconds=settings.TRACE_LEASE_SECONDS)


def _keep_renewing(row: Leased, done: threading.Event) -> None:
    try:
        # A third of the lease: two renewals may fail to come before it runs out.
        while not done.wait(settings.TRACE_LEASE_SECONDS / 3):
            leased_rows(row).update(lease_until=_lease_end())
    finally:
        connection.close()
