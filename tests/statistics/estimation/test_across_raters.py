"""The share for other raters: what it averages, and when it cannot say."""

import numpy as np
import pytest

from pipeline.statistics.estimation.across_raters import share_across_raters
from pipeline.statistics.estimation.stratified_sample import SampledItem, Stratum, sample_of


def sample(sizes=(30, 10)):
    rows = [
        SampledItem(name, f"{name}{place}", 0.5, None)
        for name, size in zip("ab", sizes, strict=True)
        for place in range(size)
    ]
    return sample_of(
        rows, {name: Stratum(size * 2) for name, size in zip("ab", sizes, strict=True)}
    )


def all_grade(items, raters):
    return np.repeat(np.arange(items), raters), np.tile(np.arange(raters), items)


def test_it_weighs_strata_and_averages_raters():
    item, rater = all_grade(40, 4)
    accepts = np.where(item < 30, rater < 3, rater < 1).astype(float)
    found = share_across_raters(sample(), item, rater, accepts)
    assert found.value == pytest.approx(0.75 * 0.75 + 0.25 * 0.25)
    assert found.n == 40
    assert found.low < found.value < found.high


def test_raters_who_do_not_differ_add_little():
    item, rater = all_grade(40, 12)
    chance = np.random.default_rng(0)
    alike = (np.repeat(chance.uniform(size=40), 12) < 0.6).astype(float)
    apart = (rater < 7).astype(float)
    widths = [
        share_across_raters(sample(), item, rater, accepts).half_width for accepts in (alike, apart)
    ]
    assert widths[1] > 1.5 * widths[0]


def test_raters_who_accept_everything_are_no_certainty():
    item, rater = all_grade(40, 4)
    found = share_across_raters(sample(), item, rater, np.ones(160))
    assert (found.value, found.low, found.high) == (1, None, None)
    assert "no interval" in found.reason


def test_two_raters_are_too_few():
    item, rater = all_grade(40, 2)
    found = share_across_raters(sample(), item, rater, np.ones(80))
    assert (found.value, found.low) == (1, None)
    assert "three raters" in found.reason


def test_a_stratum_without_grades_is_named():
    item, rater = all_grade(30, 3)
    assert share_across_raters(sample(), item, rater, np.ones(90)).reason.endswith("in: b")
    nobody = np.array([], dtype=int)
    assert share_across_raters(sample(), nobody, nobody, np.array([])).value is None
