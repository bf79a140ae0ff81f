"""Embedding a knowledge graph: what a dense batch needs before it can link by similarity."""

import shutil
from collections.abc import Callable

from django.contrib.auth.models import User

from pipeline.core.embeddings.embed import embed
from pipeline.core.embeddings.encoder import load_encoder
from pipeline.core.embeddings.node_vectors import VectorsSummary, folder_of, read_meta, verify
from pipeline.core.errors import ArtefactError
from pipeline.models import Event, KnowledgeGraph
from pipeline.sources.open_graphs import open_graph, vectors_folder


def embed_graph(
    row: KnowledgeGraph,
    *,
    model: str,
    overwrite: bool = False,
    embedded_by: User | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[VectorsSummary, bool]:
    """Write the vectors of all the graph's names by a model, once, and say whether they are new.

    Goes on where an interrupted run stopped; vectors that are there are verified, and written
    again only with `anew`. `progress` receives names encoded and names in all. Raises
    SimilarityUnavailable without the embeddings extra or the model, ArtefactError for vectors
    or a graph that are damaged.
    """
    graph, vectors = open_graph(row), vectors_folder(row)
    folder = folder_of(vectors, model)
    if folder.exists() and not overwrite:
        return _verify_vectors(row, model), False
    encoder = load_encoder(model, download=True)
    shutil.rmtree(folder, ignore_errors=True)
    summary = embed(graph, vectors, model=model, encoder=encoder, progress=progress)
    Event.objects.record(
        "knowledge_graph.embedded",
        row,
        by=embedded_by,
        model=model,
        revision=summary.revision,
        dimension=summary.dimension,
    )
    return summary, True


def _verify_vectors(row: KnowledgeGraph, model: str) -> VectorsSummary:
    folder = folder_of(vectors_folder(row), model)
    verify(folder)
    summary, _ = read_meta(folder)
    if summary.graph_checksum != row.checksum:
        raise ArtefactError(f"The vectors {folder.name} belong to another graph.")
    return summary
