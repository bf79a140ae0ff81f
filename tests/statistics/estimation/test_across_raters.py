"""The share for other raters: what it averages, and when it cannot say."""

import numpy as np
import pytest

from pipeline.statistics.estimation.across_raters import share_across_raters
from pipeline.statistics.estimation.stratified_sample import SampledItem, Stratum, build_sample
from pipeline.statistics.intervals import student_t_quantile


def sample(sizes=(30, 10)):
    rows = [
        SampledItem(name, f"{name}{index}", 0.5, None)
        for name, size in zip("ab", sizes, strict=True)
        for index in range(size)
    ]
    return build_sample(
        rows, {name: Stratum(size * 2) for name, size in zip("ab", sizes, strict=True)}
    )


def all_grade(items, raters):
    return np.repeat(np.arange(items), raters), np.tile(np.arange(raters), items)


def test_it_weighs_strata_and_averages_raters():
    item, rater = all_grade(40, 4)
    accepts = np.where(item < 30, rater < 3, rater < 1).astype(float)
    result = share_across_raters(sample(), item, rater, accepts)
    assert result.value == pytest.approx(0.75 * 0.75 + 0.25 * 0.25)
    assert result.n == 40
    assert result.low < result.value < result.high


def test_raters_who_do_not_differ_add_little():
    item, rater = all_grade(40, 12)
    rng = np.random.default_rng(0)
    alike = (np.repeat(rng.uniform(size=40), 12) < 0.6).astype(float)
    split = (rater < 7).astype(float)
    widths = [
        share_across_raters(sample(), item, rater, accepts).half_width for accepts in (alike, split)
    ]
    assert widths[1] > 1.5 * widths[0]


def test_its_interval_is_a_t_interval_over_raters():
    """Half of twelve raters accept everything: only raters vary, by 1/2 x 1/2 over 12 - 1."""
    item, rater = all_grade(40, 12)
    accepts = (rater < 6).astype(float)
    result = share_across_raters(sample(), item, rater, accepts, replicates=8000)
    assert result.standard_error == pytest.approx((0.25 / 11) ** 0.5, rel=0.02)
    assert result.half_width == pytest.approx(student_t_quantile(11) * result.standard_error)


def test_raters_who_accept_everything_are_no_certainty():
    item, rater = all_grade(40, 4)
    result = share_across_raters(sample(), item, rater, np.ones(160))
    assert (result.value, result.low, result.high) == (1, None, None)
    assert "no interval" in result.reason


def test_two_raters_are_too_few():
    item, rater = all_grade(40, 2)
    result = share_across_raters(sample(), item, rater, np.ones(80))
    assert (result.value, result.low) == (1, None)
    assert "three raters" in result.reason


def test_a_stratum_without_grades_is_named():
    item, rater = all_grade(30, 3)
    assert share_across_raters(sample(), item, rater, np.ones(90)).reason.endswith("in: b")
    nobody = np.array([], dtype=int)
    assert share_across_raters(sample(), nobody, nobody, np.array([])).value is None
