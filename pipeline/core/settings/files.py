"""A configuration as a file: JSON or TOML, the whole of it or what differs from its preset.

    {"preset": "default", "prune": {"keep": 5}, "model": {"temperature": null}}

TOML has no null: "none" stands for it there.
"""

import json
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.core.config import PRESETS, MethodConfig
from pipeline.core.errors import InvalidConfiguration
from pipeline.core.settings.changes import settings_of, with_settings

MAX_BYTES = 100_000
BATCHES_OWN = {
    "seed": "is chosen when a batch starts.",
    "model.reasoner": "follows from the batch's endpoint.",
    "model.second_reader": "follows from the batch's endpoint.",
    "model.service_tier": "is the endpoint's: set it there.",
}


def read_configuration(content: bytes, *, toml: bool = False) -> MethodConfig:
    """The configuration that a file states. What it leaves out is as in its preset.

    Raises InvalidConfiguration for what is no such file, InvalidSettings with a sentence for
    each setting that cannot be.
    """
    plain = _parsed(content, toml=toml)
    name = plain.pop("preset", None)
    if not isinstance(name, str) or name not in PRESETS:
        raise InvalidConfiguration(
            f"The file names its preset as one of {', '.join(PRESETS)}: "
            f"{'it names none' if name is None else f'there is no {name!r}'}."
        )
    values = dict(_flat(plain))
    for path in BATCHES_OWN.keys() & values.keys():
        raise InvalidConfiguration(f"{path} {BATCHES_OWN[path]}", field=path)
    return with_settings(name, values)


def write_configuration(config: MethodConfig) -> str:
    """The whole configuration as JSON, which `read_configuration` reads back unchanged."""
    nested: dict[str, Any] = {"preset": config.preset}
    for path, value in settings_of(config).items():
        *sections, name = path.split(".")
        place = nested
        for section in sections:
            place = place.setdefault(section, {})
        place[name] = value
    return json.dumps(nested, indent=2, ensure_ascii=False)


def _parsed(content: bytes, *, toml: bool) -> dict[str, Any]:
    kind = "TOML" if toml else "JSON"
    if len(content) > MAX_BYTES:
        raise InvalidConfiguration(f"A configuration has at most {MAX_BYTES:,} bytes.")
    try:
        text = content.decode("utf-8-sig")
        plain = tomllib.loads(text) if toml else json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise InvalidConfiguration(f"The file is no {kind}: {error}.") from error
    if not isinstance(plain, dict):
        raise InvalidConfiguration("A configuration is one object of settings.")
    return _with_nulls(plain) if toml else plain


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object's pairs as a dictionary. Raises ValueError for a name that stands twice."""
    plain = dict(pairs)
    if len(plain) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"{twice!r} stands twice")
    return plain


def _with_nulls(plain: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: _with_nulls(value)
        if isinstance(value, dict)
        else (None if value == "none" else value)
        for name, value in plain.items()
    }


def _flat(plain: Mapping[str, Any], section: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in plain.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{section}{name}.")
        else:
            yield f"{section}{name}", value
