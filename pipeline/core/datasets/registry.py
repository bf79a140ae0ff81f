"""All question sources by name."""

from collections.abc import Mapping
from types import MappingProxyType

from pipeline.core.datasets.base import Adapter
from pipeline.core.datasets.house import HOUSE
from pipeline.core.datasets.medbullets import MEDBULLETS
from pipeline.core.datasets.medmcqa import MEDMCQA
from pipeline.core.datasets.medqa import MEDQA
from pipeline.core.datasets.pubmedqa import PUBMEDQA

ADAPTERS: Mapping[str, Adapter] = MappingProxyType(
    {adapter.name: adapter for adapter in (HOUSE, MEDQA, MEDMCQA, PUBMEDQA, MEDBULLETS)}
)


class UnknownSource(ValueError):
    """No adapter has this name; the message lists those there are."""


def get_adapter(name: str) -> Adapter:
    """The adapter of a source. Raises UnknownSource."""
    if name not in ADAPTERS:
        raise UnknownSource(f"Unknown question source {name!r}: use one of {', '.join(ADAPTERS)}.")
    return ADAPTERS[name]
