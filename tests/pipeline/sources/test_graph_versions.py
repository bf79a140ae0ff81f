"""Graph versions: what makes one, what becomes of a damaged one, and of its batches."""

import pytest
from django.urls import reverse

from pipeline import store
from pipeline.batches import lifecycle, tools
from pipeline.core.config import preset
from pipeline.core.errors import ArtefactError
from pipeline.models import Batch, Event, KnowledgeGraph, Trace
from pipeline.sources import open_graphs
from pipeline.sources.knowledge_graphs import load_graph
from tests import actors, factories
from tests.factories import EDGES, NODES
from tests.factories.kg import write_kg, write_synonyms

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def graphs(settings, tmp_path):
    settings.KNOWLEDGE_GRAPH_DIR = tmp_path / "graphs"
    return settings.KNOWLEDGE_GRAPH_DIR


@pytest.fixture
def source(tmp_path):
    return write_kg(tmp_path / "kg.csv", NODES, EDGES)


def test_the_same_file_with_other_synonyms_is_another_version(source, tmp_path):
    one = write_synonyms(tmp_path / "one.csv", [(1, "albuterol")])
    other = write_synonyms(tmp_path / "other.csv", [(1, "albuterol"), (7, "migraine")])
    loads = [load_graph(source, name="g", synonyms=file) for file in (None, one, other, one, None)]
    assert [(row.version, is_new) for row, is_new in loads] == [
        (1, True),
        (2, True),
        (3, True),
        (2, False),
        (1, False),
    ]
    assert len({row.checksum for row, _ in loads}) == 3


@pytest.mark.parametrize("damage", ["changed", "cut", "gone"])
def test_a_damaged_artefact_is_built_anew_by_loading_its_file_again(source, graphs, damage):
    row, _ = load_graph(source, name="g")
    damaged = graphs / row.folder
    codes = (damaged / "codes.npy").read_bytes()
    (damaged / "codes.npy").unlink()
    if damage != "gone":
        other = codes[:-1] + b"\x7f" if damage == "changed" else codes[:-1]
        (damaged / "codes.npy").write_bytes(other)
    again, is_new = load_graph(source, name="g")
    assert (again.pk, again.checksum, is_new) == (row.pk, row.checksum, False)
    assert [folder.name for folder in graphs.iterdir()] == [again.folder] != [row.folder]
    assert (graphs / again.folder / "codes.npy").read_bytes() == codes
    assert Event.objects.filter(action="knowledge_graph.restored").count() == 1


def test_an_artefact_of_another_format_stays_its_version_and_a_new_one_is_made(source, monkeypatch):
    with monkeypatch.context() as before:
        for module in ("artefact", "build"):
            before.setattr(f"pipeline.core.kg.{module}.FORMAT_VERSION", 1)
        load_graph(source, name="g")
    row, is_new = load_graph(source, name="g")
    assert (row.version, is_new) == (2, True)
    assert KnowledgeGraph.objects.filter(name="g").count() == 2


def begin(graph: KnowledgeGraph) -> Batch:
    questions = factories.question_set(2)
    return lifecycle.start_batch(questions, knowledge_graph=graph, config=preset("demonstration"))


def test_a_batch_goes_on_with_its_own_version_while_another_is_loaded(source, tmp_path):
    first, _ = load_graph(source, name="g")
    batch = begin(first)
    graph = open_graphs.batch_graph(batch)
    second = write_kg(tmp_path / "second.csv", NODES, EDGES[:-1])
    assert load_graph(second, name="g")[0].version == 2
    assert open_graphs.batch_graph(batch) is graph
    lifecycle.run_batch(batch)
    records = [store.trace_record(row) for row in batch.traces.all()]
    assert {record.graph_checksum for record in records} == {first.checksum}


def test_a_batch_whose_graph_was_replaced_pauses_and_stays_readable(source, tmp_path, graphs):
    first, _ = load_graph(source, name="g")
    batch_ = begin(first)
    lifecycle.run_batch(batch_)
    second, _ = load_graph(write_kg(tmp_path / "second.csv", NODES, EDGES[:-1]), name="g")
    (graphs / first.folder).rename(tmp_path / "away")
    (graphs / second.folder).rename(graphs / first.folder)
    open_graphs._open.cache_clear()
    tools._similarity.cache_clear()
    with pytest.raises(ArtefactError, match=f"was replaced: it holds {second.checksum[:12]}"):
        open_graphs.batch_graph(batch_)
    questions = batch_.question_set
    later = lifecycle.start_batch(
        questions, knowledge_graph=first, config=preset("demonstration"), name="later"
    )
    assert lifecycle.run_batch(later) == 0
    later.refresh_from_db()
    assert later.state == Batch.State.PAUSED
    assert "was replaced" in later.pause_reason
    assert later.traces.filter(state=Trace.State.PENDING).count() == 2
    lead = actors.signed_in(actors.lead())
    for row in batch_.traces.all():
        assert lead.get(reverse("pipeline:trace", args=[row.key])).status_code == 200
        assert store.trace_record(row).graph_checksum == first.checksum
