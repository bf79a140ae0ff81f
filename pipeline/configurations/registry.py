"""Configurations by name: the presets, which are always there, and those that leads saved."""

from dataclasses import replace

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from pipeline.core.config import PRESETS, MethodConfig
from pipeline.core.errors import InvalidConfiguration, Refusal
from pipeline.core.settings.changes import differences
from pipeline.models import Batch, Configuration, Event

PRESET_TITLES = {
    "demonstration": "rules, no language model",
    "lexical": "language models; links by spelling",
    "default": "language models; links by meaning, needs embeddings",
    "paper": "language models; as published, needs embeddings",
}


def all_configurations() -> list[Configuration]:
    """The presets, then those that were saved, by name."""
    return [*map(_preset, PRESETS), *Configuration.objects.select_related("created_by")]


def configuration_named(name: str) -> Configuration:
    """The preset or saved configuration of this name. Raises InvalidConfiguration."""
    if name in PRESETS:
        return _preset(name)
    row = Configuration.objects.filter(name=name).first()
    if row is None:
        names = ", ".join(row.name for row in all_configurations())
        raise InvalidConfiguration(f"There is no configuration named {name!r}; there are {names}.")
    return row


def require_current(row: Configuration) -> None:
    """Raises InvalidConfiguration for one that was saved with another version of the method."""
    if not row.is_current:
        raise InvalidConfiguration(
            f"The configuration {row} was saved with an earlier version of the method, and a name "
            "must not come to mean another method: save its settings under a new name."
        )


def save_configuration(
    name: str, *, config: MethodConfig, saved_by: User | None = None
) -> Configuration:
    """Save settings under a name; they never change. Raises Refusal.

    The seed and the models are a batch's own, and left out.
    """
    require_new_name(name)
    config = replace(config, seed=0, sample_index=0)
    if (same := _with_fingerprint(config.fingerprint)) is not None:
        raise Refusal(f"Nothing differs from the configuration {same}: use that one.")
    try:
        with transaction.atomic():
            row = Configuration.objects.create(
                name=name,
                config=config.as_json(),
                fingerprint=config.fingerprint,
                created_by=saved_by,
            )
            Event.objects.record("configuration.saved", row, by=saved_by, config=row.config)
    except IntegrityError as error:  # saved since it was looked for
        raise Refusal(f"A configuration named {name} exists.", field="name") from error
    return row


def describe(row: Configuration) -> str:
    """What it is, in a few words: what a preset is for, or which preset was changed."""
    return PRESET_TITLES[row.name] if row.is_preset else f"made from {row.config['preset']}"


def differences_in_words(row: Configuration) -> list[str]:
    """What a saved configuration changes of its preset, a line each."""
    return [str(difference) for difference in differences(row.method_config, row.preset)]


def deviations_of(batch: Batch) -> list[str]:
    """What a batch set otherwise than the configuration it was started with, a line each."""
    base = batch.configuration or Configuration(config=batch.config)
    try:
        chosen = base.method_config if batch.configuration else base.preset
        return [str(one) for one in differences(MethodConfig.from_json(batch.config), chosen)]
    except KeyError:  # a preset of another edition of this software
        return []


def require_new_name(name: str) -> None:
    """Raises Refusal for a name that is taken, in whatever case, or cannot be one."""
    try:
        Configuration._meta.get_field("name").clean(name, None)
    except ValidationError as error:
        raise Refusal(
            "A name has at most 80 letters, digits, hyphens and underscores.", field="name"
        ) from error
    names = [*PRESETS, *Configuration.objects.values_list("name", flat=True)]
    if name.lower() in map(str.lower, names):
        raise Refusal(
            f"A configuration named {name} exists, and configurations never change: "
            "choose another name.",
            field="name",
        )


def _with_fingerprint(fingerprint: str) -> Configuration | None:
    same = (row for row in map(_preset, PRESETS) if row.fingerprint == fingerprint)
    return next(same, None) or Configuration.objects.filter(fingerprint=fingerprint).first()


def _preset(name: str) -> Configuration:
    """A preset as an unsaved row."""
    config = PRESETS[name]
    return Configuration(name=name, config=config.as_json(), fingerprint=config.fingerprint)
