"""Profiles: a reviewer's specialty, seniority and interests."""

from dataclasses import asdict, dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from pipeline.models import Event
from review.models import Reviewer


@dataclass(frozen=True)
class Profile:
    """A reviewer's own statement of specialty, seniority and interests."""

    specialty: str = ""
    seniority: str = ""
    declared_interests: str = ""


@transaction.atomic
def save_profile(reviewer: Reviewer, profile: Profile, *, by: User) -> None:
    """Replace a reviewer's profile; the event records the values before and after."""
    row = Reviewer.objects.select_for_update().get(pk=reviewer.pk)
    after = asdict(profile)
    before = {name: getattr(row, name) for name in after}
    changed = [name for name in after if before[name] != after[name]]
    if not changed:
        return
    Reviewer.objects.filter(pk=row.pk).update(**after)
    payload: dict[str, Any] = {name: [before[name], after[name]] for name in changed}
    Event.objects.record("profile.changed", row, by=by, **payload)
