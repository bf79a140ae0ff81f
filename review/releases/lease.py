"""Holding a release while it is worked on: one worker at a time, by a lease that is renewed."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from django.db.models import Q, QuerySet
from django.utils import timezone

from pipeline.db.leases import lease_end, lease_kept
from review.models import Release

TO_MAKE = Q(state=Release.State.MAKING)
TO_PACK = Q(state=Release.State.FROZEN, archive_sha256="", failed_reason="")


def free_releases() -> QuerySet[Release]:
    """Releases that nobody works on, or whose worker has stopped renewing."""
    stopped = Q(lease_until__isnull=True) | Q(lease_until__lt=timezone.now())
    return Release.objects.filter(stopped)


def held_by(release: Release) -> QuerySet[Release]:
    """The release, while it is still held by the worker who took it as this row."""
    return Release.objects.filter(pk=release.pk, lease_token=release.lease_token)


@contextmanager
def held(release: Release, wanted: Q) -> Iterator[bool]:
    """Hold the release if something is wanted of it and nobody does; says whether it is held.

    A worker that dies lets go when the lease has run out.
    """
    release.lease_token = uuid.uuid4()
    taken = (
        free_releases()
        .filter(wanted, pk=release.pk)
        .update(lease_token=release.lease_token, lease_until=lease_end())
    )
    if not taken:
        yield False
        return
    try:
        with lease_kept(release):
            yield True
    finally:
        held_by(release).update(lease_token=None, lease_until=None)
