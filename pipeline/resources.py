"""Per-process heavy things: open graphs, and what the traces of a batch are made with."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from pipeline.budgets import Density
from pipeline.core.config import MethodConfig, SimilarityConfig
from pipeline.core.errors import InvalidConfiguration
from pipeline.core.kg.index import KnowledgeGraph
from pipeline.core.linking.backends import make_similarity
from pipeline.core.linking.similarity import SimilarityBackend
from pipeline.core.method import Tools
from pipeline.core.reasoner import Reasoner
from pipeline.core.reasoners.demonstration import DemonstrationReasoner
from pipeline.core.records import ReasonerKind
from pipeline.endpoints import open_model
from pipeline.ledger import Course, LedgeredModel
from pipeline.models import Batch, Endpoint, Trace
from pipeline.models import KnowledgeGraph as KnowledgeGraphRow
from pipeline.prices import price_now

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


@lru_cache(maxsize=GRAPHS_OPEN)
def _similarity(folder: Path, checksum: str, config: SimilarityConfig) -> SimilarityBackend:
    return make_similarity(_open(folder, checksum), config, _vectors(folder))


@dataclass(frozen=True)
class Supply:
    """What a batch's traces are made with, shared by all threads but for each trace's calls."""

    config: MethodConfig
    graph: KnowledgeGraph
    similarity: SimilarityBackend
    reasoners_for: Callable[[Trace, Course], tuple[Reasoner, Reasoner]]

    def tools_for(self, trace: Trace, course: Course) -> Tools:
        """The tools of one trace; `course` tells afterwards how its calls went."""
        reasoner, reader = self.reasoners_for(trace, course)
        return Tools(
            graph=self.graph, similarity=self.similarity, reasoner=reasoner, second_reader=reader
        )


def supply_for(batch: Batch) -> Supply:
    """Graph, similarity backend and reasoners of a batch.

    Raises InvalidConfiguration when its endpoints may not be asked or are no longer those it
    began with, and SimilarityUnavailable when the similarity backend lacks what it needs.
    """
    row, config = batch.knowledge_graph, MethodConfig.from_json(batch.config)
    folder = settings.KNOWLEDGE_GRAPH_DIR / row.folder
    graph = _open(folder, row.checksum)
    demonstration = config.reasoner_kind is ReasonerKind.DEMONSTRATION
    reasoners_for = _by_rules(graph) if demonstration else _by_models(batch, config)
    similarity = _similarity(folder, row.checksum, config.similarity)
    return Supply(config, graph, similarity, reasoners_for)


def _by_rules(graph: KnowledgeGraph) -> Callable[[Trace, Course], tuple[Reasoner, Reasoner]]:
    reasoner = DemonstrationReasoner(graph)
    return lambda trace, course: (reasoner, reasoner)


def _by_models(
    batch: Batch, config: MethodConfig
) -> Callable[[Trace, Course], tuple[Reasoner, Reasoner]]:
    # It brings the prompts and their engine: only workers of language models need them.
    from pipeline.core.reasoners.language_model.reasoner import LanguageModelReasoner

    began_with = (
        (batch.reasoner_endpoint, batch.reasoner_base_url, config.model.reasoner),
        (batch.reader_endpoint, batch.reader_base_url, config.model.second_reader),
    )
    models = [_ledgered(batch, *one) for one in began_with]

    def reasoners_for(trace: Trace, course: Course) -> tuple[Reasoner, Reasoner]:
        reasoner, reader = (
            LanguageModelReasoner(
                model.for_trace(trace, course), config.model, sample_index=trace.sample_index
            )
            for model in models
        )
        return reasoner, reader

    return reasoners_for


def _ledgered(batch: Batch, endpoint: Endpoint | None, base_url: str, model: str) -> LedgeredModel:
    if endpoint is None:
        raise InvalidConfiguration("The batch names no endpoint for its language model.")
    if (endpoint.base_url, endpoint.model) != (base_url, model):
        raise InvalidConfiguration(
            f"The endpoint {endpoint} is no longer what the batch began with "
            f"({model} at {base_url}): change it back, or start a new batch."
        )
    return LedgeredModel(
        open_model(endpoint, question_set=batch.question_set),
        trace=None,
        replay=batch.replay,
        served_by=endpoint,
        price=price_now(endpoint),
        density=Density.of(batch, endpoint),
    )
