"""The path search against networkx, and what the configuration allows."""

import itertools

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.core.config import SearchConfig
from pipeline.core.errors import InvalidConfiguration
from pipeline.core.kg.relations import spec_of
from pipeline.core.paths.search import search_pair
from pipeline.core.records import NodeType, PairSearch, SearchLayer
from tests.factories.kg import open_kg

KINDS = ("drug", "disease", "gene/protein", "anatomy")
NODES = {index * 5: (KINDS[index % 4], f"N{index}") for index in range(12)}
RELATIONS = {
    ("drug", "disease"): (("indication", "indication"), ("contraindication", "contraindication")),
    ("drug", "drug"): (("drug_drug", "synergistic interaction"),),
    ("drug", "gene/protein"): (("drug_protein", "target"), ("drug_protein", "enzyme")),
    ("disease", "disease"): (("disease_disease", "parent-child"),),
    ("gene/protein", "gene/protein"): (("protein_protein", "ppi"),),
    ("gene/protein", "disease"): (("disease_protein", "associated with"),),
    ("anatomy", "gene/protein"): (
        ("anatomy_protein_present", "expression present"),
        ("anatomy_protein_absent", "expression absent"),
    ),
    ("anatomy", "anatomy"): (("anatomy_anatomy", "parent-child"),),
}
POSSIBLE_EDGES = [
    (x, y, *relation)
    for x, y in itertools.product(NODES, NODES)
    for relation in RELATIONS.get((NODES[x][0], NODES[y][0]), ())
]
ALL = SearchConfig(two_layers=False, paths_per_pair=10_000, maximum_length=12)


@st.composite
def configurations(draw):
    names = sorted({edge[2] for edge in POSSIBLE_EDGES})
    return SearchConfig(
        two_layers=draw(st.booleans()),
        paths_per_pair=10_000,
        maximum_length=draw(st.integers(1, 6)),
        negative_edges=draw(st.sampled_from(["mark", "exclude"])),
        relations=tuple(draw(st.sets(st.sampled_from(names)))),
        node_types=tuple(draw(st.sets(st.sampled_from([NodeType(kind) for kind in KINDS])))),
    )


def _expected(edges, start, goal, config, *, specific):
    """All shortest node sequences by networkx, over the graph that the configuration leaves."""
    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from([start, goal])
    for x, y, relation, display in edges:
        spec = spec_of(relation, display)
        allowed = not config.relations or relation in config.relations
        allowed &= not (spec.negative and config.negative_edges == "exclude")
        allowed &= not (spec.generic and specific)
        for node in (x, y):
            if config.node_types and node not in (start, goal):
                allowed &= NODES[node][0] in config.node_types
        if allowed and x != y:
            graph.add_edge(x, y)
    try:
        paths = sorted(tuple(path) for path in nx.all_shortest_paths(graph, start, goal))
    except nx.NetworkXNoPath:
        return []
    return [path for path in paths if len(path) - 1 <= config.maximum_length]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from(POSSIBLE_EDGES), min_size=1, max_size=45),
    configurations(),
    st.randoms(use_true_random=False),
)
def test_finds_exactly_the_shortest_paths_of_networkx(tmp_path_factory, edges, config, chance):
    edges = [*edges, (0, 5, "indication", "indication")]  # a graph has an edge besides loops
    graph = open_kg(tmp_path_factory.mktemp("kg"), NODES, edges)
    start, goal = chance.sample([node for node in NODES if node in graph], 2)
    specific = _expected(edges, start, goal, config, specific=True) if config.two_layers else []
    expected = specific or _expected(edges, start, goal, config, specific=False)
    search, paths = search_pair(graph, start, goal, config, seed=1)
    assert [path.node_indices for path in paths] == expected
    assert search.total == search.drawn == len(expected)
    assert search.distance == (len(expected[0]) - 1 if expected else None)
    layer = SearchLayer.SPECIFIC if specific else SearchLayer.WHOLE
    assert search.layer == (layer if expected else None)
    assert {path.layer for path in paths} <= {search.layer}


@pytest.fixture
def graph(tmp_path):
    edges = [
        (0, 5, "indication", "indication"),
        (0, 5, "contraindication", "contraindication"),
        (0, 20, "drug_drug", "synergistic interaction"),
        (20, 25, "contraindication", "contraindication"),
        (5, 25, "disease_disease", "parent-child"),
        (15, 10, "anatomy_protein_present", "expression present"),
        (15, 10, "anatomy_protein_absent", "expression absent"),
        (30, 30, "protein_protein", "ppi"),
    ]
    return open_kg(tmp_path, NODES, edges)


