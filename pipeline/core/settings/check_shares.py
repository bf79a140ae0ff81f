"""Checks of the filters as they are entered: a name and its share, as in contrast=0.2."""

from typing import Any

from pipeline.core.config import ChecksConfig
from pipeline.core.settings.catalogue import SETTINGS
from pipeline.core.settings.kinds import Number, Whole

PREFIX = "checks."
NAMES = tuple(
    path.removeprefix(PREFIX)
    for path, setting in SETTINGS.items()
    if path.startswith(PREFIX) and isinstance(setting.kind, Number | Whole)
)


def check_share(text: str) -> tuple[str, Any]:
    """A check and its value, from "contrast=0.2". Raises ValueError."""
    name, _, value = text.partition("=")
    name = name.strip()
    if name not in NAMES:
        raise ValueError(f"{text!r} is no check with its share: there are {', '.join(NAMES)}")
    setting = SETTINGS[f"{PREFIX}{name}"]
    try:
        number = float(value)
        whole = isinstance(setting.kind, Whole) and number.is_integer()
        return name, setting.checked(int(number) if whole else number)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error


def check_shares(text: str) -> dict[str, Any]:
    """Several, with commas between them. Raises ValueError, also for a check named twice."""
    shares: dict[str, Any] = {}
    for part in filter(None, map(str.strip, text.split(","))):
        name, value = check_share(part)
        if name in shares:
            raise ValueError(f"{name} is given twice")
        shares[name] = value
    return shares


def shares_in_words(checks: ChecksConfig, *, base: ChecksConfig) -> str:
    """What differs from the base, as `check_shares` reads it."""
    values = ((name, getattr(checks, name), getattr(base, name)) for name in NAMES)
    return ", ".join(f"{name}={value:g}" for name, value, other in values if value != other)
