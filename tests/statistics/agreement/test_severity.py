"""Severity, drift and test-retest."""

import math

import numpy as np
import pytest

from pipeline.statistics.agreement.retest import retest
from pipeline.statistics.agreement.severity import (
    NO_ORDER,
    NO_PEERS,
    rater_severities,
    residual_windows,
)
from pipeline.statistics.intervals import student_t_quantile
from tests.statistics.examples import of_rows


def test_a_severe_rater_lies_below_peers():
    rows = [(3, 4, 4), (2, 3, 3), (4, 5, 4), (1, 2, 3)] * 5
    severe, *others = rater_severities(of_rows(rows))
    assert severe.residual.value == pytest.approx((-1 - 1 - 0.5 - 1.5) / 4)
    assert severe.residual.high < 0 < min(other.residual.low for other in others)


def test_residuals_of_two_raters_mirror_each_other():
    first, second = rater_severities(of_rows([(1, 2), (3, 3), (5, 2)]))
    assert first.residual.value == pytest.approx(-second.residual.value)


def test_a_rater_without_peers_has_no_severity():
    lone = rater_severities(of_rows([(3, 4, None), (None, None, 2)]))[2]
    assert (lone.residual.value, lone.residual.reason) == (None, NO_PEERS)


def drifting(items=40):
    return [(3 if item < items // 2 else 4, 3, 3) for item in range(items)]


def test_drift_is_the_later_half_less_the_earlier():
    table = of_rows(drifting(), order=range(120))
    drifter, steady, _ = rater_severities(table)
    assert drifter.drift.value == pytest.approx(1.0)
    assert steady.drift.value == pytest.approx(-0.5)
    assert [estimate.value for estimate in residual_windows(table, 0)] == pytest.approx(
        [0, 0, 1, 1]
    )


def test_the_error_of_a_drift_adds_both_halves():
    table = of_rows([(1 + item % 3, 3, 3) for item in range(8)], order=range(24))
    drift = rater_severities(table)[0].drift
    early, late = residual_windows(table, 0, parts=2)
    error = math.hypot(early.standard_error, late.standard_error)
    assert drift.standard_error == pytest.approx(error)
    assert drift.half_width == pytest.approx(student_t_quantile(3) * error)


def test_raters_who_never_differ_have_no_interval_of_no_width():
    rows = [(3, 3), (4, 4), (2, 2), (5, 5)]
    first, _ = rater_severities(of_rows(rows, order=range(8)))
    for result in (first.residual, first.drift):
        assert (result.value, result.low, result.high) == (0, None, None)
        assert "no interval" in result.reason


def test_too_few_ratings_for_quarters_are_not_called_ratings_without_peers():
    result = residual_windows(of_rows([(3, 4), (2, 4), (None, 3)], order=range(6)), 0)
    assert [estimate.reason for estimate in result] == ["fewer than 4 ratings beside peers"] * 4
    alone = residual_windows(of_rows([(3, None), (None, 4)], order=range(4)), 0)
    assert [estimate.reason for estimate in alone] == [NO_PEERS] * 4


def test_drift_follows_the_order_of_grading_not_of_rows():
    backwards = rater_severities(of_rows(drifting(), order=range(120, 0, -1)))[0]
    assert backwards.drift.value == pytest.approx(-1.0)


def test_drift_says_when_it_cannot_be_known():
    assert rater_severities(of_rows(drifting()))[0].drift.reason == NO_ORDER
    assert residual_windows(of_rows(drifting()), 0)[0].reason == NO_ORDER
    few = rater_severities(of_rows([(1, 2), (2, 3)], order=range(4)))[0].drift
    assert few.value is None
    assert "fewer than four" in few.reason


def test_retest_compares_each_rater_with_themselves():
    rng = np.random.default_rng(0)
    first = rng.integers(1, 5, 60)
    result = retest(first.tolist(), (first + 1).tolist(), questions=range(60), replicates=50)
    assert (result.exact.value, result.shift.value) == (0, 1)
    assert result.ac2.value > 0.5
    same = retest(first.tolist(), first.tolist(), questions=range(60), replicates=50)
    assert same.exact.value == same.kappa.value == same.ac2.value == 1
    assert same.exact.low == pytest.approx(0.9398, abs=5e-5)


def test_retest_without_repeats_says_so():
    assert "no repeated item" in retest([], [], questions=[]).kappa.reason
