"""The knowledge graph opened from its index: nodes, names, edges."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.core.kg.index import GraphIndex, build_index
from pipeline.core.records import Edge, Node, NodeType, Polarity, SearchLayer
from tests.factories.kg import open_kg, write_kg

NODES = {
    40: ("disease", "Asthma"),
    5: ("effect/phenotype", "asthma"),
    12: ("drug", "Salbutamol"),
    77: ("drug", "Fenoterol"),
    3: ("anatomy", "lungs"),
    9: ("gene/protein", "NA"),
    50: ("disease", "long QT syndrome", "1_2", "MONDO_grouped"),
}
EDGES = [
    (12, 40, "indication", "indication"),
    (12, 40, "contraindication", "contraindication"),
    (77, 12, "drug_drug", "synergistic interaction"),
    (9, 3, "anatomy_protein_present", "expression present"),
    (40, 5, "disease_phenotype_positive", "phenotype present"),
    (50, 40, "disease_disease", "parent-child"),
    (9, 9, "protein_protein", "ppi"),
]


@pytest.fixture
def graph(tmp_path):
    return open_kg(tmp_path, NODES, EDGES)


def test_nodes_keep_index_identifier_name_type_and_source(graph):
    assert graph.node(9) == Node(9, "id9", "NA", NodeType.GENE_PROTEIN, "NCBI")
    assert graph.node(50).grouped
    assert 50 in graph
    assert np.int64(50) in graph
    assert 0 not in graph
    assert 10**12 not in graph
    with pytest.raises(KeyError, match="no node 4"):
        graph.node(4)


def test_same_named_nodes_of_two_types_are_both_found(graph):
    assert graph.nodes_named("ASTHMA (disease)") == (5, 40)
    assert graph.nodes_named("na") == (9,)
    assert graph.nodes_named("lung") == (3,)
    assert graph.nodes_named("asthm") == ()
    assert graph.nodes_named("") == ()
    assert graph.normalised_name(40) == "asthma"
    assert graph.longest_name_words == 3


def test_names_whose_hashes_collide_stay_apart(tmp_path, monkeypatch):
    monkeypatch.setattr("pipeline.core.kg.name_index.name_hash", lambda name: 7)
    graph = open_kg(tmp_path, NODES, EDGES)
    assert graph.nodes_named("asthma") == (5, 40)
    assert graph.nodes_named("asthm") == ()


def test_parallel_edges_keep_relation_direction_and_polarity(graph):
    expected = (
        Edge(12, 40, "contraindication", "contraindication", Polarity.NEGATIVE),
        Edge(12, 40, "indication", "indication", Polarity.SUPPORTING),
    )
    assert graph.edges_between(12, 40) == graph.edges_between(40, 12) == expected
    assert graph.edges_between(np.int64(40), 50)[0].head == 50
    assert graph.edges_between(12, 3) == graph.edges_between(9, 9) == ()


def test_edge_ends_are_plain_integers(graph):
    edge = graph.edges_between(np.int64(12), np.int64(40))[0]
    assert type(edge.head) is type(edge.tail) is int


def test_neighbours_are_distinct_and_the_specific_layer_leaves_generic_relations_out(graph):
    assert graph.neighbours(12) == (40, 77)
    assert graph.neighbours(12, SearchLayer.SPECIFIC) == (40,)
    assert graph.degree(12) == 2
    assert graph.neighbours(3, SearchLayer.SPECIFIC) == ()


def test_indices_by_type(graph):
    assert graph.indices_of_type(NodeType.DRUG).tolist() == [12, 77]
    assert graph.indices_of_type(NodeType.EXPOSURE).tolist() == []
    assert graph.indices_of_type(None).tolist() == sorted(NODES)


def test_summary_counts(tmp_path):
    source = write_kg(tmp_path / "kg.csv", NODES, [*EDGES, EDGES[0]])
    summary = build_index(source, tmp_path / "graph")
    assert (summary.node_count, summary.edge_count, summary.row_count) == (7, 6, 16)
    assert (summary.dropped_self_loops, summary.dropped_duplicates) == (2, 2)
    assert summary.nodes_by_type["drug"] == 2
    assert summary.rows_by_relation["indication/indication"] == 2
    assert sum(summary.rows_by_relation.values()) == 12
    assert GraphIndex.open(tmp_path / "graph").summary == summary


def test_arrays_cannot_be_written(graph):
    with pytest.raises(ValueError, match="read-only"):
        graph.indices_of_type(None)[0] = 1


def test_threads_read_alike(graph):
    with ThreadPoolExecutor(4) as pool:
        answers = set(pool.map(lambda _: graph.nodes_named("asthma"), range(200)))
    assert answers == {(5, 40)}


REAL = Path(__file__).parents[4] / "shared" / "data" / "real_kg" / "kg.csv.gz"


@pytest.mark.skipif(not REAL.exists(), reason="the development graph is not beside this checkout")
def test_a_mid_size_graph_is_read_whole(tmp_path):
    summary = build_index(REAL, tmp_path / "graph")
    assert (summary.node_count, summary.edge_count) == (46_945, 494_678)
    assert summary.dropped_self_loops == summary.dropped_duplicates == 0
    graph = GraphIndex.open(tmp_path / "graph")
    graph.verify()
    assert len(graph.nodes_named("fever")) >= 1


GENES = {index: ("gene/protein", f"G{index}") for index in range(0, 24, 3)}
PAIRS = st.lists(st.tuples(*[st.sampled_from(sorted(GENES))] * 2), min_size=1, max_size=40)


@settings(max_examples=60, deadline=None)
@given(PAIRS.filter(lambda pairs: any(a != b for a, b in pairs)))
def test_adjacency_holds_exactly_the_pairs_of_the_file(tmp_path_factory, pairs):
    edges = [(a, b, "protein_protein", "ppi") for a, b in pairs]
    graph = open_kg(tmp_path_factory.mktemp("kg"), GENES, edges)
    joined = {frozenset(pair) for pair in pairs if pair[0] != pair[1]}
    degrees = Counter(index for pair in joined for index in pair)
    assert graph.edge_count == len(joined)
    assert all(graph.degree(node) == degrees[node] for pair in pairs for node in pair)
    assert all(bool(graph.edges_between(a, b)) == (a != b) for a, b in pairs)
