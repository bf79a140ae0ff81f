"""Embeds a graph: every node name becomes a vector, once for each graph and model.

An interrupted run goes on behind the last chunk it recorded.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np

from pipeline.core.embeddings.checkpoint import open_checkpoint
from pipeline.core.embeddings.encoder import NO_PREFIXES, Encoder, Prefixes
from pipeline.core.embeddings.node_vectors import Indices, Matrix, VectorsSummary, folder_of
from pipeline.core.errors import SimilarityUnavailable
from pipeline.core.kg.index import GraphIndex
from pipeline.core.records import NodeType

CHUNK_SIZE: Final = 1024
# Two encodings of one text by one model differ by rounding, and a served model's by its batch.
MIN_SAME_COSINE: Final = 0.99
_PROBE_COUNT: Final = 4

Progress = Callable[[int, int], None]


def embed(
    graph: GraphIndex,
    vectors: Path,
    *,
    model: str,
    encoder: Encoder,
    prefixes: Prefixes = NO_PREFIXES,
    shortened: bool = False,
    progress: Progress | None = None,
) -> VectorsSummary:
    """Writes the model's vectors of all node names into a new folder below `vectors`.

    `shortened`: the encoder asks its model for fewer dimensions than it has. `progress`: (names
    encoded, names in all). Raises SimilarityUnavailable when the model gives
    no usable vectors or another process embeds the same, OSError when the disk is full; what
    was recorded by then is kept for the next run.
    """
    folder = folder_of(vectors, model)
    indices, slices = _rows(graph)
    encoder = encoder.with_prefix(prefixes.document)
    summary = VectorsSummary(
        graph.checksum,
        model,
        encoder.revision,
        dimension=_encode(encoder, _names(graph, indices[:1])).shape[1],
        count=len(indices),
        slices=slices,
        query_prefix=prefixes.query,
        document_prefix=prefixes.document,
        shortened=shortened,
    )
    with open_checkpoint(folder.with_name(f".{folder.name}.partial"), summary) as checkpoint:
        same = same_model(graph, encoder, indices[: checkpoint.rows], checkpoint.matrix)
        checkpoint.keep(checkpoint.rows if same else 0)
        while checkpoint.rows < len(indices):
            chunk = indices[checkpoint.rows : checkpoint.rows + CHUNK_SIZE]
            checkpoint.append(_encode(encoder, _names(graph, chunk)))
            if progress:
                progress(checkpoint.rows, len(indices))
        checkpoint.finish(indices, folder)
    return summary


def same_model(graph: GraphIndex, encoder: Encoder, indices: Indices, matrix: Matrix) -> bool:
    """Whether the encoder gives the vectors these nodes have: the proof that it is their model.

    It has the prefix of their names. Encodes a few names anew; False where there are none.
    """
    if not len(indices):
        return False
    probes = np.unique(np.linspace(0, len(indices) - 1, _PROBE_COUNT).astype(np.int64))
    encoded = encoder.encode(_names(graph, indices[probes]))
    if encoded.shape[1] != matrix.shape[1]:
        return False
    return bool(np.all(np.sum(encoded * matrix[probes], axis=1) >= MIN_SAME_COSINE))


def _rows(graph: GraphIndex) -> tuple[Indices, dict[str, tuple[int, int]]]:
    """Node indices by type, then ascending; and each type's first row and last row + 1."""
    by_type = {kind: np.asarray(graph.indices_of_type(kind)) for kind in NodeType}
    ends = np.cumsum([len(indices) for indices in by_type.values()]).tolist()
    slices = {
        str(kind): (end - len(indices), end)
        for (kind, indices), end in zip(by_type.items(), ends, strict=True)
    }
    return np.concatenate(list(by_type.values())), slices


def _names(graph: GraphIndex, indices: Indices) -> list[str]:
    return [graph.node(index).name for index in indices.tolist()]


def _encode(encoder: Encoder, names: list[str]) -> Matrix:
    encoded = encoder.encode(names)
    if not np.isfinite(encoded).all():
        raise SimilarityUnavailable("The embedding model gives vectors that are no numbers.")
    return encoded
