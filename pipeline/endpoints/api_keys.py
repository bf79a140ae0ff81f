"""API keys of endpoints: from a named environment variable, or encrypted at rest.

A key is never shown, logged or exported; nothing here returns one but `key_of`, whose caller
is the door through which calls go out.
"""

import os
import re
from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.views.decorators.debug import sensitive_variables

from pipeline.core.errors import EndpointRefused
from pipeline.models import Endpoint

# No other variable may be named: a lead could read the secret key by having it sent as one.
VARIABLE = re.compile(r"MEDREASON_LLM_KEY_[A-Z0-9_]+")
PRINTABLE = re.compile(r"[\x21-\x7e]+")


def require_key_variable(name: str) -> None:
    """Raises EndpointRefused unless a key may come from this variable (attack case 31)."""
    if not VARIABLE.fullmatch(name):
        raise EndpointRefused(
            "A key comes only from a variable whose name begins with MEDREASON_LLM_KEY_, "
            "in capital letters, digits and underscores."
        )


@sensitive_variables("key")
def require_plain(key: str) -> None:
    """Raises EndpointRefused for what no header could carry as a key."""
    if not PRINTABLE.fullmatch(key):
        raise EndpointRefused("A key is one line of plain characters, without spaces.")


@sensitive_variables("key")
def encrypt(key: str, *, base_url: str) -> str:
    """Encrypt a key for this base URL only: under any other it cannot be read."""
    require_plain(key)
    return _cipher(base_url).encrypt(key.encode()).decode()


@sensitive_variables()
def key_of(endpoint: Endpoint) -> str:
    """The endpoint's key, empty where it has none. Raises EndpointRefused if it is not to be had.

    Callers must neither keep nor show it.
    """
    if endpoint.key_variable:
        return _from_environment(endpoint)
    if not endpoint.key_encrypted:
        return ""
    try:
        return _cipher(endpoint.base_url).decrypt(endpoint.key_encrypted.encode()).decode()
    except InvalidToken:
        raise EndpointRefused(
            f"The stored key of {endpoint} cannot be read: the encryption key of this "
            "installation or the base URL has changed. Enter the key again."
        ) from None


def key_source(endpoint: Endpoint) -> str:
    """Where the key comes from, in words, for screens and events."""
    if endpoint.key_variable:
        return f"from {endpoint.key_variable}"
    return "stored" if endpoint.key_encrypted else "none"


@sensitive_variables()
def _from_environment(endpoint: Endpoint) -> str:
    require_key_variable(endpoint.key_variable)
    key = os.environ.get(endpoint.key_variable, "").strip()
    if not PRINTABLE.fullmatch(key):
        raise EndpointRefused(
            f"The endpoint {endpoint} takes its key from {endpoint.key_variable}, "
            f"which {'holds no usable key' if key else 'is not set'}."
        )
    return key


@sensitive_variables()
def _cipher(base_url: str) -> Fernet:
    # The base URL is part of the derivation, so a key never follows a row to another host.
    derived = HKDF(SHA256(), length=32, salt=None, info=f"medreason llm key {base_url}".encode())
    return Fernet(urlsafe_b64encode(derived.derive(settings.LLM_ENCRYPTION_KEY.encode())))
