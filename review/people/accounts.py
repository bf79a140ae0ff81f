"""Accounts: people with a role and a password that is shown once."""

import secrets
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from pipeline.accounts.roles import Role, grant_role
from pipeline.core.errors import Refusal
from pipeline.models import Event
from review.models import Reviewer

# Without characters that are easily confused when copied by hand.
UNAMBIGUOUS_CHARACTERS = "abcdefghijkmnpqrstuvwxyz23456789"


@dataclass(frozen=True)
class NewAccount:
    """An account just made, with the password that is shown this once."""

    username: str
    role: str
    password: str


class NoSuchLink(LookupError):
    """The link to an account is wrong, used, expired or revoked: nobody learns which."""


@transaction.atomic
def new_user(username: str, *, password: str, role: Role, by: User | None) -> User:
    """A user with one role, its event, and the profile a reviewer needs.

    Names that differ in case only are one name: the login does not tell them apart. Raises
    Refusal for a name that is taken.
    """
    if User.objects.filter(username__iexact=username).exists():
        raise Refusal(f"There is an account named {username}.", field="username")
    try:
        with transaction.atomic():
            user = User.objects.create_user(username, password=password)
    except IntegrityError as error:
        raise Refusal(f"There is an account named {username}.", field="username") from error
    grant_role(user, role)
    if role is Role.REVIEWER:
        Reviewer.objects.create(user=user)
    Event.objects.record("account.made", user, by=by, name=username, role=role.value)
    # The event's chain makes accounts in turn: a name in other letters may have come meanwhile.
    if User.objects.filter(username__iexact=username).exclude(pk=user.pk).exists():
        raise Refusal(f"There is an account named {username}.", field="username")
    return user


@transaction.atomic
def make_account(username: str, *, role: Role) -> NewAccount:
    """From the command line: a new user with one role and a fresh password. Raises Refusal."""
    groups = ("".join(secrets.choice(UNAMBIGUOUS_CHARACTERS) for _ in range(4)) for _ in range(4))
    password = "-".join(groups)
    new_user(username, password=password, role=role, by=None)
    return NewAccount(username, role.value, password)
