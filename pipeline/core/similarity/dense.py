"""Dense similarity: cosine between a text and every node name, by an embedding model.

The search is exact, a scan of the memory-mapped vectors of one node type: at this size no
index is needed. Scores are rounded before they are ranked, so that equal ones fall in the
order of the nodes and not of the processor's last digit.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from pipeline.core.embeddings.embed import same_model
from pipeline.core.embeddings.encoder import Encoder, load_encoder, require_extra
from pipeline.core.embeddings.node_vectors import Indices, Matrix, NodeVectors, folder_of
from pipeline.core.errors import ArtefactError, ReasonerFailure, SimilarityUnavailable
from pipeline.core.kg.index import GraphIndex
from pipeline.core.records import Candidate, NodeType
from pipeline.core.similarity.base import SimilarityBackend

DIGITS: Final = 5


class DenseSimilarity(SimilarityBackend):
    """A SimilarityBackend of one graph and one model; shared by threads."""

    def __init__(self, graph: GraphIndex, vectors: NodeVectors, encoder: Encoder) -> None:
        self._graph, self._vectors, self._encoder = graph, vectors, encoder

    def encoding_with(self, encoder: Encoder) -> "DenseSimilarity":
        """The same vectors, looked up by the same model through another encoder."""
        prefix = self._vectors.summary.query_prefix
        return DenseSimilarity(self._graph, self._vectors, encoder.with_prefix(prefix))

    def candidates(
        self, text: str, type: NodeType | None, k: int, floor: float
    ) -> tuple[Candidate, ...]:
        """The at most `k` nodes of `type` with a cosine of `floor` or more."""
        return self.candidates_of_each([(text, type)], k, floor)[0]

    def candidates_of_each(
        self, texts: Sequence[tuple[str, NodeType | None]], k: int, floor: float
    ) -> tuple[tuple[Candidate, ...], ...]:
        """The same for several texts, encoded together."""
        if not texts:
            return ()
        encoded = self._encoder.encode([text for text, _ in texts])
        return tuple(
            self._nearest(vector, type, k, floor)
            for vector, (_, type) in zip(encoded, texts, strict=True)
        )

    def _nearest(
        self, vector: Matrix, type: NodeType | None, k: int, floor: float
    ) -> tuple[Candidate, ...]:
        indices, matrix = self._vectors.of_type(type)
        return tuple(
            Candidate(self._graph.node(index), score)
            for index, score in nearest(matrix, indices, vector, k, floor)
        )


def nearest(
    matrix: Matrix, indices: Indices, vector: Matrix, k: int, floor: float
) -> list[tuple[int, float]]:
    """Exact top `k` of the rows of `matrix` by cosine with `vector`, of `floor` or more.

    Unit vectors in, (node index, cosine) out, best first; of equal cosines the lower index.
    """
    scores = matrix @ vector
    tolerance = 10.0**-DIGITS  # what rounding may lift over a limit is looked at, too
    if len(scores) > k:
        floor_of_k = float(np.partition(scores, len(scores) - k)[len(scores) - k])
        rows = np.flatnonzero(scores >= max(floor, floor_of_k) - tolerance)
    else:
        rows = np.flatnonzero(scores >= floor - tolerance)
    rounded = np.round(scores[rows].astype(np.float64), DIGITS)
    order = np.lexsort((indices[rows], -rounded))[:k]
    return [(int(indices[rows[at]]), float(rounded[at])) for at in order if rounded[at] >= floor]


def open_dense(
    graph: GraphIndex, vectors: Path, model: str, encoder: Encoder | None = None
) -> DenseSimilarity:
    """The backend over the vectors that manage.py embed_graph wrote below the folder `vectors`.

    `encoder` is the model's; None: sentence-transformers loads it here. Raises
    SimilarityUnavailable, in one sentence, without the extra, the vectors or the model,
    ArtefactError for damaged vectors and those that the model does not give any more.
    """
    if not model:
        raise SimilarityUnavailable("The dense similarity backend needs a model name.")
    if encoder is None:
        require_extra()
    node_vectors = open_vectors(graph, vectors, model)
    summary = node_vectors.summary
    encoder = encoder or load_encoder(model, revision=summary.revision)
    if not _made_by(encoder, node_vectors, graph):
        raise ArtefactError(
            f"The vectors {folder_of(vectors, model).name} were made by another version of the "
            "model: run manage.py embed_graph --anew."
        )
    return DenseSimilarity(graph, node_vectors, encoder.with_prefix(summary.query_prefix))


def open_vectors(graph: GraphIndex, vectors: Path, model: str) -> NodeVectors:
    """The graph's vectors by a model. Raises SimilarityUnavailable, ArtefactError."""
    folder = folder_of(vectors, model)
    if not folder.is_dir():
        raise SimilarityUnavailable(
            f"The graph has no vectors of the model {model!r} yet: run manage.py embed_graph."
        )
    return NodeVectors.open(folder, graph_checksum=graph.checksum)


def _made_by(encoder: Encoder, vectors: NodeVectors, graph: GraphIndex) -> bool:
    named = encoder.with_prefix(vectors.summary.document_prefix)
    try:
        return same_model(graph, named, vectors.indices, vectors.matrix)
    except ReasonerFailure as failure:  # of an endpoint
        raise SimilarityUnavailable(failure.detail) from failure
