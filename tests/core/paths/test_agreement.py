"""The search against networkx on a real graph: every count, every path, same-named nodes too."""

import csv
import gzip
import random
from collections import defaultdict
from pathlib import Path

import networkx as nx
import pytest

from pipeline.core.config import SearchConfig
from pipeline.core.kg.index import GraphIndex, build_index
from pipeline.core.paths.search import search_pair

REAL = Path(__file__).parents[4] / "shared" / "data" / "real_kg" / "kg.csv.gz"
EVERY = SearchConfig(two_layers=False, paths_per_pair=10**6, maximum_length=40)
# networkx walks the whole graph once for each source: few of them, with many targets each.
SOURCES, TARGETS = 5, 100


def read_rows():
    """The graph of the file's rows, and the nodes of each name, read without our reader."""
    graph: nx.Graph[int] = nx.Graph()
    named = defaultdict(set)
    with gzip.open(REAL, "rt", encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            x, y = int(row["x_index"]), int(row["y_index"])
            graph.add_edge(x, y)
            named[row["x_name"].lower()].add(x)
    return graph, named


def some_pairs(rows, named):
    """Random pairs, and pairs of nodes that share their name with another."""
    chance, nodes = random.Random(17), sorted(rows)
    shared = [sorted(group) for _, group in sorted(named.items()) if len(group) > 1]
    for number in range(SOURCES):
        group = chance.choice(shared) if shared and number % 3 == 0 else [chance.choice(nodes)]
        source, *targets = group
        targets += chance.sample(nodes, TARGETS)
        targets += chance.choice(shared) if shared else []
        yield source, sorted(set(targets) - {source})


def paths_to(target, before):
    """What nx.all_shortest_paths lists, from one search of networkx for all targets."""
    if target not in before:
        return []
    longer = [path for node in before[target] for path in paths_to(node, before)]
    return [(*path, target) for path in longer] or [(target,)]


@pytest.mark.skipif(not REAL.exists(), reason="the shared real graph is absent")
def test_counts_and_paths_are_those_of_networkx_on_500_pairs_of_a_real_graph(tmp_path):
    build_index(REAL, tmp_path / "graph")
    graph, (rows, named), compared = GraphIndex.open(tmp_path / "graph"), read_rows(), 0
    for source, targets in some_pairs(rows, named):
        before = nx.predecessor(rows, source)
        for target in targets:
            search, paths = search_pair(graph, source, target, EVERY, seed=0)
            assert [path.node_indices for path in paths] == sorted(paths_to(target, before))
            assert search.total == len(paths)
            compared += 1
    assert compared >= 500
