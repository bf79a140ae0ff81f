"""Claiming traces by lease: state lives in the database, so a killed worker loses nothing.

Compare-and-set updates carry every change, so SQLite (which ignores skip_locked) and
PostgreSQL behave alike.
"""

from django.utils import timezone

from pipeline.db.leases import end_lease, expired, leased_rows, take_lease
from pipeline.db.short_transaction import short_transaction
from pipeline.ledger.call_rows import charge_abandoned, charge_in_flight
from pipeline.models import Batch, Trace


def claim_trace(batch: Batch, *, max_claimed: int | None = None) -> Trace | None:
    """Lease the batch's next pending trace to the caller; None when there is none.

    None also while `max_claimed` of the batch's traces are claimed. The returned row carries the
    lease token without which nothing can be saved.
    """
    while True:
        with short_transaction():
            if max_claimed is not None and _count_claimed(batch) >= max_claimed:
                return None
            row = (
                # Lock only the trace: a lock on the batch's row would hide its other traces.
                Trace.objects.select_for_update(skip_locked=True, of=("self",))
                .filter(batch=batch, batch__state=Batch.State.RUNNING, state=Trace.State.PENDING)
                .order_by("pk")
                .first()
            )
            if row is None:
                return None
            pending = Trace.objects.filter(state=Trace.State.PENDING)
            if take_lease(row, pending, state=Trace.State.CLAIMED, claimed_at=timezone.now()):
                # A call that an earlier claim left in flight has no worker any more.
                charge_in_flight([row])
                return row


def _count_claimed(batch: Batch) -> int:
    """How many of its traces are claimed; until the transaction ends, nobody else may count."""
    Batch.objects.select_for_update(no_key=True).get(pk=batch.pk)
    return Trace.objects.filter(batch=batch, state=Trace.State.CLAIMED).count()


def release_claim(row: Trace) -> None:
    """Give a claimed trace back untouched, for the next worker."""
    end_lease(leased_rows(row), state=Trace.State.PENDING)


def return_expired_leases() -> int:
    """Make traces pending again whose worker stopped renewing; returns how many.

    What their workers had in flight is charged in full, in the same transaction.
    """
    returned = 0
    for row in Trace.objects.filter(expired(), state=Trace.State.CLAIMED):
        with short_transaction():
            # Its worker may have renewed, saved or given it back since the row was read.
            if end_lease(leased_rows(row).filter(expired()), state=Trace.State.PENDING):
                charge_in_flight([row])
                returned += 1
    charge_abandoned()
    return returned
