"""People of the tests, one function a role."""

from django.contrib.auth.models import User
from django.test import Client

from pipeline.accounts.roles import Role, grant_role
from review.models import Reviewer


def person(name: str, *roles: Role) -> User:
    """A user with these roles; reviewers get their profile."""
    user = User.objects.create_user(name, password="a long enough password")
    for role in roles:
        grant_role(user, role)
    if Role.REVIEWER in roles:
        Reviewer.objects.create(user=user)
    return user


def lead(name: str = "lead") -> User:
    return person(name, Role.LEAD)


def reviewer(name: str = "reviewer") -> Reviewer:
    return person(name, Role.REVIEWER).reviewer


def superuser(name: str = "root") -> User:
    """A superuser, who has no role in any study."""
    return User.objects.create_superuser(name, password="a long enough password")


def signed_in(user: User) -> Client:
    """A browser-like client in which the user is signed in."""
    client = Client()
    client.force_login(user)
    return client
