"""Coefficients of items drawn with unequal chances: an item counts as often as it weighs."""

from dataclasses import replace

import numpy as np
import pytest

from pipeline.statistics.agreement.coefficients import COEFFICIENTS, agreement
from pipeline.statistics.agreement.rating_table import RatingTable, tabulate
from tests.statistics import examples
from tests.statistics.agreement.test_rater_bootstrap import random_table

ALPHAS = tuple(name for name in COEFFICIENTS if name.startswith("alpha"))


def value(table: RatingTable, name: str) -> float:
    return agreement(table, [name], replicates=2)[name].over_questions.value


def weighted_and_repeated(seed: int = 0) -> tuple[RatingTable, RatingTable]:
    """Items with whole weights, and a table in which each item stands that often."""
    rng = np.random.default_rng(seed)
    table = random_table(rng, 40)
    times = rng.integers(1, 5, table.items)
    weighted = replace(table, weight=times / times.mean())
    rows = [
        ((item, copy), rater, category)
        for item, rater, category in zip(
            table.item.tolist(), table.rater.tolist(), table.values.tolist(), strict=True
        )
        for copy in range(times[item])
    ]
    items, raters, values = zip(*rows, strict=True)
    codes = {name: code for code, name in enumerate(dict.fromkeys(items))}
    repeated = tabulate([codes[name] for name in items], raters, values, scale=table.scale)
    return weighted, repeated


@pytest.mark.parametrize("name", [name for name in COEFFICIENTS if name not in ALPHAS])
def test_whole_weights_are_repeated_items(name):
    weighted, repeated = weighted_and_repeated()
    assert value(weighted, name) == pytest.approx(value(repeated, name))
    assert value(weighted, name) != pytest.approx(value(replace(weighted, weight=None), name))


@pytest.mark.parametrize("name", ALPHAS)
def test_alpha_differs_from_repeated_items_by_its_correction_for_few_ratings_only(name):
    """Krippendorff draws without replacement: (n - 1) / n, n the ratings there really are."""
    weighted, repeated = weighted_and_repeated()
    sizes = []
    for table in (weighted, repeated):
        pairable = table.ratings_of_item * (table.ratings_of_item > 1)
        sizes.append(float(np.sum(pairable * table.item_weights)))
    given, copied = ((size - 1) / size for size in sizes)
    assert (1 - value(weighted, name)) / given == pytest.approx(
        (1 - value(repeated, name)) / copied
    )


@pytest.mark.parametrize("name", COEFFICIENTS)
def test_equal_weights_change_nothing_and_only_ratios_count(name):
    table = examples.krippendorff()
    ratings = (table.item, table.rater, table.values)
    alike = tabulate(*ratings, scale=table.scale, weights=np.full(len(table.item), 7.0))
    assert value(alike, name) == pytest.approx(value(table, name))
    weights = 1.0 + table.item % 3
    some, tenfold = (
        tabulate(*ratings, scale=table.scale, weights=factor * weights) for factor in (1, 10)
    )
    assert value(some, name) == pytest.approx(value(tenfold, name))


def test_agreement_of_the_batch_is_found_where_the_items_as_graded_say_otherwise():
    """Raters agree on the many easy traces, of which few were drawn, not on the rare hard ones."""
    rng = np.random.default_rng(1)
    easy = np.repeat([1, 1], 40)
    hard = rng.integers(1, 3, 80)
    item = np.repeat(np.arange(80), 2)
    rater = np.tile([0, 1], 80)
    values = np.concatenate([easy, hard])
    weights = np.where(item < 40, 1 / 0.05, 1 / 0.5)
    table = tabulate(item, rater, values, scale=(1, 2), weights=weights)
    agreeing_hard = float(np.mean(hard[::2] == hard[1::2]))
    expected = (800 + 80 * agreeing_hard) / 880
    assert value(table, "percent") == pytest.approx(expected)
    assert value(replace(table, weight=None), "percent") == pytest.approx((1 + agreeing_hard) / 2)
