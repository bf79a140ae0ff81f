"""Drawing paths: exactly uniform, repeatable, without listing them all."""

from collections import Counter
from itertools import combinations, pairwise

import numpy as np
import pytest

from pipeline.core.config import SearchConfig
from pipeline.core.paths.levels import Levels, Links
from pipeline.core.paths.sampling import count_paths, draw_ranks
from pipeline.core.paths.search import search_pair
from tests.factories.kg import open_kg


def _chain(edges):
    """A gene graph with nodes 0 .. of the given links."""
    nodes = {index: ("gene/protein", f"G{index}") for pair in edges for index in pair}
    return nodes, [(a, b, "protein_protein", "ppi") for a, b in edges]


@pytest.fixture
def lopsided(tmp_path):
    """0 -> {1, 2} -> 3..11 -> 12: nine paths through 1, one of the same length through 2."""
    edges = [(0, 1), (0, 2), *((1, far) for far in range(3, 12)), (2, 11)]
    return open_kg(tmp_path, *_chain([*edges, *((far, 12) for far in range(3, 12))]))


def test_every_path_is_drawn_equally_often_not_every_branch(lopsided):
    config = SearchConfig(two_layers=False, paths_per_pair=1)
    drawn = Counter(
        search_pair(lopsided, 0, 12, config, seed)[1][0].node_indices for seed in range(3000)
    )
    assert len(drawn) == 10
    chi_square = sum((count - 300) ** 2 / 300 for count in drawn.values())
    assert chi_square < 27.9  # 99.9 % of a chi-square with 9 degrees of freedom


def test_every_set_of_ranks_is_drawn_equally_often():
    drawn = Counter(draw_ranks(5, 2, seed) for seed in range(4000))
    assert set(drawn) == set(combinations(range(5), 2))
    assert sum((count - 400) ** 2 / 400 for count in drawn.values()) < 27.9


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


def test_drawn_ranks_are_the_same_on_every_machine():
    assert draw_ranks(1000, 5, 42) == (25, 114, 281, 654, 759)
    assert draw_ranks(10**30, 2, 42) == (
        176140902141063639299770569303,
        873491343714207852616756591005,
    )


def test_few_paths_are_all_drawn():
    assert draw_ranks(3, 3, 0) == draw_ranks(3, 50, 0) == (0, 1, 2)
    assert draw_ranks(0, 5, 0) == ()


def _full(widths):
    """Levels of these widths with every link between neighbours."""
    nodes = tuple(np.arange(width) + 1000 * level for level, width in enumerate(widths))
    links = tuple(
        Links(np.repeat(np.arange(a), b), np.tile(np.arange(b), a)) for a, b in pairwise(widths)
    )
    return Levels(nodes, links)


def test_ranks_number_the_paths_in_the_order_of_their_nodes():
    counted = count_paths(_full((1, 3, 2, 1)))
    paths = [counted.path(rank) for rank in range(counted.total)]
    assert counted.total == 6
    assert paths == sorted(set(paths))
    assert paths[0] == (0, 1000, 2000, 3000)


@pytest.mark.parametrize("levels", [9, 10, 40])
def test_counts_stay_exact_beyond_machine_integers(levels):
    counted = count_paths(_full((1, *[100] * levels, 1)))
    assert counted.total == 100**levels
    last = counted.path(counted.total - 1)
    assert last[1:-1] == tuple(1000 * level + 99 for level in range(1, levels + 1))
    assert counted.path(0)[1:-1] == tuple(1000 * level for level in range(1, levels + 1))
    assert counted.path(1234 * 100 ** (levels - 2))[1:4] == (1012, 2034, 3000)
