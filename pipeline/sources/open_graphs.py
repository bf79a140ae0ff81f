"""Open graphs: each registered graph is memory-mapped once per process."""

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from pipeline.core.kg.index import GraphIndex
from pipeline.models import Batch, KnowledgeGraph

MAX_OPEN_GRAPHS = 4


def batch_graph(batch: Batch) -> GraphIndex:
    """The batch's own graph version.

    Raises ArtefactError when it is not usable, or is no longer the one the batch began with, and
    ValueError for an imported batch, which has none.
    """
    return open_graph(batch.graph)


def open_graph(row: KnowledgeGraph) -> GraphIndex:
    """The graph a row registers. Raises ArtefactError."""
    return _open(graph_folder(row), row.checksum)


def graph_folder(row: KnowledgeGraph) -> Path:
    """The folder of the graph's index."""
    folder: Path = settings.KNOWLEDGE_GRAPH_DIR / row.folder
    return folder


def vectors_folder(row: KnowledgeGraph) -> Path:
    """The folder of embedding models' vectors for this graph's names, within its own."""
    return graph_folder(row) / "vectors"


@lru_cache(maxsize=MAX_OPEN_GRAPHS)
def _open(folder: Path, checksum: str) -> GraphIndex:
    return GraphIndex.open(folder, checksum)
