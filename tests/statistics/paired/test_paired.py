"""Two outcomes of the same questions: published intervals, clusters, and how often they cover."""

import numpy as np
import pytest

from pipeline.statistics.paired import (
    Pairs,
    clustered_proportion,
    newcombe,
    paired_difference,
    paired_ratio,
)


def pairs(both: int, first: int, second: int, neither: int) -> Pairs:
    """So many pairs of each cell, each of a question of its own."""
    ones = [True] * (both + first) + [False] * (second + neither)
    others = [True] * both + [False] * first + [True] * second + [False] * neither
    return Pairs(np.array(ones), np.array(others), np.arange(len(ones)))


def twice(of: Pairs) -> Pairs:
    """Every pair two times: nothing more is known."""
    return Pairs(*(np.concatenate([part, part]) for part in (of.first, of.second, of.questions)))


@pytest.mark.parametrize(
    ("cells", "low", "high"),
    [
        # Newcombe (1998), method 10.
        ((36, 12, 2, 0), 0.0569, 0.3404),
        # Fagerland, Lydersen and Laake (2014), airway hyper-responsiveness.
        ((1, 1, 7, 12), -0.507, -0.026),
    ],
)
def test_the_difference_has_the_published_interval(cells, low, high):
    assert newcombe(*cells) == pytest.approx((low, high), abs=5e-4)
    result = paired_difference(pairs(*cells))
    assert (result.low, result.high) == pytest.approx((low, high), abs=5e-4)
    assert result.value == pytest.approx((cells[1] - cells[2]) / sum(cells))


def test_where_all_agree_there_still_is_an_interval_around_nothing():
    low, high = newcombe(54, 0, 0, 0)
    assert (low, high) == pytest.approx((-0.0664, 0.0664), abs=5e-5)
    assert newcombe(0, 30, 0, 0)[0] > 0.8
    assert newcombe(0, 1, 0, 0)[1] == 1


def test_swapping_the_two_turns_the_sign():
    low, high = newcombe(12, 9, 3, 7)
    assert newcombe(12, 3, 9, 7) == pytest.approx((-high, -low))


def test_the_ratio_is_nam_and_blackwelders():
    # 2 of 21 against 8 of 21, discordant 1 and 7: log error sqrt(8 / (2 * 8)).
    result = paired_ratio(pairs(1, 1, 7, 12))
    assert (result.value, result.low, result.high) == pytest.approx(
        (0.25, 0.0625, 0.9995), abs=1e-3
    )


def test_a_ratio_without_an_end_is_none():
    assert paired_ratio(pairs(0, 5, 0, 5)).value is None
    nothing = paired_ratio(pairs(0, 0, 5, 5))
    assert (nothing.value, nothing.low) == (0, None)
    alike = paired_ratio(pairs(5, 0, 0, 5))
    assert (alike.value, alike.low, alike.reason) == (1, None, "no pair differs")
    for statistic in (paired_ratio, paired_difference):
        assert statistic(pairs(0, 0, 0, 0)).value is None


def test_the_same_pairs_twice_say_no_more_than_once():
    once = pairs(30, 20, 8, 22)
    for statistic in (paired_difference, paired_ratio):
        first, second = statistic(once), statistic(twice(once))
        assert second.value == pytest.approx(first.value)
        assert second.high - second.low == pytest.approx(first.high - first.low, rel=0.08)
    share = clustered_proportion(once.first, once.questions)
    repeated = twice(once)
    again = clustered_proportion(repeated.first, repeated.questions)
    assert (again.low, again.high) == pytest.approx((share.low, share.high), abs=5e-3)


def test_a_difference_that_does_not_vary_counts_the_questions():
    alike = pairs(20, 0, 0, 10)
    assert paired_difference(twice(alike)).high == pytest.approx(paired_difference(alike).high)


def test_a_share_that_does_not_vary_counts_the_questions():
    questions = np.array([1, 1, 2, 2, 3, 3])
    kept = clustered_proportion(np.ones(6, dtype=bool), questions)
    assert (kept.value, kept.n) == (1, 6)
    assert kept.low == pytest.approx(clustered_proportion(np.ones(3, dtype=bool), np.arange(3)).low)
    assert clustered_proportion(np.array([], dtype=bool), np.array([], dtype=int)).value is None


@pytest.mark.parametrize("repeats", [1, 2])
def test_intervals_cover_a_known_difference_and_ratio(repeats):
    """Questions differ in how readily they are kept, so their repeats are alike."""
    generator, worlds, questions = np.random.default_rng(5), 400, 60
    covered = {"difference": 0, "ratio": 0}
    ids = np.repeat(np.arange(questions), repeats)
    for _ in range(worlds):
        ease = np.repeat(generator.choice([0.3, 0.9], questions), repeats)
        first = generator.random(len(ids)) < ease
        second = generator.random(len(ids)) < ease * 0.5
        seen = Pairs(first, second, ids)
        difference, ratio = paired_difference(seen), paired_ratio(seen)
        covered["difference"] += difference.low <= 0.3 <= difference.high
        covered["ratio"] += ratio.low <= 2 <= ratio.high
    assert all(0.92 <= count / worlds <= 0.99 for count in covered.values()), covered
