"""The median's interval between order statistics, against the published ranks."""

import pytest

from pipeline.statistics.quartiles import TOO_FEW, spread


@pytest.mark.parametrize(
    ("n", "low", "high"), [(6, 1, 6), (10, 2, 9), (20, 6, 15), (50, 18, 33), (100, 40, 61)]
)
def test_the_ranks_are_those_of_the_tables_for_95_percent(n, low, high):
    median = spread(range(1, n + 1)).median
    assert (median.low, median.high, median.n) == (low, high, n)
    assert median.value == (n + 1) / 2


def test_five_values_are_too_few_for_an_interval():
    median = spread([3, 1, 2, 5, 4]).median
    assert (median.value, median.low, median.reason) == (3, None, TOO_FEW)


def test_quartiles_hold_the_middle_half():
    found = spread([10, 20, 30, 40, 50])
    assert (found.lower, found.upper) == (20, 40)


def test_without_values_there_is_a_reason():
    found = spread([])
    assert (found.median.value, found.median.reason) == (None, "no values")
    assert found.lower is None


def test_many_values_do_not_overflow():
    assert spread([1.0] * 5000).median.value == 1
