"""A configuration's settings as a flat table, changed settings, and what differs between two."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.core.config import PRESETS, ChecksConfig, MethodConfig
from pipeline.core.errors import InvalidConfiguration
from pipeline.core.records import ReasonerKind
from pipeline.core.settings.catalogue import PROMPTS, SETTINGS, Setting

Values = Mapping[str, Any]  # a setting's path -> its stored value


class InvalidSettings(InvalidConfiguration):
    """Settings that cannot be; `errors` has a sentence for each by its path."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(" ".join(f"{path} {sentence}" for path, sentence in errors.items()))
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Difference:
    """One setting that differs, both values in words."""

    setting: Setting
    value: str
    instead_of: str

    def __str__(self) -> str:
        return f"{self.setting.title}: {self.value} instead of {self.instead_of}"


def settings_of(config: MethodConfig) -> dict[str, Any]:
    """Every setting's value by its path; None for a prompt that an earlier version did not have."""
    plain = config.as_json()
    prompts = {f"{PROMPTS}{prompt}": version for prompt, version in config.model.prompts}
    return {
        path: prompts.get(path) if path.startswith(PROMPTS) else _at(plain, path)
        for path in SETTINGS
    }


def differences(config: MethodConfig, base: MethodConfig) -> list[Difference]:
    """The settings in which a configuration differs from another, in their order."""
    ours, theirs = settings_of(config), settings_of(base)
    return [
        Difference(setting, setting.in_words(ours[path]), setting.in_words(theirs[path]))
        for path, setting in SETTINGS.items()
        if ours[path] != theirs[path]
    ]


def with_settings(preset: str, given: Values) -> MethodConfig:
    """The preset with other settings. Raises InvalidSettings, with a sentence for each fault."""
    errors = dict(_faults(given))
    values = {path: SETTINGS[path].checked(given[path]) for path in given if path not in errors}
    errors = dict(_contradictions(preset, settings_of(PRESETS[preset]) | values)) | errors
    if errors:
        raise InvalidSettings(errors)
    return _assembled(preset, values)


def _faults(given: Values) -> Iterator[tuple[str, str]]:
    for path, value in given.items():
        if path not in SETTINGS:
            yield path, "is not a setting."
            continue
        try:
            SETTINGS[path].checked(value)
        except ValueError as error:
            yield path, f"{error}."


def _contradictions(preset: str, values: Values) -> Iterator[tuple[str, str]]:
    """What each setting allows by itself, but not beside another, or not with this preset."""
    spelling, model = values["similarity.backend"] == "lexical", values["similarity.model"]
    accept, shown = values["similarity.accept"], values["prune.shown"]
    if spelling and preset == "paper":
        yield "similarity.backend", "must be dense: the paper's thresholds are cosines."
    elif spelling and model:
        yield "similarity.model", "must be empty, since spelling is compared without a model."
    elif not spelling and not model:
        yield "similarity.model", "must name the embedding model."
    if accept is not None and spelling:
        yield "similarity.accept", "must be empty with spelling: look-alikes are not synonyms."
    elif accept is not None and accept < values["similarity.floor"]:
        yield "similarity.accept", "must not lie below the lowest similarity of a candidate."
    if shown is not None and shown < values["prune.keep"]:
        yield "prune.shown", "must be at least K, the number of paths kept."
    yield from _undecided(values)
    yield from _useless(preset, values)


def _undecided(values: Values) -> Iterator[tuple[str, str]]:
    """Filters that are to reject, on a check that is not run on every trace."""
    names = [path for path in SETTINGS if path.startswith("checks.")]
    checks = ChecksConfig(**{path.removeprefix("checks."): values[path] for path in names})
    unready = [name for name in checks.deciding if checks.share_behind(name) < 1]
    if unready:
        yield (
            "checks.deciding",
            f"must leave out {' and '.join(unready)}: a check rejects only if its share is 1.",
        )


def _useless(preset: str, values: Values) -> Iterator[tuple[str, str]]:
    if PRESETS[preset].reasoner_kind is ReasonerKind.DEMONSTRATION:
        asked = settings_of(PRESETS[preset])
        for path, value in values.items():
            if path.startswith("model.") and value != asked[path]:
                yield path, "cannot be changed: the demonstration asks no language model."


def _assembled(preset: str, values: Values) -> MethodConfig:
    plain = PRESETS[preset].as_json()
    prompts = dict(plain["model"]["prompts"])
    for path, value in values.items():
        if path.startswith(PROMPTS):
            prompts[path.removeprefix(PROMPTS)] = value
        else:
            section, _, name = path.rpartition(".")
            (plain[section] if section else plain)[name] = value
    plain["model"]["prompts"] = list(prompts.items())
    return MethodConfig.from_json(plain)


def _at(plain: Any, path: str) -> Any:
    for name in path.split("."):
        plain = plain[name]
    return plain
