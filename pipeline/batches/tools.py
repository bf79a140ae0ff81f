"""What the traces of a batch are made with, shared by all threads of a process."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pipeline.batches.filters.other_questions import OtherQuestions
from pipeline.core.chain import Tools, no_other_questions
from pipeline.core.config import MethodConfig, SimilarityConfig
from pipeline.core.errors import InvalidConfiguration
from pipeline.core.kg.index import GraphIndex
from pipeline.core.reasoner import Reasoner
from pipeline.core.reasoners.demonstration import DemonstrationReasoner
from pipeline.core.records import Question, ReasonerKind
from pipeline.core.similarity.base import SimilarityBackend
from pipeline.core.similarity.dense import open_dense, open_vectors
from pipeline.core.similarity.registry import make_similarity
from pipeline.endpoints.embeddings import vectors_name
from pipeline.endpoints.readiness import require_ready
from pipeline.endpoints.registry import open_model
from pipeline.ledger.budgets import TokenEstimator
from pipeline.ledger.call import ItemCalls
from pipeline.ledger.embeddings import MentionEncoders
from pipeline.ledger.ledgered_model import LedgeredModel
from pipeline.ledger.prices import price_now
from pipeline.models import Batch, Endpoint, Trace
from pipeline.sources.open_graphs import MAX_OPEN_GRAPHS, open_graph, vectors_folder


@lru_cache(maxsize=MAX_OPEN_GRAPHS)
def _similarity(graph: GraphIndex, vectors: Path, config: SimilarityConfig) -> SimilarityBackend:
    return make_similarity(graph, config, vectors)


# A trace's reasoner and its second reader.
ReasonersFor = Callable[[Trace, ItemCalls], tuple[Reasoner, Reasoner]]
SimilarityFor = Callable[[Trace, ItemCalls], SimilarityBackend]


@dataclass(frozen=True)
class BatchTools:
    """Configuration, graph, similarity backends and reasoners of a batch."""

    config: MethodConfig
    graph: GraphIndex
    similarity_for: SimilarityFor
    reasoners_for: ReasonersFor
    other_questions: Callable[[Question], Iterable[Question]] = no_other_questions

    def for_trace(self, trace: Trace, calls: ItemCalls) -> Tools:
        """The tools of one trace; `calls` tells afterwards how its calls went."""
        reasoner, reader = self.reasoners_for(trace, calls)
        return Tools(
            graph=self.graph,
            similarity=self.similarity_for(trace, calls),
            reasoner=reasoner,
            second_reader=reader,
            other_questions=self.other_questions,
        )


def open_tools(batch: Batch) -> BatchTools:
    """Open what a batch's traces are made with.

    Raises InvalidConfiguration when its endpoints may not be asked or are no longer those it
    began with, or when the method is no longer what it was then, and SimilarityUnavailable when
    the similarity backend lacks what it needs.
    """
    if batch.is_imported:
        raise InvalidConfiguration("The batch was imported: nothing of it can be made here.")
    row, config = batch.graph, MethodConfig.from_json(batch.config)
    if config.fingerprint != batch.config_fingerprint:
        raise InvalidConfiguration(
            "The batch was begun with an earlier version of the method: start a new batch."
        )
    graph = open_graph(row)
    demonstration = config.reasoner_kind is ReasonerKind.DEMONSTRATION
    reasoners_for = _by_rules(graph) if demonstration else _by_models(batch, config)
    if batch.embeddings_endpoint is not None:
        similarity_for = _by_endpoint(batch, batch.embeddings_endpoint, graph, config.similarity)
    else:
        similarity = _similarity(graph, vectors_folder(row), config.similarity)
        similarity_for = lambda trace, calls: similarity  # noqa: E731
    others = OtherQuestions(batch, config)
    return BatchTools(config, graph, similarity_for, reasoners_for, others)


def require_endpoints(batch: Batch) -> None:
    """Whether its endpoints may be asked, and are those it began with. Raises as `open_tools`.

    Nothing is opened and nothing is asked.
    """
    model = batch.config["model"]
    began_with = (
        (batch.reasoner_endpoint, batch.reasoner_base_url, model["reasoner"]),
        (batch.reader_endpoint, batch.reader_base_url, model["second_reader"]),
    )
    for endpoint, base_url, name in began_with:
        if endpoint is not None:
            require_ready(endpoint, question_set=batch.question_set)
            _require_unchanged(endpoint, base_url, endpoint.model, name)
    if (embeddings := batch.embeddings_endpoint) is not None:
        require_ready(embeddings, question_set=batch.question_set)
        named = batch.config["similarity"]["model"]
        _require_unchanged(embeddings, batch.embeddings_base_url, vectors_name(embeddings), named)


def _by_endpoint(
    batch: Batch, endpoint: Endpoint, graph: GraphIndex, config: SimilarityConfig
) -> SimilarityFor:
    """The graph's vectors, and for each trace an encoder whose calls are the trace's own."""
    _require_unchanged(endpoint, batch.embeddings_base_url, vectors_name(endpoint), config.model)
    folder = vectors_folder(batch.graph)
    encoders = MentionEncoders(batch, endpoint, open_vectors(graph, folder, config.model).summary)
    similarity = open_dense(graph, folder, config.model, encoders.opening)
    return lambda trace, calls: similarity.encoding_with(encoders.for_trace(trace, calls))


def _by_rules(graph: GraphIndex) -> ReasonersFor:
    reasoner = DemonstrationReasoner(graph)
    return lambda trace, calls: (reasoner, reasoner)


def _by_models(batch: Batch, config: MethodConfig) -> ReasonersFor:
    # It loads the prompts and their engine: only workers of language models need them.
    from pipeline.core.reasoners.language_model.reasoner import LanguageModelReasoner

    models = (
        _ledgered(batch, batch.reasoner_endpoint, batch.reasoner_base_url, config.model.reasoner),
        _ledgered(batch, batch.reader_endpoint, batch.reader_base_url, config.model.second_reader),
    )

    def reasoners_for(trace: Trace, calls: ItemCalls) -> tuple[Reasoner, Reasoner]:
        reasoner, reader = (
            LanguageModelReasoner(
                model.for_item(trace, calls), config.model, sample_index=trace.sample_index
            )
            for model in models
        )
        return reasoner, reader

    return reasoners_for


def _ledgered(batch: Batch, endpoint: Endpoint | None, base_url: str, model: str) -> LedgeredModel:
    if endpoint is None:
        raise InvalidConfiguration("The batch names no endpoint for its language model.")
    _require_unchanged(endpoint, base_url, endpoint.model, model)
    return LedgeredModel(
        open_model(endpoint, question_set=batch.question_set),
        item=None,
        replay=batch.replay,
        served_by=endpoint,
        price=price_now(endpoint),
        token_estimator=TokenEstimator.from_ledger(batch, endpoint),
    )


def _require_unchanged(endpoint: Endpoint, base_url: str, model_now: str, model: str) -> None:
    if (endpoint.base_url, model_now) != (base_url, model):
        raise InvalidConfiguration(
            f"The endpoint {endpoint} is no longer what the batch began with "
            f"({model} at {base_url}): change it back, or start a new batch."
        )
