"""Invitations: make a link, revoke it, take it up."""

import hashlib
import secrets
from datetime import timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from pipeline.accounts.roles import Role
from pipeline.models import Event
from review.models import Invitation
from review.people.accounts import NoSuchLink, new_user
from review.people.profiles import Profile, save_profile


@transaction.atomic
def invite(
    role: Role, *, meant_for: str, days: int, made_by: User, email: str = ""
) -> tuple[Invitation, str]:
    """Make an invitation. Returns it with the token of its link, which is not kept."""
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        role=role.value,
        meant_for=meant_for,
        email=email,
        token_sha256=_digest(token),
        made_by=made_by,
        expires_at=timezone.now() + timedelta(days=days),
    )
    Event.objects.record(
        "invitation.made", invitation, by=made_by, role=role.value, meant_for=meant_for, days=days
    )
    return invitation, token


def open_invitations() -> QuerySet[Invitation]:
    """Invitations whose links still work."""
    return Invitation.objects.filter(
        accepted_at=None, revoked_at=None, expires_at__gt=timezone.now()
    )


def invitation_by_token(token: str) -> Invitation:
    """The open invitation of this link. Raises NoSuchLink."""
    invitation = open_invitations().filter(token_sha256=_digest(token)).first()
    if invitation is None:
        raise NoSuchLink
    return invitation


@transaction.atomic
def accept(token: str, *, username: str, password: str, profile: Profile | None = None) -> User:
    """Take the invitation up: the account, its role, a reviewer's profile, their events.

    Of two who use one link at once, one gets an account. Raises NoSuchLink, and
    Refusal for a name that is taken, after which the link still works.
    """
    invitation = invitation_by_token(token)
    now = timezone.now()
    if not open_invitations().filter(pk=invitation.pk).update(accepted_at=now):
        raise NoSuchLink
    user = new_user(username, password=password, role=Role(invitation.role), by=invitation.made_by)
    Invitation.objects.filter(pk=invitation.pk).update(account=user)
    if profile is not None:
        save_profile(user.reviewer, profile, by=user)
    Event.objects.record("invitation.accepted", invitation, by=user, role=invitation.role)
    return user


@transaction.atomic
def revoke(invitation: Invitation, *, by: User) -> bool:
    """End a link before its time. Returns whether it was still open."""
    revoked = open_invitations().filter(pk=invitation.pk).update(revoked_at=timezone.now())
    if revoked:
        Event.objects.record("invitation.revoked", invitation, by=by)
    return bool(revoked)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
