"""Per-process heavy things: open graphs and the tools of a batch, shared by all threads."""

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from pipeline.core.config import MethodConfig
from pipeline.core.errors import InvalidConfiguration
from pipeline.core.kg.index import KnowledgeGraph
from pipeline.core.linking.backends import make_similarity
from pipeline.core.method import Tools
from pipeline.core.reasoners.demonstration import DemonstrationReasoner
from pipeline.core.records import ReasonerKind
from pipeline.models import Batch
from pipeline.models import KnowledgeGraph as KnowledgeGraphRow

GRAPHS_OPEN = 4


def graph_of(batch: Batch) -> KnowledgeGraph:
    """The batch's own graph version, opened by memory map.

    Raises ArtefactError when it is not usable, or is no longer the one the batch began with.
    """
    return open_graph(batch.knowledge_graph)


def open_graph(row: KnowledgeGraphRow) -> KnowledgeGraph:
    """The graph a row registers, opened once a process. Raises ArtefactError."""
    return _open(settings.KNOWLEDGE_GRAPH_DIR / row.folder, row.checksum)


def vectors_folder(row: KnowledgeGraphRow) -> Path:
    """Where embedding models' vectors of this graph's names stand: within its own folder."""
    return _vectors(settings.KNOWLEDGE_GRAPH_DIR / row.folder)


def _vectors(folder: Path) -> Path:
    return folder / "vectors"


@lru_cache(maxsize=GRAPHS_OPEN)
def _open(folder: Path, checksum: str) -> KnowledgeGraph:
    return KnowledgeGraph.open(folder, checksum)


def tools_for(batch: Batch) -> Tools:
    """Graph, similarity backend and reasoners of a batch, made once a process.

    Raises InvalidConfiguration when this installation cannot run the batch's reasoner, and
    SimilarityUnavailable when it lacks what the similarity backend needs.
    """
    row = batch.knowledge_graph
    config = MethodConfig.from_json(batch.config)
    return _tools(settings.KNOWLEDGE_GRAPH_DIR / row.folder, row.checksum, config)


@lru_cache(maxsize=GRAPHS_OPEN)
def _tools(folder: Path, checksum: str, config: MethodConfig) -> Tools:
    if config.reasoner_kind is not ReasonerKind.DEMONSTRATION:
        raise InvalidConfiguration("No language model endpoint is set up for this installation.")
    graph = _open(folder, checksum)
    reasoner = DemonstrationReasoner(graph)
    similarity = make_similarity(graph, config.similarity, _vectors(folder))
    return Tools(graph=graph, similarity=similarity, reasoner=reasoner, second_reader=reasoner)
