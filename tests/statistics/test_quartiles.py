"""The median's interval between order statistics, against the published ranks."""

import pytest

from pipeline.statistics.quartiles import TOO_FEW, quartiles


@pytest.mark.parametrize(
    ("n", "low", "high"), [(6, 1, 6), (10, 2, 9), (20, 6, 15), (50, 18, 33), (100, 40, 61)]
)
def test_the_ranks_are_those_of_the_tables_for_95_percent(n, low, high):
    median = quartiles(range(1, n + 1)).median
    assert (median.low, median.high, median.n) == (low, high, n)
    assert median.value == (n + 1) / 2


def test_five_values_are_too_few_for_an_interval():
    median = quartiles([3, 1, 2, 5, 4]).median
    assert (median.value, median.low, median.reason) == (3, None, TOO_FEW)


def test_quartiles_hold_the_middle_half():
    result = quartiles([10, 20, 30, 40, 50])
    assert (result.lower, result.upper) == (20, 40)


def test_without_values_there_is_a_reason():
    result = quartiles([])
    assert (result.median.value, result.median.reason) == (None, "no values")
    assert result.lower is None


def test_many_values_do_not_overflow():
    assert quartiles([1.0] * 5000).median.value == 1
