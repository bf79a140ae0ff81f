"""People: what the review needs to know of a clinician beyond the account, and invitations."""

import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from pipeline.accounts.roles import Role

PSEUDONYM_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def new_pseudonym() -> str:
    """A random name for exports that says nothing of the person: "R-7KQ2MX"."""
    return "R-" + "".join(secrets.choice(PSEUDONYM_ALPHABET) for _ in range(6))


class Reviewer(models.Model):
    """A reviewer's profile. `pseudonym` is the only name that leaves the house.

    `keys_on`: the grading screen listens to single keys.
    """

    class Seniority(models.TextChoices):
        STUDENT = "student"
        RESIDENT = "resident"
        SPECIALIST = "specialist"
        CONSULTANT = "consultant"

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="reviewer")
    pseudonym = models.CharField(max_length=12, unique=True, default=new_pseudonym)
    specialty = models.CharField(max_length=80, blank=True)
    seniority = models.CharField(max_length=20, choices=Seniority.choices, blank=True)
    declared_interests = models.TextField(blank=True)
    keys_on = models.BooleanField(default=True)

    class Meta:
        ordering = ("user__username",)

    def __str__(self) -> str:
        return str(self.user)


class Invitation(models.Model):
    """A link for one role, passed on by a lead; the link's token is kept as sha256 only.

    It ends when it is used, revoked, or `expires_at` has passed; `account` is who used it.
    """

    role = models.CharField(max_length=20, choices=[(role.value, role.value) for role in Role])
    meant_for = models.CharField(max_length=120)
    email = models.EmailField(blank=True)
    token_sha256 = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    account = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="invitation"
    )

    class Meta:
        ordering = ("-pk",)
        constraints = (
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(revoked_at__isnull=True),
                name="invitation_used_or_revoked",
            ),
        )

    def __str__(self) -> str:
        return f"{self.role} for {self.meant_for}"

    @property
    def has_expired(self) -> bool:
        return self.expires_at <= timezone.now()

    @property
    def is_open(self) -> bool:
        """Whether the link still works."""
        return not (self.accepted_at or self.revoked_at or self.has_expired)
