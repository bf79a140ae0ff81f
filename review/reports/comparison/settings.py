"""The settings in which two batches differ."""

import json
from collections.abc import Iterator
from typing import Any

from pipeline.models import Batch
from review.reports.comparison.pairing import Paired
from review.reports.document import Column, Table


def settings_table(paired: Paired) -> Table:
    """Settings in which the two differ, and none in which they are alike."""
    first, second = (_settings(run.batch) for run in paired.runs)
    rows = tuple(
        (name, first.get(name, ""), second.get(name, ""))
        for name in {**first, **second}
        if first.get(name) != second.get(name)
    )
    columns = (
        Column("setting", "Setting"),
        Column("first", "First batch"),
        Column("second", "Second batch"),
    )
    note = "Whatever differs may be the cause of a difference; only these settings differ."
    return Table(
        "settings", "Settings that differ", columns, rows, note, "The settings are the same."
    )


def _settings(batch: Batch) -> dict[str, str]:
    endpoints = {
        "reasoner": batch.reasoner_endpoint,
        "reader": batch.reader_endpoint,
        "embeddings": batch.embeddings_endpoint,
    }
    found = {
        "configuration": batch.configuration_name,
        "question set": batch.question_set.name,
        "knowledge graph": batch.knowledge_graph.name if batch.knowledge_graph else "none",
        "samples": str(batch.samples),
        "software": batch.software_version,
    }
    found |= {f"{name}: model": row.model for name, row in endpoints.items() if row is not None}
    return found | dict(_flat(batch.config))


def _flat(config: dict[str, Any], within: str = "") -> Iterator[tuple[str, str]]:
    for name, value in config.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{within}{name}.")
        else:
            said = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            yield f"{within}{name}", said
