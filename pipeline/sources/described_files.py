"""Files that someone described: their mappings by name, used like a published source's."""

from collections.abc import Mapping

from django.contrib.auth.models import User
from django.db import transaction

from pipeline.core.datasets.base import Adapter, adapter_of
from pipeline.core.datasets.mapping.field_mapping import FieldMapping
from pipeline.core.datasets.registry import ADAPTERS, get_adapter
from pipeline.core.errors import Refusal
from pipeline.models import Event, FileMapping, QuestionSet


def adapter_named(name: str) -> Adapter:
    """The adapter of a published source or of a saved mapping. Raises UnknownSource."""
    mapping = saved_mapping(name)
    return adapter_of(mapping, name) if mapping else get_adapter(name)


def saved_mapping(name: str) -> FieldMapping | None:
    """The mapping saved under a name; None for a published source and for an unknown name."""
    row = None if name in ADAPTERS else FileMapping.objects.filter(name=name).first()
    return FieldMapping.from_json(row.mapping) if row else None


def source_titles() -> Mapping[str, str]:
    """The titles of all sources that a file can be loaded by, by name: published ones first."""
    titles = {name: adapter.title for name, adapter in ADAPTERS.items()}
    saved = FileMapping.objects.values_list("name", flat=True)
    return titles | {name: f"{name} (described here)" for name in saved}


def sources_without_ids() -> frozenset[str]:
    """Names of the sources whose ids are only places in a file."""
    saved = (
        adapter_of(FieldMapping.from_json(row.mapping), row.name)
        for row in FileMapping.objects.all()
    )
    adapters = (*ADAPTERS.values(), *saved)
    return frozenset(adapter.name for adapter in adapters if not adapter.gives_ids)


@transaction.atomic
def save_mapping(name: str, mapping: FieldMapping, *, saved_by: User | None = None) -> FileMapping:
    """Save a mapping under a name, or change it as long as no question set was loaded by it.

    Raises Refusal where the name is a published source's, or the mapping is in use.
    """
    if name in ADAPTERS:
        raise Refusal(f"{name} is the name of a published source.", field="name")
    row = FileMapping.objects.select_for_update().filter(name=name).first()
    if row and row.mapping == mapping.as_json():
        return row
    if row and QuestionSet.objects.filter(source=name).exists():
        raise Refusal(
            f"Questions have been loaded by the mapping {name}, so it stays as it is: "
            "save this one under another name.",
            field="name",
        )
    if row is None:
        row = FileMapping(name=name, created_by=saved_by)
    row.mapping = mapping.as_json()
    row.save()
    Event.objects.record("file_mapping.saved", row, by=saved_by, name=name, mapping=row.mapping)
    return row
