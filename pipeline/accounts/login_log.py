"""The login log, written from the signals of Django and allauth, whichever way users log in."""

from collections.abc import Callable
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
# Signal, the kind of line it adds, and the authenticator it must be about (None: any or none).
LOGGED = (
    (user_logged_in, Login.Kind.SIGNED_IN, None),
    (user_logged_out, Login.Kind.SIGNED_OUT, None),
    (password_changed, Login.Kind.PASSWORD_CHANGED, None),
    (mfa.authenticator_added, Login.Kind.FACTOR_ON, TOTP),
    (mfa.authenticator_removed, Login.Kind.FACTOR_OFF, TOTP),
    (mfa.authenticator_reset, Login.Kind.CODES_MADE, None),
    (mfa.authenticator_used, Login.Kind.RECOVERY_CODE_USED, RECOVERY_CODES),
    (mfa.authentication_failed, Login.Kind.CODE_FAILED, None),
)


def record(kind: Login.Kind, *, user: User | None, request: HttpRequest | None) -> Login:
    """Add one line to the log."""
    return Login.objects.create(kind=kind, user=user, address=_address(request))


def connect_signals() -> None:
    """Log every login, whichever way it happened. (No domain rule depends on these signals.)"""
    for signal, kind, authenticator_type in LOGGED:
        signal.connect(_recorder(kind, authenticator_type), weak=False)  # nothing else keeps it
    user_login_failed.connect(_record_failure)


def _recorder(kind: Login.Kind, authenticator_type: str | None) -> Callable[..., None]:
    def receive(
        request: HttpRequest | None,
        user: User | None,
        authenticator: Authenticator | None = None,
        **_: Any,
    ) -> None:
        if user is None:  # somebody logs out who was not logged in
            return
        if authenticator_type in (None, authenticator and authenticator.type):
            record(kind, user=user, request=request)

    return receive


def _record_failure(
    credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any
) -> None:
    user = User.objects.filter(username__iexact=str(credentials.get("username", ""))).first()
    record(Login.Kind.FAILED, user=user, request=request)


def _address(request: HttpRequest | None) -> str | None:
    """The client's address as the login limits see it; none where there is no real request."""
    if request is None:
        return None
    try:
        address: str | None = get_client_ip(request)
        return address
    except ImproperlyConfigured:
        return None
