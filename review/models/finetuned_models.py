"""Fine-tuned models: what a run card says was trained on which release, and who serves it."""

import json
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from pipeline.models import Endpoint
from review.models.releases import Release


class FineTunedModel(models.Model):
    """A model trained on a release of this installation, by its run card.

    `run_card` is the file's text as it was registered, so that its sha256 is what `sha256sum`
    prints. `base_model` is the base as training was asked for it; `base_sha256` and
    `weights_sha256` are those that the card gives to the weights of the base and of what was
    trained. The weights themselves are not kept here.

    `endpoint` serves it and `base_endpoint` serves its base, as someone states who knows: nothing
    here can prove it. `stated` holds the model's name and base URL that each of them had then,
    under "endpoint" and "base_endpoint". No `registered_by` or `stated_by`: the command line.
    """

    class Kind(models.TextChoices):
        SFT = "sft", "supervised fine-tuning"
        DPO = "dpo", "direct preference optimisation"
        PRM = "prm", "process reward model"

    name = models.SlugField(max_length=80, unique=True)
    release = models.ForeignKey(Release, models.PROTECT, related_name="finetuned_models")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    base_model = models.CharField(max_length=300)
    base_sha256 = models.CharField(max_length=64)
    weights_sha256 = models.CharField(max_length=64)
    run_card = models.TextField()
    run_card_sha256 = models.CharField(max_length=64, unique=True)
    endpoint = models.ForeignKey(
        Endpoint, models.PROTECT, null=True, blank=True, related_name="finetuned_models"
    )
    base_endpoint = models.ForeignKey(
        Endpoint, models.PROTECT, null=True, blank=True, related_name="+"
    )
    stated = models.JSONField(default=dict)
    stated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    stated_at = models.DateTimeField(null=True)
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    registered_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-pk",)
        constraints = (
            models.CheckConstraint(
                condition=Q(endpoint__isnull=True, base_endpoint__isnull=True, stated_at=None)
                | Q(endpoint__isnull=False, stated_at__isnull=False),
                name="finetuned_model_served_as_stated",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def card(self) -> dict[str, Any]:
        """The run card as it was read when it was registered."""
        card: dict[str, Any] = json.loads(self.run_card)
        return card
