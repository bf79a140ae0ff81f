"""Claiming traces by lease: state lives in the database, so a killed worker loses nothing.

Compare-and-set updates carry every change, so SQLite (which ignores skip_locked) and
PostgreSQL behave alike.
"""

import uuid

from django.utils import timezone

from pipeline.db.leases import lease_end
from pipeline.db.short_transaction import short_transaction
from pipeline.ledger.call_rows import charge_forgotten, charge_in_flight
from pipeline.models import Batch, Trace


def claim_trace(batch: Batch, *, at_most: int | None = None) -> Trace | None:
    """Lease the batch's next pending trace to the caller; None when there is none.

    None also while `at_most` of the batch's traces are claimed. The returned row carries the
    lease token without which nothing can be saved.
    """
    while True:
        with short_transaction():
            if at_most is not None and _claimed_alone(batch) >= at_most:
                return None
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


def _claimed_alone(batch: Batch) -> int:
    """How many of its traces are claimed; until the transaction ends, nobody else may count."""
    Batch.objects.select_for_update(no_key=True).get(pk=batch.pk)
    return Trace.objects.filter(batch=batch, state=Trace.State.CLAIMED).count()


def _take(row: Trace) -> bool:
    row.lease_token, row.lease_until = uuid.uuid4(), lease_end()
    taken = Trace.objects.filter(pk=row.pk, state=Trace.State.PENDING).update(
        state=Trace.State.CLAIMED,
        lease_token=row.lease_token,
        lease_until=row.lease_until,
        claimed_at=timezone.now(),
    )
    if taken:
        charge_in_flight([row])
    return taken == 1


def release_claim(row: Trace) -> None:
    """Give a claimed trace back untouched, for the next worker."""
    Trace.objects.filter(pk=row.pk, lease_token=row.lease_token).update(
        state=Trace.State.PENDING, lease_token=None, lease_until=None
    )


def return_expired_leases() -> int:
    """Make traces pending again whose worker stopped renewing; returns how many.

    What their workers had in flight is charged in full, in the same transaction.
    """
    returned = 0
    for row in Trace.objects.filter(state=Trace.State.CLAIMED, lease_until__lt=timezone.now()):
        with short_transaction():
            if _return(row):
                charge_in_flight([row])
                returned += 1
    charge_forgotten()
    return returned


def _return(row: Trace) -> bool:
    expired = Trace.objects.filter(
        pk=row.pk, lease_token=row.lease_token, lease_until__lt=timezone.now()
    )
    return expired.update(state=Trace.State.PENDING, lease_token=None, lease_until=None) == 1
