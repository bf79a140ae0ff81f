"""Intraclass correlations: the published example, missing ratings, what is undefined."""

import numpy as np
import pytest

from pipeline.statistics.agreement.icc import MODELS, NO_VARIATION, intraclass
from pipeline.statistics.agreement.rating_table import tabulate
from tests.statistics import examples
from tests.statistics.examples import of_rows


def test_the_example_of_shrout_and_fleiss():
    result = intraclass(examples.shrout_fleiss(), replicates=50)
    published = {"1,1": 0.1657, "2,1": 0.2898, "3,1": 0.7148}
    assert {model: round(estimate.value, 4) for model, estimate in result.items()} == published


def test_missing_ratings_still_estimate_the_same_variances():
    rng = np.random.default_rng(1)
    raters = np.linspace(-15, 15, 12)
    whole = 50 + rng.normal(scale=10, size=(4000, 1)) + raters
    whole = np.rint(whole + rng.normal(scale=10, size=whole.shape)).astype(int)
    items = np.repeat(np.arange(4000), 2)
    raters_of_item = np.argsort(rng.random(whole.shape), axis=1)[:, :2].ravel()
    table = tabulate(items, raters_of_item, whole[items, raters_of_item], scale=range(-50, 151))
    result = intraclass(table, replicates=2)
    assert result["2,1"].value == pytest.approx(100 / (200 + raters.var(ddof=1)), abs=0.03)
    assert result["3,1"].value == pytest.approx(1 / 2, abs=0.03)


@pytest.mark.parametrize(
    ("rows", "reason"),
    [([], "two ratings"), ([(1,), (2,)], "two ratings"), ([(3, 3), (3, 3)], NO_VARIATION)],
)
def test_undefined_correlations_say_why(rows, reason):
    for estimate in intraclass(of_rows(rows), replicates=5).values():
        assert estimate.value is None
        assert reason in estimate.reason


def test_one_item_gives_no_correlation():
    result = intraclass(of_rows([(1, 2, 3)]), replicates=5)
    assert all(result[model].value is None and result[model].reason for model in MODELS)


def test_raters_without_a_second_item_cannot_be_told_from_items():
    rows = [(1, 2, None, None), (None, None, 4, 5)]
    result = intraclass(of_rows(rows), replicates=5)
    assert result["1,1"].value is not None
    assert "cannot be told" in result["3,1"].reason
