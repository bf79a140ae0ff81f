"""Reviewers: what the review needs to know of a clinician beyond the account."""

import secrets

from django.conf import settings
from django.db import models

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