def test_a_hop_carries_every_parallel_edge_in_either_direction(graph):
    _, (path,) = search_pair(graph, 5, 0, ALL, 0)
    assert [edge.relation for edge in path.edges] == ["contraindication", "indication"]
    assert {(edge.head, edge.tail) for edge in path.edges} == {(0, 5)}
    assert [node.name for node in path.nodes] == ["N1", "N0"]


def test_the_specific_layer_comes_first_and_shows_no_generic_edge(graph):
    config = SearchConfig()
    search, paths = search_pair(graph, 0, 25, config, 0)
    assert search.layer is SearchLayer.SPECIFIC
    assert [path.node_indices for path in paths] == [(0, 5, 25)]
    _, (path,) = search_pair(graph, 15, 10, config, 0)
    assert [edge.relation for edge in path.edges] == ["anatomy_protein_absent"]


def test_the_whole_graph_is_searched_only_where_the_specific_layer_has_no_path(graph):
    far, (detour,) = search_pair(graph, 0, 20, SearchConfig(), 0)
    assert (far.layer, far.distance) == (SearchLayer.SPECIFIC, 3)
    near, (direct,) = search_pair(graph, 0, 20, SearchConfig(maximum_length=2), 0)
    assert (near.layer, near.distance) == (SearchLayer.WHOLE, 1)
    assert (detour.layer, direct.layer) == (far.layer, near.layer)


def test_one_layer_searches_the_whole_graph(graph):
    search, paths = search_pair(graph, 0, 25, ALL, 0)
    assert search.layer is SearchLayer.WHOLE
    assert [path.node_indices for path in paths] == [(0, 5, 25), (0, 20, 25)]


def test_excluded_negative_edges_neither_lead_nor_show(graph):
    config = SearchConfig(two_layers=False, negative_edges="exclude")
    _, paths = search_pair(graph, 0, 25, config, 0)
    assert [path.node_indices for path in paths] == [(0, 5, 25)]
    assert not any(edge.negative for edge in paths[0].edges)
    assert search_pair(graph, 20, 25, config, 0)[0].distance == 3


def test_node_types_bind_in_between_nodes_only(graph):
    config = SearchConfig(two_layers=False, node_types=(NodeType.DRUG,))
    _, paths = search_pair(graph, 0, 25, config, 0)
    assert [path.node_indices for path in paths] == [(0, 20, 25)]


@pytest.mark.parametrize("busy", [(1, 2), (3, 4)])
def test_links_are_read_alike_from_either_level(tmp_path, busy):
    links = [(0, 1), (0, 2), (1, 3), (1, 4), (2, 3), (2, 4), (3, 5), (4, 5)]
    dangling = [(node, 10 * node + extra) for node in busy for extra in range(9)]
    nodes = {node: ("gene/protein", f"G{node}") for link in links + dangling for node in link}
    edges = [(a, b, "protein_protein", "ppi") for a, b in links + dangling]
    _, paths = search_pair(open_kg(tmp_path, nodes, edges), 0, 5, ALL, 0)
    assert [path.node_indices for path in paths] == [
        (0, near, far, 5) for near in (1, 2) for far in (3, 4)
    ]


def test_the_same_node_on_both_sides_has_no_path(graph):
    assert search_pair(graph, 5, 5, ALL, 0) == (PairSearch(5, 5, 0, 0, 0, None), ())


def test_unreachable_and_too_far_are_no_path(graph):
    assert search_pair(graph, 0, 10, ALL, 0) == (PairSearch(0, 10, None, 0, 0, None), ())
    near = SearchConfig(two_layers=False, maximum_length=1)
    assert search_pair(graph, 0, 25, near, 0)[0].distance is None
    assert search_pair(graph, 30, 0, ALL, 0)[0].total == 0


def test_unknown_nodes_and_relations_are_errors(graph):
    with pytest.raises(KeyError):
        search_pair(graph, 0, 1, ALL, 0)
    with pytest.raises(InvalidConfiguration, match="cures"):
        search_pair(graph, 0, 5, SearchConfig(relations=("cures",)), 0)
