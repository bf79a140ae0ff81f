"""Intervals cover the truth of worlds that are known, at the stated rate.

Seeds, worlds and numbers of samples are fixed in simulation.py and were not chosen by outcome.
The bar is 93 %; 120 samples leave a Monte Carlo error of 2 points, so the pooled figures of
all worlds are held to the bar itself and each single one to within two of its errors.
"""

import pytest

from tests.statistics.simulation import SAMPLES, WORLDS, of_other_panels, of_this_panel
from tests.statistics.worlds import Coverage

BAR = 0.93
DRAWN = 120


@pytest.fixture(scope="module")
def tables():
    return {
        (name, sample): of_this_panel(name, sample, samples=DRAWN)
        for name in WORLDS
        for sample in SAMPLES
    }


def test_each_world_is_covered(tables):
    low = {
        (*case, name): str(result)
        for case, table in tables.items()
        for name, result in table.coverage.items()
        if result.share + 2 * result.error < BAR
    }
    assert not low


def test_every_estimator_covers_over_all_worlds(tables):
    pooled: dict[str, Coverage] = {}
    for table in tables.values():
        for name, result in table.coverage.items():
            sums = pooled.setdefault(name, Coverage())
            sums.covered, sums.total = sums.covered + result.covered, sums.total + result.total
    assert len(pooled) == 7
    assert not {name: str(result) for name, result in pooled.items() if result.share < BAR}


def test_a_score_that_is_noise_costs_next_to_nothing(tables):
    assert max(table.width("noise") for table in tables.values()) <= 1.02


def test_a_score_that_informs_narrows_the_interval(tables):
    assert max(table.width("informative") for table in tables.values()) < 0.9


def test_only_resampling_raters_covers_other_panels():
    table = of_other_panels(samples=120)
    narrow, wide = table.coverage["questions"], table.coverage["questions and raters"]
    assert narrow.share < 0.85
    assert wide.share >= BAR, str(wide)
    assert table.width("questions and raters") > 1.5
