"""allauth's second login step, with encrypted secrets and resets by a lead."""

from base64 import urlsafe_b64encode

import structlog
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.totp.internal.auth import generate_totp_secret
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.http import HttpRequest
from django.utils.encoding import force_bytes
from django.views.decorators.debug import sensitive_variables

from pipeline.accounts.roles import has_second_factor

log = structlog.get_logger("medreason.second_step")


class EncryptedSecretsAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth is untyped
    """Keeps secrets encrypted: a copied database is not enough to make codes."""

    @sensitive_variables()
    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    @sensitive_variables()
    def decrypt(self, encrypted_text: str) -> str:
        """The secret, or a random one that no code fits if MEDREASON_SECRET_KEY was changed."""
        try:
            return _cipher().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            log.warning("a second step cannot be read: MEDREASON_SECRET_KEY was changed")
            return str(generate_totp_secret())


class ResettableStage(AuthenticateStage):  # type: ignore[misc]
    """Ends once a lead has reset it: login page and second step would redirect for ever."""

    def is_resumable(self, request: HttpRequest) -> bool:
        return has_second_factor(self.login.user)


@sensitive_variables()
def _cipher() -> MultiFernet:
    return MultiFernet(
        [_derive_key(key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    )


@sensitive_variables()
def _derive_key(key: str | bytes) -> Fernet:
    derivation = HKDF(SHA256(), length=32, salt=None, info=b"medreason second step")
    return Fernet(urlsafe_b64encode(derivation.derive(force_bytes(key))))
