"""Loading graphs: a file becomes a registered version, once, or nothing at all."""

import hashlib
from pathlib import Path

import pytest
from django.conf import settings
from django.db import DatabaseError

from pipeline.core.errors import SourceFileError
from pipeline.core.kg.index import GraphIndex
from pipeline.models import Event, KnowledgeGraph
from pipeline.sources import knowledge_graphs
from pipeline.sources.knowledge_graphs import latest_graph, load_graph
from tests import actors
from tests.factories import EDGES, NODES
from tests.factories.kg import kg_rows, rows_as_text, write_kg

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def graph_folder(settings, tmp_path: Path) -> Path:
    settings.KNOWLEDGE_GRAPH_DIR = tmp_path / "graphs"
    return tmp_path / "graphs"


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    return write_kg(tmp_path / "kg.csv", NODES, EDGES)


def artefacts() -> list[Path]:
    folder = settings.KNOWLEDGE_GRAPH_DIR
    return sorted(folder.iterdir()) if folder.exists() else []


def test_a_file_becomes_version_1_with_checksums_and_counts(csv):
    row, is_new = load_graph(csv, name="small")
    assert (is_new, row.version, row.source_file) == (True, 1, "kg.csv")
    assert row.source_checksum == hashlib.sha256(csv.read_bytes()).hexdigest()
    assert (row.node_count, row.edge_count, row.row_count) == (10, 10, 20)
    assert row.nodes_by_type == {"disease": 3, "drug": 4, "effect/phenotype": 3}
    assert row.rows_by_relation["contraindication/contraindication"] == 4
    assert sum(row.rows_by_relation.values()) == row.row_count


def test_the_artefact_named_by_the_row_opens_and_is_what_was_built(csv):
    row, _ = load_graph(csv, name="small")
    index = GraphIndex.open(settings.KNOWLEDGE_GRAPH_DIR / row.folder)
    index.verify()
    assert index.checksum == row.checksum


def test_the_same_file_again_is_the_same_version(csv):
    first, _ = load_graph(csv, name="small")
    again, is_new = load_graph(csv, name="small")
    assert (again, is_new) == (first, False)
    assert len(artefacts()) == 1


def test_another_file_is_the_next_version_and_the_first_one_stays(csv, tmp_path):
    first, _ = load_graph(csv, name="small")
    second, _ = load_graph(write_kg(tmp_path / "kg2.csv", NODES, EDGES[:-1]), name="small")
    assert (second.version, second.checksum != first.checksum) == (2, True)
    assert latest_graph("small") == second
    assert len(artefacts()) == 2


def test_the_same_file_under_another_name_is_another_graph(csv):
    load_graph(csv, name="one")
    other, is_new = load_graph(csv, name="two")
    assert (is_new, other.version) == (True, 1)
    assert latest_graph("three") is None


def broken(tmp_path: Path, change: str) -> Path:
    path = tmp_path / "kg.csv"
    rows = kg_rows(NODES, EDGES, reverse=change != "reverse missing")
    text = rows_as_text(rows)
    if change == "cut off":
        text = text[: len(text) * 2 // 3]
    if change == "unknown type":
        text = text.replace("effect/phenotype", "effect")
    path.write_text("" if change == "empty" else text)
    return path


@pytest.mark.parametrize("change", ["reverse missing", "cut off", "unknown type", "empty"])
def test_a_broken_file_leaves_neither_row_nor_folder(tmp_path, change):
    with pytest.raises(SourceFileError, match=r"kg\.csv"):
        load_graph(broken(tmp_path, change), name="small")
    assert not KnowledgeGraph.objects.exists()
    assert artefacts() == []


def test_a_row_that_cannot_be_saved_leaves_no_folder(csv, monkeypatch):
    def refuse(*_: object) -> None:
        raise DatabaseError("full")

    monkeypatch.setattr(knowledge_graphs, "_register", refuse)
    with pytest.raises(DatabaseError):
        load_graph(csv, name="small")
    assert artefacts() == []


def test_loading_is_in_the_audit_and_progress_is_told(csv):
    reports: list[tuple[int, int]] = []
    lead = actors.lead()
    row, _ = load_graph(csv, name="small", loaded_by=lead, progress=lambda *at: reports.append(at))
    event = Event.objects.get(action="knowledge_graph.loaded")
    assert (event.actor, event.payload["checksum"]) == (lead, row.checksum)
    assert reports[-1] == (csv.stat().st_size, csv.stat().st_size)
