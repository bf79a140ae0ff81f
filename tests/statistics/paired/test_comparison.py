"""Differences over questions and of independent estimates: published figures, sign, coverage."""

import numpy as np
import pytest
from scipy.stats import binomtest  # type: ignore[import-untyped]

from pipeline.statistics.comparison import (
    independent_difference,
    mean_difference,
    question_share,
    share_difference,
    sign_test,
)
from pipeline.statistics.estimate import Estimate, OnceSettled, undefined
from pipeline.statistics.intervals import proportion


def cells(both: int, first: int, second: int, neither: int) -> tuple[np.ndarray, np.ndarray]:
    ones = [1.0] * (both + first) + [0.0] * (second + neither)
    others = [1.0] * both + [0.0] * first + [1.0] * second + [0.0] * neither
    return np.array(ones), np.array(others)


def test_one_sample_a_question_has_newcombe_s_published_interval():
    result = share_difference(*cells(36, 12, 2, 0))
    assert result.value == pytest.approx(0.2)
    assert (result.low, result.high) == pytest.approx((0.0569, 0.3404), abs=5e-4)


def test_two_identical_runs_differ_by_nothing_and_the_interval_is_honest():
    for shares in (np.array([1.0, 0.0] * 20), np.array([0.5, 1.0, 0.25, 0.0] * 10)):
        result = share_difference(shares, shares)
        assert result.value == 0
        assert result.low < 0 < result.high
        assert result.high - result.low > 0.02
    seconds = np.array([3.0, 4.5, 2.0])
    same = mean_difference(seconds, seconds)
    assert (same.value, same.low) == (0, None)
    assert "same in every question" in same.reason


def test_samples_of_a_question_are_one_observation():
    """Four samples of each of twenty questions are no eighty independent pairs."""
    rng = np.random.default_rng(2)
    first, second = rng.choice([0.0, 0.25, 0.5, 1.0], 20), rng.choice([0.0, 0.5, 0.75], 20)
    result = share_difference(first, second)
    assert result.n == 20
    assert result.value == pytest.approx((first - second).mean())
    assert question_share(first).n == 20


@pytest.mark.parametrize(("one", "other"), [(7, 1), (0, 0), (3, 3), (12, 2), (400, 460)])
def test_the_sign_test_is_exact(one, other):
    first, second = cells(5, one, other, 5)
    expected = binomtest(one, one + other, 0.5).pvalue if one + other else 1.0
    assert sign_test(first, second) == pytest.approx((one, other, expected))


def test_a_planted_difference_of_shares_is_recovered():
    held, truth = 0, 0.15
    for seed in range(400):
        rng = np.random.default_rng(seed)
        easy = rng.uniform(size=120)
        first = (easy < 0.65).astype(float)
        second = np.where(rng.uniform(size=120) < 0.8, easy < 0.5, rng.uniform(size=120) < 0.5)
        result = share_difference(first, second.astype(float))
        held += result.low <= truth <= result.high
    assert held / 400 >= 0.93


def test_independent_shares_have_newcombe_s_interval():
    # Newcombe (1998), independent proportions, method 10: 56/70 less 48/80.
    result = independent_difference(proportion(56, 70), proportion(48, 80))
    assert result.value == pytest.approx(0.2)
    assert (result.low, result.high) == pytest.approx((0.0524, 0.3339), abs=5e-4)


def test_the_difference_turns_its_sign_and_says_what_is_missing():
    one, other = Estimate(0.6, 0.5, 0.7, 100), Estimate(0.4, 0.35, 0.5, 50)
    there, back = independent_difference(one, other), independent_difference(other, one)
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low))
    assert there.n == 50
    assert independent_difference(one, undefined("nothing graded")).reason == "nothing graded"
    bare = independent_difference(one, Estimate(0.4, n=50, reason="no interval here"))
    assert bare.value == pytest.approx(0.2)
    assert bare.low is None
    assert bare.reason == "no interval here"


def test_what_waits_on_either_side_opens_the_difference():
    one = Estimate(0.6, 0.5, 0.7, 100, once_settled=OnceSettled(4, 0.55, 0.65))
    settled = independent_difference(one, Estimate(0.4, 0.3, 0.5, 80)).once_settled
    assert settled.waiting == 4
    assert (settled.lowest, settled.highest) == pytest.approx((0.15, 0.25))
