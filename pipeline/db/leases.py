"""Leases: a row is one worker's while that worker renews, and anyone's once it has stopped."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils import timezone


class Leased(Protocol):
    """A row with `lease_token` and `lease_until`."""

    pk: int
    lease_token: UUID | None
    lease_until: datetime | None


def lease_end() -> datetime:
    """When a lease taken or renewed now will have run out."""
    return timezone.now() + timedelta(seconds=settings.TRACE_LEASE_SECONDS)


@contextmanager
def lease_kept(row: Leased) -> Iterator[None]:
    """Renew the lease in the background while the row is being worked on."""
    done = threading.Event()
    beat = threading.Thread(target=_keep_renewing, args=(row, done), daemon=True)
    beat.start()
    try:
        yield
    finally:
        done.set()


def _keep_renewing(row: Leased, done: threading.Event) -> None:
    rows = type(row)._default_manager  # type: ignore[attr-defined]  # of any model
    try:
        while not done.wait(settings.TRACE_LEASE_SECONDS / 3):
            rows.filter(pk=row.pk, lease_token=row.lease_token).update(lease_until=lease_end())
    finally:
        connection.close()
