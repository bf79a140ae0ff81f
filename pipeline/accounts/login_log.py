"""The login log, written from the signals of Django and allauth, whichever way users log in."""

from typing import Any

from allauth.account.signals import password_changed
from allauth.core.internal.httpkit import get_client_ip
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest

from pipeline.models import Login

TOTP, RECOVERY_CODES = Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES


def record(kind: Login.Kind, *, user: User | None, request: HttpRequest | None) -> Login:
    """Add one line to the log."""
    return Login.objects.create(kind=kind, user=user, address=_address(request))


def connect_signals() -> None:
    """Log every login, whichever way it happened. (No domain rule depends on these signals.)"""
    user_logged_in.connect(_signed_in)
    user_logged_out.connect(_signed_out)
    user_login_failed.connect(_failed)
    password_changed.connect(_password_changed)
    mfa.authenticator_added.connect(_authenticator_added)
    mfa.authenticator_removed.connect(_authenticator_removed)
    mfa.authenticator_reset.connect(_authenticator_reset)
    mfa.authenticator_used.connect(_authenticator_used)
    mfa.authentication_failed.connect(_code_failed)


def _signed_in(request: HttpRequest | None, user: User, **_: Any) -> None:
    record(Login.Kind.SIGNED_IN, user=user, request=request)


def _signed_out(request: HttpRequest | None, user: User | None, **_: Any) -> None:
    if user is not None:
        record(Login.Kind.SIGNED_OUT, user=user, request=request)


def _failed(credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    user = User.objects.filter(username__iexact=str(credentials.get("username", ""))).first()
    record(Login.Kind.FAILED, user=user, request=request)


def _password_changed(request: HttpRequest | None, user: User, **_: Any) -> None:
    record(Login.Kind.PASSWORD_CHANGED, user=user, request=request)


def _authenticator_added(
    request: HttpRequest, user: User, authenticator: Authenticator, **_: Any
) -> None:
    if authenticator.type == TOTP:
        record(Login.Kind.FACTOR_ON, user=user, request=request)


def _authenticator_removed(
    request: HttpRequest, user: User, authenticator: Authenticator, **_: Any
) -> None:
    if authenticator.type == TOTP:
        record(Login.Kind.FACTOR_OFF, user=user, request=request)


def _authenticator_reset(request: HttpRequest, user: User, **_: Any) -> None:
    record(Login.Kind.CODES_MADE, user=user, request=request)


def _authenticator_used(
    request: HttpRequest, user: User, authenticator: Authenticator, **_: Any
) -> None:
    if authenticator.type == RECOVERY_CODES:
        record(Login.Kind.RECOVERY_CODE_USED, user=user, request=request)


def _code_failed(request: HttpRequest, user: User, **_: Any) -> None:
    record(Login.Kind.CODE_FAILED, user=user, request=request)


def _address(request: HttpRequest | None) -> str | None:
    """The client's address as the login limits see it; none where there is no real request."""
    if request is None:
        return None
    try:
        address: str | None = get_client_ip(request)
        return address
    except ImproperlyConfigured:
        return None
