"""The card's YAML front matter, as the Hugging Face hub and `datasets` read it.

Strings are written as JSON strings, which YAML reads too.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from review.exports.files import BundleFile
from review.exports.tables import TABLES, ExportTable

# Identifiers that the hub knows; any other licence is named in words.
HUB_LICENCES = frozenset(
    {"apache-2.0", "mit", "cc0-1.0", "cc-by-4.0", "cc-by-sa-4.0", "cc-by-nc-4.0", "cc-by-3.0"}
)
# The hub's own steps of size.
SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
TAGS = ("medical", "clinical", "reasoning", "chain-of-thought", "knowledge-graph", "medreason")


def front_matter(facts: Mapping[str, Any], files: Iterable[BundleFile]) -> str:
    """The block between the lines of dashes, with them."""
    written = {file.name for file in files}
    lines = (
        "---",
        f"pretty_name: {json.dumps(facts['release'])}",
        *_list("language", ["en"]),
        *_licence(sorted(facts["rows_by_licence"])),
        *_list("task_categories", ["question-answering", "text-generation"]),
        *_list("size_categories", [_size(facts["rows"])]),
        *_list("tags", TAGS),
        *_list("annotations_creators", ["expert-generated"] if facts["studies"] else []),
        *_list("language_creators", ["machine-generated"]),
        "configs:",
        *(line for table in TABLES for line in _configuration(table, written)),
        "---",
    )
    return "\n".join(lines)


def _list(key: str, values: Sequence[str]) -> list[str]:
    return [f"{key}:", *(f"- {json.dumps(value)}" for value in values)] if values else []


def _size(rows: int) -> str:
    return next((name for most, name in SIZES if rows < most), "n>1M")


def _licence(licences: Sequence[str]) -> list[str]:
    if len(licences) == 1 and licences[0].lower() in HUB_LICENCES:
        return [f"license: {licences[0].lower()}"]
    return ["license: other", f"license_name: {json.dumps('; '.join(licences))}"]


def _configuration(table: ExportTable, written: set[str]) -> Iterator[str]:
    files = {split: table.file_name(table.formats[0], split) for split in table.splits}
    present = {split: name for split, name in files.items() if name in written}
    if not present:
        return
    yield f"- config_name: {table.name}"
    if table is TABLES[0]:
        yield "  default: true"
    yield "  data_files:"
    for split, name in present.items():
        yield f"  - split: {split}"
        yield f"    path: {name}"
