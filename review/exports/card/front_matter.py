"""The card's YAML front matter, as the Hugging Face hub and `datasets` read it.

Strings are written as JSON strings, which YAML reads too.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from review.exports.files import BundleFile
from review.exports.tables import TABLES, ExportTable

# Licences that the hub has an identifier for; any other is named in words.
_BY_OWN_ID = (
    *("Apache-2.0", "MIT", "BSD-2-Clause", "BSD-3-Clause", "Unlicense", "CDLA-Permissive-2.0"),
    *("CC0-1.0", "CC-BY-2.0", "CC-BY-2.5", "CC-BY-3.0", "CC-BY-4.0", "CC-BY-SA-3.0"),
    *("CC-BY-SA-4.0", "CC-BY-NC-2.0", "CC-BY-NC-3.0", "CC-BY-NC-4.0", "CC-BY-NC-SA-2.0"),
    *("CC-BY-NC-SA-3.0", "CC-BY-NC-SA-4.0"),
)
_HUB = {name: name.lower() for name in _BY_OWN_ID} | {
    "ODbL-1.0": "odbl",
    "ODC-By-1.0": "odc-by",
    "PDDL-1.0": "pddl",
    "Gemma Terms of Use": "gemma",
    **{f"Llama {one} Community License": f"llama{one}" for one in ("2", "3", "3.1", "3.2", "3.3")},
    "Llama 4 Community License": "llama4",
}
HUB_LICENCES = MappingProxyType(_HUB)
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
    parts = dict.fromkeys(part for licence in licences for part in licence.split(" AND "))
    if parts.keys() <= HUB_LICENCES.keys():
        known = [HUB_LICENCES[part] for part in parts]
        return [f"license: {known[0]}"] if len(known) == 1 else _list("license", known)
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
