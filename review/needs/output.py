"""What releases and invitations need."""

from collections.abc import Iterator

from django.contrib.auth.models import User
from django.utils import timezone

from review import access
from review.models import Release
from review.needs.need import RECENT, Need, NeedRow, need
from review.releases.zip_file import is_awaited, lacks_zip


def output_needs(user: User) -> Iterator[Need]:
    """In the order in which a lead works."""
    yield need("Releases that failed or lack their ZIP", _releases(user))
    yield need("Invitations that expired unused", _invitations(user))


def _releases(user: User) -> Iterator[NeedRow]:
    rows = access.releases_for(user).exclude(state=Release.State.WITHDRAWN)
    for row in rows:
        if why := _why(row):
            yield NeedRow(
                title=row.name,
                why=why,
                since=row.created_at,
                page="review:release",
                argument=row.name,
            )


def _why(release: Release) -> str:
    if release.failed_reason:
        return release.failed_reason
    if is_awaited(release):
        return ""  # being packed
    return "its ZIP is missing or was changed" if lacks_zip(release) else ""


def _invitations(user: User) -> Iterator[NeedRow]:
    now = timezone.now()
    expired = access.invitations_for(user).filter(
        accepted_at=None, revoked_at=None, expires_at__lte=now, expires_at__gt=now - RECENT
    )
    for row in expired:
        yield NeedRow(
            title=str(row),
            why="invite them again, if they are still wanted",
            since=row.expires_at,
            page="review:people",
        )
