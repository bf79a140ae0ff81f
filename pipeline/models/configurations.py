"""Configurations: the method's settings under a name, frozen when they are saved."""

from django.conf import settings
from django.db import models

from pipeline.core.config import PRESETS, MethodConfig
from pipeline.core.records import ReasonerKind


class Configuration(models.Model):
    """A named MethodConfig (`config`, as JSON); its row never changes, another one has a new name.

    `fingerprint` is that of the MethodConfig with seed 0 and without models, which a batch
    chooses. A preset is no row: it is an unsaved object, see pipeline.configurations.registry.
    """

    name = models.SlugField(max_length=80, unique=True)
    config = models.JSONField()
    fingerprint = models.CharField(max_length=64, unique=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    @property
    def is_preset(self) -> bool:
        return self.pk is None

    @property
    def method_config(self) -> MethodConfig:
        return MethodConfig.from_json(self.config)

    @property
    def is_current(self) -> bool:
        """Whether it still means what was saved: a new version of the method has other settings."""
        return self.fingerprint == self.method_config.fingerprint

    @property
    def asks_models(self) -> bool:
        return self.method_config.reasoner_kind is ReasonerKind.LANGUAGE_MODEL

    @property
    def preset(self) -> MethodConfig:
        """The preset that it was made from."""
        return PRESETS[self.config["preset"]]
