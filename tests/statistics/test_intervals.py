"""Intervals, and how many more grades it takes to narrow them."""

from dataclasses import replace

import numpy as np
import pytest

from pipeline.statistics import intervals
from pipeline.statistics.estimate import Estimate, undefined
from pipeline.statistics.estimation.ratio_estimator import stratified_share
from pipeline.statistics.estimation.sample_size import further_grades
from pipeline.statistics.estimation.stratified_sample import SampledItem, Stratum, build_sample
from pipeline.statistics.intervals import (
    clustered_mean,
    multinomial_weights,
    percentile_interval,
    proportion,
    student_t_quantile,
    wilson,
)


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    # Newcombe (1998), table I, method 3.
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_as_published(successes, n, low, high):
    result = proportion(successes, n)
    assert [result.low, result.high] == pytest.approx([low, high], abs=5e-5)


def test_no_items_have_no_proportion():
    assert proportion(0, 0).reason == "no items"
    assert wilson(0.5, 0) == (0, 1)


@pytest.mark.parametrize(
    ("freedom", "published"),
    [(1, 12.706), (2, 4.303), (3, 3.182), (5, 2.571), (11, 2.201), (30, 2.042), (1000, 1.962)],
)
def test_student_t_as_in_the_tables(freedom, published):
    assert student_t_quantile(freedom) == pytest.approx(published, rel=2e-3)


def test_replicates_draw_as_many_questions_as_there_are():
    blocks = np.concatenate([*multinomial_weights(np.random.default_rng(0), 300, 400)])
    assert blocks.shape == (400, 300)
    assert set(blocks.sum(axis=1)) == {300}
    assert blocks.var() == pytest.approx(1 - 1 / 300, rel=0.03)


def test_replicates_are_the_same_in_blocks_of_any_size(monkeypatch):
    whole = np.concatenate([*multinomial_weights(np.random.default_rng(0), 30, 7)])
    monkeypatch.setattr(intervals, "MAX_BLOCK_CELLS", 90)
    blocks = multinomial_weights(np.random.default_rng(0), 30, 7)
    copies = [block.copy() for block in blocks]
    assert [len(block) for block in copies] == [3, 3, 1]
    assert np.array_equal(np.concatenate(copies), whole)


def test_a_mean_over_clusters():
    values = np.array([1.0, 1, 1, 3, 3, 3, 2, 2, 2])
    result = clustered_mean(values, np.repeat([4, 5, 6], 3))
    assert result.value == 2
    assert result.standard_error == pytest.approx(np.std([1, 3, 2], ddof=1) / np.sqrt(3))
    assert clustered_mean(values, np.zeros(9, dtype=int)).low is None
    assert clustered_mean(np.array([]), np.array([], dtype=int)).value is None


def test_a_mean_over_clusters_has_one_degree_of_freedom_less_than_clusters():
    mean = clustered_mean(np.array([1.0, 3, 2]), np.arange(3))
    assert mean.half_width == pytest.approx(student_t_quantile(2) * mean.standard_error)


def test_a_bootstrap_estimate_has_the_deviation_of_its_replicates():
    replicates = np.array([0.2, 0.4, 0.6, 0.8])
    error = percentile_interval(0.5, replicates, 9).standard_error
    assert error == pytest.approx(replicates.std(ddof=1))


def test_an_interval_of_mostly_undefined_replicates_is_not_given():
    replicates = np.linspace(0, 1, 100)
    replicates[:10] = np.nan
    assert "undefined in too many" in percentile_interval(0.5, replicates, 9).reason
    replicates[3:10] = 0.5
    assert percentile_interval(0.5, replicates, 9).low is not None


@pytest.mark.parametrize("figure", [float("nan"), float("inf")])
def test_no_estimate_is_ever_nan(figure):
    with pytest.raises(ValueError, match="a number or a reason"):
        Estimate(figure)
    with pytest.raises(ValueError, match="says why"):
        Estimate(None)


def sample(n, population=100_000):
    rows = [SampledItem("s", index, n / population, index % 5 > 0) for index in range(n)]
    return stratified_share(build_sample(rows, {"s": Stratum(population)}))


def test_more_grades_bring_the_interval_to_the_width_that_was_asked_for():
    now = sample(50)
    more = further_grades(now, population=100_000, grades_an_item=3)
    assert now.half_width > 0.1
    assert more.grades == 3 * more.items > 0
    assert sample(50 + more.items).half_width == pytest.approx(0.05, abs=0.002)


def test_fewer_are_needed_where_the_batch_is_small():
    more = further_grades(sample(50, population=300), population=300)
    assert sample(50 + more.items, population=300).half_width == pytest.approx(0.05, abs=0.003)
    assert more.items < further_grades(sample(50), population=100_000).items


def test_no_more_grades_are_needed_once_it_is_narrow():
    assert further_grades(sample(2000), population=100_000).items == 0


def test_a_small_batch_is_never_asked_for_more_than_it_has():
    assert further_grades(replace(sample(10), n=10), population=12).items == 2


def test_without_a_figure_the_worst_case_counts():
    more = further_grades(undefined("nothing graded yet"), population=1_000_000)
    assert more.items == pytest.approx(384, abs=1)
    assert "nothing is known" in more.note
