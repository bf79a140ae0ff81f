"""Ranks drawn by machine code: distinct, ascending, uniform, the same for a seed everywhere."""

from collections import Counter
from itertools import combinations

import numpy as np
import pytest

from pipeline.core.paths.ranks import _next, sample_ranks


def draw(total, wanted, seed):
    return tuple(sample_ranks(total, wanted, seed.to_bytes(8, "little")).tolist())


def seeds(count):
    return np.random.default_rng(3).integers(0, 2**64, count, np.uint64).tolist()


@pytest.mark.parametrize("total", [3, 50, 1000, 2**31, 2**61 - 1])
@pytest.mark.parametrize("wanted", [1, 2, 50, 300])
def test_ranks_are_distinct_ascending_and_below_the_total(total, wanted):
    for seed in seeds(20):
        drawn = draw(total, wanted, seed)
        assert len(drawn) == min(total, wanted)
        assert list(drawn) == sorted(set(drawn))
        assert 0 <= drawn[0] <= drawn[-1] < total


def test_every_set_is_drawn_equally_often():
    drawn = Counter(draw(5, 2, seed) for seed in seeds(4000))
    assert set(drawn) == set(combinations(range(5), 2))
    assert sum((count - 400) ** 2 / 400 for count in drawn.values()) < 27.9  # 99.9 %, 9 degrees


def test_every_rank_is_drawn_equally_often():
    drawn = Counter(rank for seed in seeds(2000) for rank in draw(40, 20, seed))
    # 20 of 40 without replacement: each count has half a binomial's variance of 2000 draws.
    assert sum((count - 1000) ** 2 / 500 for count in drawn.values()) < 74  # 99.9 %, 39 degrees


def test_large_totals_are_drawn_from_throughout():
    drawn = [draw(2**61 - 1, 1, seed)[0] >> 58 for seed in seeds(4000)]
    assert sum((drawn.count(part) - 500) ** 2 / 500 for part in range(8)) < 24.4


def test_a_seed_draws_the_same_everywhere():
    assert [draw(1000, 5, 42) for _ in range(2)] == [(129, 458, 505, 842, 937)] * 2


def test_the_bits_are_those_of_splitmix64():
    """The first outputs for the seed 1234567 as its reference implementation prints them."""
    state = np.array([1234567], np.uint64)
    with np.errstate(over="ignore"):
        bits = [int(_next.py_func(state)) for _ in range(3)]  # type: ignore[attr-defined]
    assert bits == [6457827717110365317, 3203168211198807973, 9817491932198370423]
