"""Embedding a knowledge graph: what a dense batch needs before it can link by similarity."""

import shutil
from collections.abc import Callable

from django.contrib.auth.models import User

from pipeline.core.embeddings.embed import embed
from pipeline.core.embeddings.encoder import NO_PREFIXES, Encoder, Prefixes, load_encoder
from pipeline.core.embeddings.node_vectors import VectorsSummary, folder_of, read_meta, verify
from pipeline.core.errors import ArtefactError
from pipeline.models import Event, KnowledgeGraph
from pipeline.sources.open_graphs import open_graph, vectors_folder

EncoderOfGraph = Callable[[], Encoder]


def embed_graph(
    row: KnowledgeGraph,
    *,
    model: str,
    encoder: EncoderOfGraph | None = None,
    prefixes: Prefixes | None = None,
    dimensions: int | None = None,
    overwrite: bool = False,
    embedded_by: User | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[VectorsSummary, bool]:
    """Write the vectors of all the graph's names by a model, once, and say whether they are new.

    `encoder` gives the model's encoder once it is needed; None: sentence-transformers loads it.
    `prefixes` None: those that its files state. `dimensions` is what the encoder asks its model
    for, None: the model's own. Goes on where an interrupted run stopped; vectors
    that are there are verified, and written again only with `overwrite`. `progress` receives
    names encoded and names in all. Raises SimilarityUnavailable without the embeddings extra or
    the model, ArtefactError for vectors or a graph that are damaged, ReasonerFailure where an
    endpoint does not answer.
    """
    graph, vectors = open_graph(row), vectors_folder(row)
    folder = folder_of(vectors, model)
    if folder.exists() and not overwrite:
        return _verify_vectors(row, model, prefixes, dimensions), False
    opened, own = _opened(model, encoder)
    shutil.rmtree(folder, ignore_errors=True)
    summary = embed(
        graph,
        vectors,
        model=model,
        encoder=opened,
        prefixes=prefixes or own,
        shortened=dimensions is not None,
        progress=progress,
    )
    Event.objects.record(
        "knowledge_graph.embedded",
        row,
        by=embedded_by,
        model=model,
        revision=summary.revision,
        dimension=summary.dimension,
        query_prefix=summary.query_prefix,
        document_prefix=summary.document_prefix,
    )
    return summary, True


def _opened(model: str, encoder: EncoderOfGraph | None) -> tuple[Encoder, Prefixes]:
    if encoder is not None:
        return encoder(), NO_PREFIXES
    loaded = load_encoder(model, download=True)
    return loaded, loaded.own_prefixes


def _verify_vectors(
    row: KnowledgeGraph, model: str, prefixes: Prefixes | None, dimensions: int | None
) -> VectorsSummary:
    """The vectors that are there, if they are whole and those asked for. Raises ArtefactError."""
    folder = folder_of(vectors_folder(row), model)
    verify(folder)
    summary, _ = read_meta(folder)
    if summary.graph_checksum != row.checksum:
        raise ArtefactError(f"The vectors {folder.name} belong to another graph.")
    made_with = Prefixes(summary.query_prefix, summary.document_prefix)
    if prefixes not in (None, made_with) or dimensions not in (None, summary.dimension):
        raise ArtefactError(
            f"The vectors {folder.name} have {summary.dimension} dimensions, the prefix "
            f"{made_with.query!r} for texts and {made_with.document!r} for names: --anew "
            "replaces them."
        )
    return summary
