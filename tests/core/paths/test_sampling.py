"""Counting and drawing: every way a level is read, the buffers, uniform and repeatable draws."""

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise, product

import networkx as nx
import pytest

from pipeline.core.config import SearchConfig
from pipeline.core.errors import TooManyPaths
from pipeline.core.paths import sampling
from pipeline.core.paths.search import search_pair
from tests.factories.kg import open_kg

ALL = SearchConfig(two_layers=False, paths_per_pair=100_000, maximum_length=40)
PPI = ("protein_protein", "ppi")


def genes(folder, links):
    """A graph of genes with these links."""
    nodes = {index: ("gene/protein", f"G{index}") for link in links for index in link}
    return open_kg(folder, nodes, [(a, b, *PPI) for a, b in links])


def layered(width, layers):
    """Links of 0, then `layers` layers of `width` nodes, then one last, neighbours all joined."""
    steps = [[0], *(range(1 + width * i, 1 + width * (i + 1)) for i in range(layers))]
    steps.append([1 + width * layers])
    return [link for near, far in pairwise(steps) for link in product(near, far)]


def count_and_paths(graph, pair, config=ALL, seed=0):
    start, goal = pair
    search, paths = search_pair(graph, start, goal, config, seed)
    return search.total, [path.node_indices for path in paths]


@pytest.fixture(scope="module")
def scale_free():
    """3,000 nodes of 3 to some 200 links: hubs, nodes worth a look-up, and nodes read."""
    return nx.barabasi_albert_graph(3000, 3, seed=7)


@pytest.fixture(scope="module")
def graph(scale_free, tmp_path_factory):
    return genes(tmp_path_factory.mktemp("kg"), scale_free.edges)


PAIRS = [tuple(random.Random(seed).sample(range(3000), 2)) for seed in range(150)]
WITH_HUBS = [*PAIRS, *((hub, pair[0]) for hub, pair in zip(range(12), PAIRS, strict=False))]


@pytest.mark.parametrize("pair", [*WITH_HUBS[::12], (0, 1), (2999, 0)])
def test_nodes_of_every_degree_are_read_as_networkx_reads_them(scale_free, graph, pair):
    expected = sorted(map(tuple, nx.all_shortest_paths(scale_free, *pair)))
    assert count_and_paths(graph, pair) == (len(expected), expected)


def test_a_draw_takes_some_of_all_paths(scale_free, graph):
    few = SearchConfig(two_layers=False, paths_per_pair=5)
    for start, goal in PAIRS:
        total, drawn = count_and_paths(graph, (start, goal), few)
        expected = set(map(tuple, nx.all_shortest_paths(scale_free, start, goal)))
        if len(next(iter(expected))) <= 5:  # the maximum length counts edges
            assert total == len(expected)
            assert len(set(drawn)) == len(drawn) == min(5, total)
            assert set(drawn) <= expected


def test_threads_do_not_meet_in_each_others_buffers(graph, tmp_path):
    other = genes(tmp_path, layered(6, 4))
    tasks = [(graph, pair) for pair in PAIRS] + [(other, (0, 25)), (other, (3, 20))] * 40
    random.Random(1).shuffle(tasks)
    alone = [count_and_paths(*task) for task in tasks]
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(lambda task: count_and_paths(*task), tasks * 3)) == alone * 3


def test_marks_of_earlier_searches_are_forgotten_when_epochs_run_out(graph, monkeypatch):
    expected = [count_and_paths(graph, pair) for pair in PAIRS[:20]]
    for _ in range(2):
        monkeypatch.setattr(sampling._buffers, "epoch", sampling.MAX_EPOCH - 100)
        assert [count_and_paths(graph, pair) for pair in PAIRS[:20]] == expected
        assert sampling._buffers.epoch < sampling.MAX_EPOCH - 100


def test_buffers_grow_with_the_links_between_two_levels(tmp_path, monkeypatch):
    graph = genes(tmp_path, layered(60, 2))
    monkeypatch.setattr(sampling, "_buffers", sampling._Buffers())
    total, paths = count_and_paths(graph, (0, 121))
    assert total == len(set(paths)) == 3600
    assert sampling._buffers.capacity >= 3600


