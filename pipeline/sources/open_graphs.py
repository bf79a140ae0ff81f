"""Open graphs: each registered graph is opened once a process, by memory map."""

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from pipeline.core.kg.index import GraphIndex
from pipeline.models import Batch, KnowledgeGraph

MAX_OPEN_GRAPHS = 4


def graph_of(batch: Batch) -> GraphIndex:
    """The batch's own graph version.

    Raises ArtefactError when it is not usable, or is no longer the one the batch began with.
    """
    return open_graph(batch.knowledge_graph)


def open_graph(row: KnowledgeGraph) -> GraphIndex:
    """The graph a row registers. Raises ArtefactError."""
    return _open(graph_folder(row), row.checksum)


def graph_folder(row: KnowledgeGraph) -> Path:
    """Where the graph's index stands on disk."""
    folder: Path = settings.KNOWLEDGE_GRAPH_DIR / row.folder
    return folder


def vectors_folder(row: KnowledgeGraph) -> Path:
    """Where embedding models' vectors of this graph's names stand: within its own folder."""
    return graph_folder(row) / "vectors"


@lru_cache(maxsize=MAX_OPEN_GRAPHS)
def _open(folder: Path, checksum: str) -> GraphIndex:
    return GraphIndex.open(folder, checksum)
