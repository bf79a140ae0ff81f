"""Codes of an authenticator app, made by allauth itself, whose arithmetic is not ours to test."""

import time

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

STEP = 30
TO_TYPE = 12


def code_of(secret: str, *, at: float) -> str:
    """The code that an app with this secret shows then (seconds since 1970)."""
    return str(format_hotp_value(hotp_value(secret, int(at) // STEP)))


def code_now(secret: str) -> str:
    """The code of now, which still counts when it has been typed: for browsers."""
    left = STEP - time.time() % STEP
    if left < TO_TYPE:
        time.sleep(left)
    return code_of(secret, at=time.time())
