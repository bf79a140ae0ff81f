"""Chances of preference: planted strengths are recovered, and intervals know their clusters."""

import numpy as np
import pytest

from pipeline.statistics.estimate import FEW_RATERS
from pipeline.statistics.preferences import Judgements, preferences, resampled_counts

THREE = np.array([[0, 1], [0, 2], [1, 2]])
NAMES = ("A", "B", "C")
STRENGTHS = np.array([0.8, 0.0, -0.8])


def scripted(*, questions: int = 120, raters: int = 6, seed: int = 1, noise: float = 0.0):
    """Raters who follow the model; `noise`: how far questions differ in what is preferred."""
    generator = np.random.default_rng(seed)
    rows = []
    for question in range(questions):
        pair = question % 3
        i, j = THREE[pair]
        apart = STRENGTHS[i] - STRENGTHS[j] + noise * generator.normal()
        weights = np.array([np.exp(apart / 2), 0.6, np.exp(-apart / 2)])
        for rater in generator.choice(raters, 2, replace=False):
            outcome = generator.choice(3, p=weights / weights.sum())
            rows.append((pair, outcome, question, rater))
    columns = np.array(rows, dtype=np.int64).T
    return Judgements(THREE, *columns)


def test_planted_strengths_are_recovered_within_the_interval():
    found = preferences(scripted(), NAMES, replicates=300)
    for i, j in THREE:
        chance = found.chance[i][j]
        planted = 1 / (1 + np.exp(STRENGTHS[j] - STRENGTHS[i]))
        assert chance.low < planted < chance.high
        assert chance.low > 0.5
        assert found.chance[j][i].value == pytest.approx(1 - chance.value)
    assert [one.value for one in found.strength] == sorted(
        (one.value for one in found.strength), reverse=True
    )
    assert found.tie.low < 0.6 / 2.6 < found.tie.high


def test_judgements_of_one_question_are_no_independent_evidence():
    same = scripted(noise=2.0, questions=60)
    apart = Judgements(same.pairs, same.pair, same.outcome, np.arange(120), same.rater)
    clustered = preferences(same, NAMES, replicates=300).chance[0][2]
    independent = preferences(apart, NAMES, replicates=300).chance[0][2]
    assert clustered.value == independent.value
    assert clustered.half_width > independent.half_width


def test_raters_are_resampled_only_where_there_are_enough():
    few = preferences(scripted(raters=FEW_RATERS - 1), NAMES, replicates=100)
    assert few.across[0][1].low is None
    assert "fewer than 6 raters" in few.across[0][1].reason
    enough = preferences(scripted(raters=FEW_RATERS), NAMES, replicates=100)
    assert enough.across[0][1].low is not None
    assert enough.across[0][1].value == enough.chance[0][1].value


def test_a_resample_draws_whole_questions():
    judged = scripted(questions=30)
    counts = resampled_counts(judged, replicates=200, seed=3)
    assert counts.shape == (200, 3, 3)
    # Two judgements of every question: no replicate has an odd number of a pair.
    assert (counts.sum(axis=2) % 2 == 0).all()
    assert counts.sum(axis=(1, 2)).tolist() == [60] * 200
    assert counts.mean(axis=0) == pytest.approx(judged.counts, abs=3)


def test_an_all_won_case_is_a_reason_and_no_number():
    nothing = np.zeros(4, dtype=np.int64)
    won = Judgements(np.array([[0, 1]]), nothing, nothing, np.arange(4), nothing)
    found = preferences(won, ("A", "B"))
    assert found.chance[0][1].value is None
    assert found.strength[0].value is None
    assert "B was never preferred over A" in found.chance[0][1].reason


def test_where_nobody_chose_a_tie_its_chance_is_nought_and_has_no_interval():
    outcome = np.array([0, 0, 2, 0, 2, 0] * 5)
    zeros = np.zeros(30, dtype=np.int64)
    sure = Judgements(np.array([[0, 1]]), zeros, outcome, np.arange(30), zeros)
    found = preferences(sure, ("A", "B"), replicates=100)
    assert (found.tie.value, found.tie.low) == (0, None)
    assert found.chance[0][1].value == pytest.approx(2 / 3)


def test_an_interval_of_a_chance_stays_a_chance():
    outcome = np.array([0] * 29 + [2])
    zeros = np.zeros(30, dtype=np.int64)
    nearly = Judgements(np.array([[0, 1]]), zeros, outcome, np.arange(30), zeros)
    chance = preferences(nearly, ("A", "B"), replicates=100).chance[0][1]
    # A third of the resamples have no second preference at all: their strengths are infinite.
    assert (chance.low, chance.reason) == (None, "undefined in too many resamples: no interval")


def test_one_question_has_a_value_and_no_interval():
    zeros = np.zeros(6, dtype=np.int64)
    one = Judgements(np.array([[0, 1]]), zeros, np.array([0, 0, 0, 1, 2, 2]), zeros, np.arange(6))
    chance = preferences(one, ("A", "B"), replicates=50).chance[0][1]
    assert chance.value == pytest.approx(0.6)
    assert (chance.low, chance.reason) == (None, "all of one question: no interval")
