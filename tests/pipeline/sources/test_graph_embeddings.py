"""Embedding a graph by command, and what a dense batch does with and without it."""

import shutil
from dataclasses import replace
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from pipeline.batches import lifecycle
from pipeline.core.config import SimilarityConfig, preset
from pipeline.core.embeddings.node_vectors import folder_of
from pipeline.core.errors import SimilarityUnavailable
from pipeline.core.similarity import dense
from pipeline.jobs.lifecycle import resume_job
from pipeline.models import Batch, Event
from pipeline.sources import graph_embeddings, open_graphs, vectors_at_hand
from tests import factories
from tests.factories.encoders import Letters, tiny_model

pytestmark = pytest.mark.django_db
MODEL = "someone/letters"


@pytest.fixture
def letters(monkeypatch):
    """The model MODEL is there, and so is the extra."""
    monkeypatch.setattr(dense, "require_extra", lambda: None)
    monkeypatch.setattr(vectors_at_hand, "extra_is_installed", lambda: True)
    monkeypatch.setattr(dense, "load_encoder", lambda model, revision: Letters())
    monkeypatch.setattr(graph_embeddings, "load_encoder", lambda model, download: Letters())


def run(*arguments, **options):
    out = StringIO()
    call_command(*arguments, stdout=out, **options)
    return out.getvalue()


def dense_batch(graph, model=MODEL):
    similarity = SimilarityConfig(backend="dense", model=model)
    return lifecycle.start_batch(
        factories.question_set(2, name=f"{graph.name}-questions"),
        knowledge_graph=graph,
        config=replace(preset("demonstration"), similarity=similarity),
    )


def test_the_command_embeds_once_and_says_so(letters):
    graph = factories.graph()
    output = run("embed_graph", "small", model=MODEL)
    assert "small v1 embedded: 10 names, 26 dimensions, model someone/letters." in output
    assert "already embedded and intact" in run("embed_graph", "small", model=MODEL)
    event = Event.objects.get(action="knowledge_graph.embedded")
    assert (event.subject_id, event.payload["model"]) == (str(graph.pk), MODEL)


def test_damaged_vectors_are_told_and_made_anew_on_request(letters):
    graph = factories.graph()
    run("embed_graph", "small", model=MODEL)
    written = folder_of(open_graphs.vectors_folder(graph), MODEL) / "vectors.npy"
    whole = written.read_bytes()
    written.write_bytes(whole[:-1] + b"?")
    with pytest.raises(CommandError, match="not what was written"):
        run("embed_graph", "small", model=MODEL)
    assert "embedded: 10 names" in run("embed_graph", "small", model=MODEL, anew=True)
    assert written.read_bytes() == whole


def test_a_graph_that_is_not_there_and_a_model_that_is_not_there(monkeypatch):
    with pytest.raises(CommandError, match="no knowledge graph named other"):
        run("embed_graph", "other", model=MODEL)
    factories.graph()

    def no_such_model(model, download):
        raise SimilarityUnavailable(f"The embedding model {model!r} could not be loaded.")

    monkeypatch.setattr(graph_embeddings, "load_encoder", no_such_model)
    with pytest.raises(CommandError, match="could not be loaded"):
        run("embed_graph", "small", model=MODEL)


def test_a_dense_batch_that_loses_its_vectors_pauses_and_goes_on_once_they_are_back(letters):
    graph = factories.graph("dense")
    run("embed_graph", "dense", model=MODEL)
    batch = dense_batch(graph)
    shutil.rmtree(open_graphs.vectors_folder(graph))
    assert lifecycle.run_batch(batch) == 0
    batch.refresh_from_db()
    assert batch.state == Batch.State.PAUSED
    assert batch.pause_reason == (
        f"The graph has no vectors of the model {MODEL!r} yet: run manage.py embed_graph."
    )
    assert not batch.traces.exclude(state="pending").exists()
    run("embed_graph", "dense", model=MODEL)
    resume_job(batch)
    assert lifecycle.run_batch(batch) == 2
    batch.refresh_from_db()
    assert batch.state == Batch.State.FINISHED


@pytest.mark.requires("embeddings")
def test_a_dense_batch_runs_on_a_real_model_of_random_weights(tmp_path):
    model = tiny_model(tmp_path)
    graph = factories.graph("tiny")
    output = run("embed_graph", "tiny", model=model)
    assert "16 dimensions" in output
    batch = dense_batch(graph, model)
    assert lifecycle.run_batch(batch) == 2
