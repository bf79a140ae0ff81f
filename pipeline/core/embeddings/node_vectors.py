"""The vectors of all node names of one graph by one model: an artefact, opened by memory map.

A folder under the graph's own: vectors.npy, float32 [n, dimension] of unit length (numpy
searches float16 twenty times slower); indices.npy, the node index of each row; meta.json. Rows
stand by node type, then by node index, so the nodes of a type are one slice.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from pipeline.core.errors import ArtefactError, SimilarityUnavailable
from pipeline.core.kg.artefact import file_checksum
from pipeline.core.records import NodeType

FORMAT: Final = "medreason-node-vectors"
FORMAT_VERSION: Final = 1
META: Final = "meta.json"
VECTORS: Final = "vectors.npy"
INDICES: Final = "indices.npy"

Indices = npt.NDArray[np.int64]
Matrix = npt.NDArray[np.float32]


@dataclass(frozen=True)
class VectorsSummary:
    """Whose vectors these are. `slices`: node type -> [first row, last row + 1].

    The prefixes are those that the model wants before a name (document) and before a text that
    is looked up (query). `shortened`: the model was asked for vectors of this dimension.
    """

    graph_checksum: str
    model: str
    revision: str
    dimension: int
    count: int
    slices: dict[str, tuple[int, int]]
    query_prefix: str = ""
    document_prefix: str = ""
    shortened: bool = False


class NodeVectors:
    """Opened vectors; one object serves many threads, processes share the pages."""

    def __init__(self, summary: VectorsSummary, indices: Indices, matrix: Matrix) -> None:
        self.summary = summary
        self.indices, self.matrix = indices, matrix

    @classmethod
    def open(cls, folder: Path, *, graph_checksum: str) -> "NodeVectors":
        """Checks format, graph, sizes and shapes, not the content (see `verify`).

        Raises SimilarityUnavailable when there are none, ArtefactError for damaged or foreign.
        """
        summary, files = read_meta(folder)
        if summary.graph_checksum != graph_checksum:
            raise ArtefactError(f"The vectors {folder.name} belong to another graph.")
        indices = _map(folder, INDICES, files, (summary.count,), np.int64)
        matrix = _map(folder, VECTORS, files, (summary.count, summary.dimension), np.float32)
        return cls(summary, indices, matrix)

    def of_type(self, type: NodeType | None) -> tuple[Indices, Matrix]:
        """Node indices [m] and vectors [m, dimension] of a type (None: of all); views."""
        start, end = (
            (0, self.summary.count) if type is None else self.summary.slices.get(type, (0, 0))
        )
        return self.indices[start:end], self.matrix[start:end]


def folder_of(vectors: Path, model: str) -> Path:
    """Where a model's vectors stand: a readable name, made unique by a hash of the whole."""
    readable = re.sub(r"[^A-Za-z0-9.@-]+", "-", model.rstrip("/").rpartition("/")[2])[:80]
    return vectors / f"{readable}-{hashlib.sha256(model.encode()).hexdigest()[:8]}"


def verify(folder: Path) -> None:
    """Hashes every file anew. Raises ArtefactError for the first whose content changed."""
    for name, file in read_meta(folder)[1].items():
        if not (folder / name).is_file() or file_checksum(folder / name) != file["sha256"]:
            raise ArtefactError(f"{name} of the vectors {folder.name} is not what was written.")


def write_meta(folder: Path, summary: VectorsSummary) -> None:
    """Seals the written files with their sizes and checksums."""
    files = {
        name: {"bytes": (folder / name).stat().st_size, "sha256": file_checksum(folder / name)}
        for name in (VECTORS, INDICES)
    }
    meta = {"format": FORMAT, "format_version": FORMAT_VERSION, **asdict(summary), "files": files}
    (folder / META).write_text(json.dumps(meta, indent=1, sort_keys=True), encoding="utf-8")


def read_meta(folder: Path) -> tuple[VectorsSummary, dict[str, dict[str, Any]]]:
    """Whose vectors these are, and each file's size and checksum."""
    try:
        meta = json.loads((folder / META).read_text(encoding="utf-8"))
        form, version = meta.pop("format"), meta.pop("format_version")
        files = dict(meta.pop("files"))
        slices = {str(kind): (int(a), int(b)) for kind, (a, b) in meta.pop("slices").items()}
        summary = VectorsSummary(slices=slices, **meta)
    except FileNotFoundError as error:
        raise SimilarityUnavailable(f"There are no vectors at {folder.name}.") from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ArtefactError(f"{META} of the vectors {folder.name} is damaged.") from error
    if (form, version) != (FORMAT, FORMAT_VERSION):
        raise ArtefactError(
            f"The vectors {folder.name} were written by another version: remove the folder and "
            "run manage.py embed_graph."
        )
    return summary, files


def _map(
    folder: Path, name: str, files: Mapping[str, Any], shape: tuple[int, ...], kind: type
) -> npt.NDArray[Any]:
    try:
        whole = (folder / name).stat().st_size == int(files[name]["bytes"])
        # A plain array over the map: numpy's memmap class slows every slice.
        array = np.asarray(np.load(folder / name, mmap_mode="r", allow_pickle=False))
    except (OSError, ValueError, EOFError, KeyError, TypeError) as error:
        raise ArtefactError(f"{name} of the vectors {folder.name} is damaged.") from error
    if not whole or array.shape != shape or array.dtype != kind:
        raise ArtefactError(f"{name} of the vectors {folder.name} is cut off or foreign.")
    return array
