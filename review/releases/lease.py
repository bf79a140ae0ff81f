"""Leasing a release while it is made or packed: one worker at a time."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db.models import Q, QuerySet

from pipeline.db.leases import end_lease, expired, leased_rows, renewed_lease, take_lease
from review.models import Release

TO_MAKE = Q(state=Release.State.MAKING)
TO_PACK = Q(state=Release.State.FROZEN, archive_sha256="", failed_reason="")


def free_releases() -> QuerySet[Release]:
    """Releases that nobody works on, or whose worker has stopped renewing."""
    return Release.objects.filter(Q(lease_until=None) | expired())


@contextmanager
def release_lease(release: Release, work: Q) -> Iterator[bool]:
    """Lease the release if there is this work on it and nobody does it; says whether it is leased.

    A worker that dies loses it when the lease has run out.
    """
    if not take_lease(release, free_releases().filter(work)):
        yield False
        return
    try:
        with renewed_lease(release):
            yield True
    finally:
        end_lease(leased_rows(release))
