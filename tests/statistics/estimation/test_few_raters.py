"""Few raters: the interval over them is a t interval, and what it covers.

Small forms of the tables that `make bench TOPICS=statistics` writes; panels and seeds are fixed.
"""

import math

import numpy as np
import pytest

from pipeline.statistics.agreement.coefficients import agreement
from pipeline.statistics.agreement.rater_bootstrap import without_each_rater
from pipeline.statistics.agreement.rating_table import tabulate
from pipeline.statistics.estimate import FEW_RATERS, TOO_FEW_RATERS
from pipeline.statistics.intervals import few_raters_interval, jackknife_error, student_t_quantile
from tests.statistics.decisions import draw_decisions, true_coefficients
from tests.statistics.simulation import (
    OVER_RATERS,
    QUESTIONS,
    SPREAD,
    agreement_of_few,
    share_of_few,
)

RESAMPLED, BY_T = OVER_RATERS
PANELS = 100
SHOWN = ("alpha_ordinal", "ac2_quadratic")


def test_the_jackknife_of_a_mean_is_its_standard_error():
    values = np.random.default_rng(1).normal(size=9)
    without_each = (values.sum() - values) / 8
    assert jackknife_error(without_each) == pytest.approx(values.std(ddof=1) / 3)


def test_leaving_out_a_rater_leaves_the_table_of_the_others():
    rng = np.random.default_rng(2)
    table = draw_decisions(rng, raters=4, spread=SPREAD, items=30)
    rows = without_each_rater(table)
    for left_out in range(4):
        others = table.rater != left_out
        fewer = tabulate(
            table.item[others], table.rater[others], table.values[others], scale=(1.0, 2.0, 3.0)
        )
        assert rows[left_out, 1] == fewer.paired_items


def test_the_interval_adds_both_errors_and_allows_for_few_degrees_of_freedom():
    result = few_raters_interval(0.6, 0.03, np.array([0.5, 0.6, 0.7]), 40)
    error = math.hypot(0.03, math.sqrt(2 / 3 * 0.02))
    assert result.standard_error == pytest.approx(error)
    assert result.half_width == pytest.approx(student_t_quantile(2) * error)
    assert "only 3 raters" in result.caution
    assert "not the one to quote" in result.caution


def test_raters_who_do_not_differ_are_no_certainty():
    result = few_raters_interval(0.6, 0.03, np.array([0.6, 0.6, 0.6]), 40)
    assert result.low is None
    assert "do not differ" in result.reason


def test_a_figure_that_rests_on_one_rater_has_no_interval():
    result = few_raters_interval(0.6, 0.03, np.array([0.6, np.nan, 0.5]), 40)
    assert (result.low, result.reason) == (None, "undefined without one of the raters: no interval")


@pytest.mark.parametrize("raters", [2, 3, 5, 6])
def test_how_many_raters_decide_which_interval_there_is(raters):
    rng = np.random.default_rng(4)
    full = draw_decisions(rng, raters=max(raters, 3), spread=SPREAD, items=60)
    some = full.rater < raters
    table = tabulate(full.item[some], full.rater[some], full.values[some], scale=(1.0, 2.0, 3.0))
    found = agreement(table, SHOWN, replicates=50, resample_raters=True)["ac2_quadratic"]
    if raters < 3:
        assert (found.over_raters.low, found.over_raters.reason) == (None, TOO_FEW_RATERS)
        return
    assert found.over_raters.few_raters == (raters if raters < FEW_RATERS else 0)
    assert ("raters" in found.over_raters.caution) == (raters < FEW_RATERS)
    assert found.over_raters.value == found.over_questions.value
    assert found.over_questions.few_raters == 0


def test_endlessly_many_ratings_have_the_true_coefficients():
    """The truth of the tables is what the functions under test say of a large panel."""
    table = draw_decisions(np.random.default_rng(5), raters=300, spread=SPREAD, items=40_000)
    found = agreement(table, SHOWN, replicates=2)
    truth = true_coefficients(SPREAD)
    for name in SHOWN:
        assert found[name].over_questions.value == pytest.approx(truth[name], abs=0.01)


@pytest.mark.parametrize("raters", [3, 4])
def test_the_share_for_other_raters_is_covered_by_t_alone(raters):
    table = share_of_few(raters, samples=PANELS)
    assert table.coverage[QUESTIONS].share < 0.75
    assert table.coverage[BY_T].share >= 0.93, str(table.coverage[BY_T])


@pytest.mark.parametrize("raters", [3, 4])
def test_so_is_agreement(raters):
    tables = agreement_of_few(raters, samples=PANELS)
    for name, table in tables.items():
        assert table.coverage[QUESTIONS].share < 0.93, name
        assert table.coverage[BY_T].share >= 0.93, f"{name}: {table.coverage[BY_T]}"
    if raters == 3:
        assert all(table.coverage[RESAMPLED].share < 0.5 for table in tables.values())
