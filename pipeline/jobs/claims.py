"""Claiming items by lease: state lives in the database, so a killed worker loses nothing.

Compare-and-set updates carry every change, so SQLite (which ignores skip_locked) and
PostgreSQL behave alike.
"""

from django.utils import timezone

from pipeline.db.leases import end_lease, expired, leased_rows, take_lease
from pipeline.db.short_transaction import short_transaction
from pipeline.ledger.call_rows import charge_abandoned, charge_in_flight
from pipeline.models import Job, JobItem
from pipeline.models.calls import JOB_ITEMS


def claim_item(job: Job, *, max_claimed: int | None = None) -> JobItem | None:
    """Lease the job's next pending item to the caller; None when there is none.

    None also while `max_claimed` of the job's items are claimed. The returned row carries the
    lease token without which nothing can be saved.
    """
    pending = job.items.filter(state=JobItem.State.PENDING)
    running = {f"{job.kind}__state": Job.State.RUNNING}
    while True:
        with short_transaction():
            if max_claimed is not None and _count_claimed(job) >= max_claimed:
                return None
            row = (
                # Lock only the item: a lock on the job's row would hide its other items.
                pending.select_for_update(skip_locked=True, of=("self",))
                .filter(**running)
                .order_by("pk")
                .first()
            )
            if row is None:
                return None
            if take_lease(row, pending, state=JobItem.State.CLAIMED, claimed_at=timezone.now()):
                # A call that an earlier claim left in flight has no worker any more.
                charge_in_flight([row])
                return row


def _count_claimed(job: Job) -> int:
    """How many of its items are claimed; until the transaction ends, nobody else may count."""
    type(job)._default_manager.select_for_update(no_key=True).get(pk=job.pk)
    return job.items.filter(state=JobItem.State.CLAIMED).count()


def release_claim(row: JobItem) -> None:
    """Give a claimed item back untouched, for the next worker."""
    end_lease(leased_rows(row), state=JobItem.State.PENDING)


def return_expired_leases() -> int:
    """Make items pending again whose worker stopped renewing; returns how many.

    What their workers had in flight is charged in full, in the same transaction.
    """
    returned = 0
    for kind in JOB_ITEMS:
        for row in kind._default_manager.filter(expired(), state=JobItem.State.CLAIMED):
            returned += _return_expired(row)
    charge_abandoned()
    return returned


def _return_expired(row: JobItem) -> bool:
    with short_transaction():
        # Its worker may have renewed, saved or given it back since the row was read.
        is_returned = end_lease(leased_rows(row).filter(expired()), state=JobItem.State.PENDING)
        if is_returned:
            charge_in_flight([row])
    return is_returned
