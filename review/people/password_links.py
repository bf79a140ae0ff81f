"""Password resets: a link by which someone who forgot their password chooses another.

A link is signed, kept nowhere, and ends when it is used, when its account signs in, gets another
password or loses access, and after settings.PASSWORD_RESET_TIMEOUT.
"""

from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

from pipeline.core.errors import Refusal
from pipeline.models import Event
from review.people.accounts import NoSuchLink


def may_reset(person: User, *, by: User) -> bool:
    """Whether this lead may give the person a link: superusers get theirs from superusers."""
    highest = person.is_superuser or person.is_staff
    return person.pk != by.pk and person.is_active and (by.is_superuser or not highest)


@transaction.atomic
def reset_link(person: User, *, by: User) -> list[str]:
    """The account and token of a new link, with an event. Raises Refusal."""
    if not may_reset(person, by=by):
        raise Refusal(f"You cannot give {person} a link for another password.")
    Event.objects.record("account.reset_link_made", person, by=by)
    return [_encoded_account(person), default_token_generator.make_token(person)]


def account_by_link(account: str, token: str) -> User:
    """Whose link this is. Raises NoSuchLink."""
    return _checked(_account(account), token)


@transaction.atomic
def reset_password(account: str, token: str, *, password: str) -> User:
    """Give the account behind the link this password, which ends its sessions and the link.

    Of two who use one link at once, one changes it. Raises NoSuchLink.
    """
    number = _account(account).pk
    person = _checked(User.objects.select_for_update().get(pk=number), token)
    person.set_password(password)
    person.save(update_fields=["password"])
    Event.objects.record("account.password_reset", person, by=person)
    return person


def _encoded_account(person: User) -> str:
    return urlsafe_base64_encode(force_bytes(person.pk))


def _account(account: str) -> User:
    try:
        return User.objects.get(pk=int(urlsafe_base64_decode(account)))
    except (ValueError, OverflowError, User.DoesNotExist) as error:
        raise NoSuchLink from error


def _checked(person: User, token: str) -> User:
    if not (person.is_active and default_token_generator.check_token(person, token)):
        raise NoSuchLink
    return person
