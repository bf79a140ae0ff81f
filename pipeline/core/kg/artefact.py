"""The graph artefact on disk: plain .npy arrays, and meta.json with their sizes and checksums.

The artefact is immutable, written whole or not at all (new_folder), and read by memory map,
never unpickled.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from pipeline.core.errors import ArtefactError
from pipeline.core.kg.relations import SPECS
from pipeline.core.records import NodeType

FORMAT: Final = "medreason-knowledge-graph"
FORMAT_VERSION: Final = 2
META: Final = "meta.json"
NODE_TYPES: Final = tuple(NodeType)

Array = npt.NDArray[Any]
Arrays = Mapping[str, Array]


@dataclass(frozen=True)
class GraphSummary:
    """What a knowledge graph holds, for its row and its page.

    `source_checksum` is the sha256 of the source file's bytes, `checksum` that of the artefact's
    content (equal for the plain and the compressed file). `edge_count` counts statements, each
    two rows of the file; `row_count` all rows read, dropped ones included. The keys of
    `rows_by_relation` (rows kept) are "relation/display_relation". `synonyms_checksum` is the
    sha256 of the synonyms file's bytes, empty without one.
    """

    source_checksum: str
    checksum: str
    format_version: int
    node_count: int
    edge_count: int
    row_count: int
    nodes_by_type: dict[str, int]
    rows_by_relation: dict[str, int]
    dropped_self_loops: int
    dropped_duplicates: int
    longest_name_words: int
    synonyms_checksum: str
    synonym_count: int


def layout() -> dict[str, Any]:
    """What the arrays are and what their codes mean; an artefact that differs is foreign."""
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "relations": [list(spec.key) for spec in SPECS],
        "node_types": [str(kind) for kind in NODE_TYPES],
    }


def content_checksum(file_checksums: Mapping[str, str]) -> str:
    """sha256 over format version and every file's name and sha256, in name order."""
    lines = [f"{FORMAT} {FORMAT_VERSION}", *(f"{n} {c}" for n, c in sorted(file_checksums.items()))]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def file_checksum(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def write_arrays(folder: Path, arrays: Arrays) -> dict[str, dict[str, int | str]]:
    """Writes every array as NAME.npy, flushed to disk; returns bytes and sha256 a file."""
    files: dict[str, dict[str, int | str]] = {}
    for name, array in arrays.items():
        path = folder / f"{name}.npy"
        with path.open("wb") as stream:
            np.save(stream, np.ascontiguousarray(array), allow_pickle=False)
            _flush(stream.fileno(), stream)
        files[path.name] = {"bytes": path.stat().st_size, "sha256": file_checksum(path)}
    return files


def write_meta(folder: Path, summary: GraphSummary, files: Mapping[str, Any]) -> None:
    meta = {**layout(), "summary": asdict(summary), "files": files}
    with (folder / META).open("w", encoding="utf-8") as stream:
        json.dump(meta, stream, indent=1, sort_keys=True)
        _flush(stream.fileno(), stream)


def read_meta(folder: Path) -> tuple[GraphSummary, dict[str, int], dict[str, str]]:
    """The summary, and every file's size in bytes and sha256, as written at build time.

    Raises ArtefactError for a folder that is missing, foreign or contradicts itself.
    """
    meta = _load_meta(folder)
    try:
        summary = GraphSummary(**meta["summary"])
        sizes = {name: int(file["bytes"]) for name, file in meta["files"].items()}
        checksums = {name: str(file["sha256"]) for name, file in meta["files"].items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ArtefactError(f"{META} of the graph artefact {folder.name} is damaged.") from error
    if content_checksum(checksums) != summary.checksum:
        raise ArtefactError(f"{META} of the graph artefact {folder.name} contradicts itself.")
    return summary, sizes, checksums


def _load_meta(folder: Path) -> dict[str, Any]:
    try:
        meta = json.loads((folder / META).read_text(encoding="utf-8"))
    except OSError as error:
        raise ArtefactError(f"There is no graph artefact at {folder.name}.") from error
    except ValueError as error:
        raise ArtefactError(f"{META} of the graph artefact {folder.name} is damaged.") from error
    if not isinstance(meta, dict) or any(meta.get(k) != v for k, v in layout().items()):
        raise ArtefactError(
            f"The graph artefact {folder.name} was written by another version: build it anew."
        )
    return meta


def map_arrays(folder: Path, sizes: Mapping[str, int]) -> dict[str, Array]:
    """Opens every array by memory map. Raises ArtefactError for a missing or cut file."""
    return {Path(name).stem: _map_array(folder, name, size) for name, size in sizes.items()}


def _map_array(folder: Path, name: str, size: int) -> Array:
    path, artefact = folder / name, f"the graph artefact {folder.name}"
    try:
        actual_size = path.stat().st_size
        # A plain array over the map: numpy's memmap class slows every slice.
        array = np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
    except FileNotFoundError as error:
        raise ArtefactError(f"{name} of {artefact} is missing.") from error
    except (OSError, ValueError, EOFError) as error:
        raise ArtefactError(f"{name} of {artefact} is damaged.") from error
    if actual_size != size:
        raise ArtefactError(
            f"{name} of {artefact} has {actual_size} bytes where {size} were written."
        )
    return array


def _flush(descriptor: int, stream: Any) -> None:
    stream.flush()
    os.fsync(descriptor)
