"""Accounts: people with a role and a password that is shown once."""

import secrets
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction

from pipeline.access import Role, grant_role
from review.models import Reviewer

# Without characters that are mistaken for one another when typed from a screen.
TYPED_WITH = "abcdefghijkmnpqrstuvwxyz23456789"


@dataclass(frozen=True)
class NewAccount:
    """An account just made, with the password that is shown this once."""

    username: str
    role: str
    password: str


@transaction.atomic
def make_account(username: str, *, role: Role) -> NewAccount:
    """A new user with one role and a fresh password; reviewers get their profile.

    Raises IntegrityError when the name is taken.
    """
    groups = ("".join(secrets.choice(TYPED_WITH) for _ in range(4)) for _ in range(4))
    password = "-".join(groups)
    user = User.objects.create_user(username, password=password)
    grant_role(user, role)
    if role is Role.REVIEWER:
        Reviewer.objects.create(user=user)
    return NewAccount(username, role.value, password)
