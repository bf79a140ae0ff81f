"""The similarity backend that a configuration names."""

from pathlib import Path

from pipeline.core.config import SimilarityConfig
from pipeline.core.errors import SimilarityUnavailable
from pipeline.core.kg.index import GraphIndex
from pipeline.core.similarity.base import SimilarityBackend
from pipeline.core.similarity.dense import open_dense
from pipeline.core.similarity.lexical import LexicalSimilarity


def make_similarity(
    graph: GraphIndex, config: SimilarityConfig, vectors: Path | None = None
) -> SimilarityBackend:
    """Open the backend over all names of the graph; `vectors` holds what models made of them.

    Raises SimilarityUnavailable when the dense backend lacks its extra, model or vectors,
    ArtefactError when its vectors are damaged. Lexical similarity needs none of these.
    """
    if config.backend == "lexical":
        return LexicalSimilarity(graph)
    if vectors is None:
        raise SimilarityUnavailable("The dense similarity backend needs the graph's vectors.")
    return open_dense(graph, vectors, config.model)
