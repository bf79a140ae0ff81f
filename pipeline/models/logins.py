"""The login log: who signed in, failed to, signed out, or changed how they sign in."""

from django.conf import settings
from django.db import models


class Login(models.Model):
    """One login or failed attempt, apart from the audit of the work; only ever added.

    `user` is null when no account has the name tried. The name itself is never kept: people
    type their password into the wrong field.
    """

    class Kind(models.TextChoices):
        SIGNED_IN = "signed_in"
        FAILED = "failed", "wrong password"
        CODE_FAILED = "code_failed", "wrong code"
        SIGNED_OUT = "signed_out"
        PASSWORD_CHANGED = "password_changed"  # noqa: S105  a kind, no password
        RECOVERY_CODE_USED = "recovery_code_used"
        FACTOR_ON = "factor_on", "two-step login switched on"
        FACTOR_OFF = "factor_off", "two-step login switched off"
        CODES_MADE = "codes_made", "new recovery codes"

    kind = models.CharField(max_length=20, choices=Kind.choices)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    address = models.GenericIPAddressField(null=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-pk",)
        indexes = (models.Index(fields=("user", "kind", "at"), name="login_by_user"),)

    def __str__(self) -> str:
        return f"{self.user or 'nobody'}: {self.get_kind_display()}"
