"""McNemar's exact test, Wilson's interval and Holm's correction beside statsmodels."""

import numpy as np
import pytest
from statsmodels.stats.contingency_tables import mcnemar  # type: ignore[import-untyped]
from statsmodels.stats.multitest import multipletests  # type: ignore[import-untyped]
from statsmodels.stats.proportion import proportion_confint  # type: ignore[import-untyped]

from pipeline.statistics.comparison import Resamples, holm, mcnemar_exact, paired_bootstrap
from pipeline.statistics.intervals import proportion
from pipeline.statistics.paired import clustered_share


@pytest.mark.parametrize(("one", "other"), [(7, 1), (0, 5), (3, 3), (12, 2), (400, 460), (1, 0)])
def test_mcnemar_exact_is_statsmodels_s(one, other):
    expected = mcnemar([[20, one], [other, 30]], exact=True).pvalue
    assert mcnemar_exact(one, other) == pytest.approx(expected, rel=1e-9)
    assert mcnemar_exact(0, 0) == 1


@pytest.mark.parametrize(("right", "n"), [(0, 10), (7, 10), (747, 1273), (17, 103), (103, 103)])
def test_wilson_is_statsmodels_s(right, n):
    ours = proportion(right, n)
    expected = proportion_confint(right, n, method="wilson")
    assert (ours.low, ours.high) == pytest.approx(expected, abs=1e-12)


def test_holm_is_statsmodels_s():
    generator = np.random.default_rng(4)
    for size in (1, 2, 6, 45):
        p_values = generator.uniform(0, 0.2, size).round(3).tolist()
        expected = multipletests(p_values, method="holm")[1]
        assert holm(p_values) == pytest.approx(expected.tolist())
    assert holm([]) == []
    assert holm([0.01, 0.01, 0.9]) == [0.03, 0.03, 0.9]


def test_the_paired_bootstrap_draws_whole_clusters_and_is_seeded():
    generator = np.random.default_rng(5)
    first, second = generator.random(200) < 0.7, generator.random(200) < 0.5
    one, other = first.astype(float), second.astype(float)
    alone = paired_bootstrap(one, other, np.arange(200), Resamples(1))
    assert alone.value == pytest.approx((one - other).mean())
    assert alone == paired_bootstrap(one, other, np.arange(200), Resamples(1))
    assert alone != paired_bootstrap(one, other, np.arange(200), Resamples(2))
    error = (one - other).std() / np.sqrt(200)
    assert alone.standard_error == pytest.approx(error, rel=0.08)
    twice = paired_bootstrap(
        np.tile(one, 2), np.tile(other, 2), np.tile(np.arange(200), 2), Resamples(1)
    )
    assert (twice.low, twice.high) == pytest.approx((alone.low, alone.high))
    assert (
        paired_bootstrap(np.array([]), np.array([]), np.array([], int), Resamples(1)).value is None
    )


def test_shares_without_variation_still_have_an_interval():
    halves = clustered_share(np.full(10, 0.5), np.arange(10), items=20)
    assert (halves.value, halves.n) == (0.5, 10)
    assert halves.high - halves.low == pytest.approx(proportion(5, 10).high - proportion(5, 10).low)
    assert clustered_share(np.array([]), np.array([], int), items=0).value is None