@pytest.mark.parametrize("layers", [3, 20])
def test_counts_are_exact_up_to_those_of_machine_integers(tmp_path, layers):
    graph = genes(tmp_path, layered(8, layers))
    goal, few = graph.node_count - 1, SearchConfig(two_layers=False, maximum_length=40)
    total, drawn = count_and_paths(graph, (0, goal), few)
    assert total == 8**layers
    assert drawn == sorted(set(drawn))
    assert len(drawn) == 50
    for path in drawn:
        layer = [-(-node // 8) for node in path]
        assert layer == list(range(layers + 2))
    assert count_and_paths(graph, (0, goal), few) == (total, drawn)
    assert count_and_paths(graph, (0, goal), few, seed=1)[1] != drawn


@pytest.mark.parametrize("layers", [21, 24])
def test_more_paths_than_can_be_counted_are_refused(tmp_path, layers):
    graph = genes(tmp_path, layered(8, layers))
    with pytest.raises(TooManyPaths, match=r"search\.maximum_length"):
        count_and_paths(graph, (0, graph.node_count - 1))


def test_every_path_is_drawn_equally_often_where_both_ends_branch_twice(tmp_path):
    """0 > {1 2} > {3 4 5} > {6 7} > {8 9} > 10, unevenly joined: branches differ in weight."""
    links = [(0, 1), (0, 2), (1, 3), (2, 3), (2, 4), (2, 5), (3, 6), (4, 6), (5, 7), (5, 6)]
    links += [(6, 8), (7, 8), (7, 9), (8, 10), (9, 10)]
    graph = genes(tmp_path, links)
    expected = sorted(map(tuple, nx.all_shortest_paths(nx.Graph(links), 0, 10)))
    one = SearchConfig(two_layers=False, paths_per_pair=1, maximum_length=9)
    drawn = [count_and_paths(graph, (0, 10), one, seed)[1][0] for seed in range(2400)]
    share = 2400 / len(expected)
    chi_square = sum((drawn.count(path) - share) ** 2 / share for path in expected)
    assert set(drawn) == set(expected)
    assert len(expected) == 6
    assert chi_square < 20.5  # 99.9 % of a chi-square with 5 degrees of freedom


def test_hubs_are_joined_by_allowed_relations_alone(tmp_path):
    """A disease that every drug touches: hundreds by contraindication, one by indication."""
    drugs = range(1, 200)
    nodes = {0: ("disease", "D0"), 500: ("disease", "D500")}
    nodes |= {drug: ("drug", f"d{drug}") for drug in drugs}
    edges = [(drug, 0, "contraindication", "contraindication") for drug in drugs]
    edges += [(7, 0, "indication", "indication"), (7, 500, "indication", "indication")]
    edges += [(9, 500, "indication", "indication")]
    graph = open_kg(tmp_path, nodes, edges)
    assert count_and_paths(graph, (0, 500)) == (2, [(0, 7, 500), (0, 9, 500)])
    supporting = SearchConfig(two_layers=False, negative_edges="exclude")
    assert count_and_paths(graph, (0, 500), supporting) == (1, [(0, 7, 500)])


@pytest.fixture
def lopsided(tmp_path):
    """0 -> {1, 2} -> 3..11 -> 12: nine paths through 1, one of the same length through 2."""
    links = [(0, 1), (0, 2), *((1, far) for far in range(3, 12)), (2, 11)]
    return genes(tmp_path, [*links, *((far, 12) for far in range(3, 12))])


def test_every_path_is_drawn_equally_often_not_every_branch(lopsided):
    config = SearchConfig(two_layers=False, paths_per_pair=1)
    drawn = Counter(
        search_pair(lopsided, 0, 12, config, seed)[1][0].node_indices for seed in range(3000)
    )
    assert len(drawn) == 10
    chi_square = sum((count - 300) ** 2 / 300 for count in drawn.values())
    assert chi_square < 27.9  # 99.9 % of a chi-square with 9 degrees of freedom


def test_draws_are_distinct_sorted_and_repeat(lopsided):
    config = SearchConfig(two_layers=False, paths_per_pair=7)
    search, paths = search_pair(lopsided, 0, 12, config, 5)
    indices = [path.node_indices for path in paths]
    assert (search.total, search.drawn) == (10, 7)
    assert indices == sorted(set(indices))
    assert search_pair(lopsided, 0, 12, config, 5) == (search, paths)
    others = {search_pair(lopsided, 0, 12, config, seed)[1] for seed in range(20)}
    assert len(others) > 1


def test_the_seed_is_the_pair_s_own(lopsided):
    config = SearchConfig(two_layers=False, paths_per_pair=3)
    pairs = [(0, 12), (12, 0), (1, 2)]
    alone = {pair: search_pair(lopsided, *pair, config, 1) for pair in pairs}
    assert {pair: search_pair(lopsided, *pair, config, 1) for pair in reversed(pairs)} == alone
    forth = [path.node_indices for path in alone[0, 12][1]]
    back = [path.node_indices[::-1] for path in alone[12, 0][1]]
    assert sorted(back) != forth
