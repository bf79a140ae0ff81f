"""All published question sources by name."""

from collections.abc import Mapping
from types import MappingProxyType

from pipeline.core.datasets.base import Adapter
from pipeline.core.datasets.fields import InvalidRecord, Record
from pipeline.core.datasets.published.examinations import MEDBULLETS, MEDMCQA, MEDQA, MMLU, MMLU_PRO
from pipeline.core.datasets.published.expert_sets import HLE, MEDXPERTQA
from pipeline.core.datasets.published.house import HOUSE
from pipeline.core.datasets.published.pubmedqa import PUBMEDQA
from pipeline.core.datasets.published.reasoning_sets import MEDICAL_O1, MEDREASON

_ALL = (
    *(HOUSE, MEDQA, MEDMCQA, PUBMEDQA, MEDBULLETS),
    *(MMLU, MMLU_PRO, MEDXPERTQA, HLE, MEDICAL_O1, MEDREASON),
)
ADAPTERS: Mapping[str, Adapter] = MappingProxyType({adapter.name: adapter for adapter in _ALL})


class UnknownSource(ValueError):
    """No adapter has this name; the message lists those there are."""


def get_adapter(name: str) -> Adapter:
    """The adapter of a published source. Raises UnknownSource."""
    if name not in ADAPTERS:
        raise UnknownSource(f"Unknown question source {name!r}: use one of {', '.join(ADAPTERS)}.")
    return ADAPTERS[name]


def sources_like(record: Record) -> list[str]:
    """Names of the sources that have the record's fields."""
    return [adapter.name for adapter in _ALL if _reads(adapter, record)]


def _reads(adapter: Adapter, record: Record) -> bool:
    try:
        prepared = adapter.prepare(record)
    except InvalidRecord:
        return False
    return any(shape.fits(prepared) for shape in adapter.shapes)
