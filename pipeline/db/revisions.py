"""Rows that are superseded and never overwritten: `revision` counts, one `is_current`."""

from typing import Any, TypeVar

from django.db.models import Max, Model, QuerySet

Revision = TypeVar("Revision", bound=Model)


def newest_revision(revisions: QuerySet[Any]) -> int:
    """The number of the newest of them; 0 where there is none."""
    return revisions.aggregate(newest=Max("revision"))["newest"] or 0


def supersede(
    revisions: QuerySet[Revision], *, is_current: bool = True, **columns: Any
) -> Revision:
    """Add a revision to these: the current one, unless the one there is stays it.

    Callers hold the lock that orders revisions of one thing; the unique constraints on
    `revision` and `is_current` are what holds if one forgets.
    """
    if is_current:
        revisions.filter(is_current=True).update(is_current=False)
    revision = newest_revision(revisions) + 1
    return revisions.create(revision=revision, is_current=is_current, **columns)
