"""What linking by similarity needs beside the graph: looked for without loading any model."""

from shlex import quote

from pipeline.core.config import DENSE_MODEL, LEXICAL, SimilarityConfig
from pipeline.core.embeddings.encoder import extra_is_installed
from pipeline.core.embeddings.node_vectors import NodeVectors, folder_of
from pipeline.core.errors import SimilarityUnavailable
from pipeline.endpoints.embeddings import embeddings_endpoint, vectors_name
from pipeline.models import KnowledgeGraph
from pipeline.sources.open_graphs import vectors_folder


def require_vectors(row: KnowledgeGraph, similarity: SimilarityConfig) -> None:
    """Raises SimilarityUnavailable, with the commands that mend it, where linking would fail.

    ArtefactError for vectors that are damaged or another graph's, InvalidConfiguration for an
    endpoint that is not there.
    """
    if similarity.backend == LEXICAL:
        return
    endpoint = similarity.endpoint
    model = vectors_name(embeddings_endpoint(endpoint)) if endpoint else similarity.model
    folder = folder_of(vectors_folder(row), model)
    lacks = []
    if not endpoint and not extra_is_installed():
        lacks.append(("the embeddings extra is not installed", "make setup-embeddings"))
    if not folder.is_dir():
        embed = f"manage.py embed_graph {row.name}{_option(similarity)}"
        lacks.append((f"{row} has no vectors of {model}", embed))
    if lacks:
        pieces, commands = zip(*lacks, strict=True)
        raise SimilarityUnavailable(
            f"This configuration links by meaning, and {' and '.join(pieces)}: run "
            f"{' and then '.join(commands)}, or choose a configuration that links by spelling, "
            "such as lexical."
        )
    NodeVectors.open(folder, graph_checksum=row.checksum)


def _option(similarity: SimilarityConfig) -> str:
    """What `embed_graph` needs to be told to make these vectors."""
    if similarity.endpoint:
        return f" --endpoint {quote(similarity.endpoint)}"
    return "" if similarity.model == DENSE_MODEL else f" --model {quote(similarity.model)}"
