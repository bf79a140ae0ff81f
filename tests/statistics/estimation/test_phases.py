"""Phases: weights by hand, and a batch whose truth is known, sampled in three phases."""

import numpy as np
import pytest

from pipeline.statistics.estimation.learned_score import learn_score, next_probabilities
from pipeline.statistics.estimation.phases import (
    earlier_phase_share,
    further_phase_probabilities,
    max_probability,
    systematic_sample,
)
from pipeline.statistics.estimation.ratio_estimator import assisted_share, stratified_share
from pipeline.statistics.estimation.stratified_sample import Sample
from tests.statistics.worlds import Coverage, World, make_world

SAMPLES = 250


def updated_probability(probability: float, *, before: int, added: int, size: int) -> float:
    """What `review.studies.phases` records in SQL for an item that was drawn with this one."""
    share = earlier_phase_share(before=before, added=added, size=size)
    return min(1.0, 1 / (share / probability + 1 - share))


def test_a_further_phase_by_hand():
    """Of 10 traces 4 are drawn, then 2 of the other 6, one of them twice as likely as even."""
    counts = {"before": 4, "added": 2, "size": 10}
    assert earlier_phase_share(**counts) == pytest.approx(4 * 4 / (6 * 6))
    assert updated_probability(0.4, **counts) == pytest.approx(0.6)
    assert further_phase_probabilities(np.array([1 / 3, 0.2]), **counts) == pytest.approx(
        [0.6, 0.36]
    )
    assert max_probability(**counts) == pytest.approx(5 / 9)


def test_all_that_is_left_stands_for_itself():
    counts = {"before": 4, "added": 6, "size": 10}
    assert updated_probability(0.4, **counts) == 1
    assert further_phase_probabilities(np.ones(6), **counts) == pytest.approx(np.ones(6))


@pytest.mark.parametrize(("before", "added", "size"), [(4, 7, 10), (4, 0, 10), (10, 1, 10)])
def test_what_cannot_be_drawn_is_refused(before, added, size):
    with pytest.raises(ValueError, match="cannot follow"):
        earlier_phase_share(before=before, added=added, size=size)


def test_each_place_is_drawn_as_often_as_its_chance_says():
    chances = np.array([0.9, 0.5, 0.3, 0.2, 0.1])
    counted = np.zeros(5)
    for seed in range(4000):
        result = systematic_sample(chances, seed=seed)
        assert len(set(result)) == 2
        counted[result] += 1
    assert counted / 4000 == pytest.approx(chances, abs=0.03)


def test_the_same_seed_draws_the_same_places():
    chances = np.full(100, 0.2)
    assert (
        systematic_sample(chances, seed=5).tolist() == systematic_sample(chances, seed=5).tolist()
    )


def in_phases(world: World, rng: np.random.Generator, phases: int = 3) -> Sample:
    """A sample of 30 traces a stratum and phase; from the second on the score leads."""
    features = np.column_stack([world.informative, world.noise])
    chosen = np.zeros(len(world.stratum), dtype=bool)
    recorded = np.zeros(len(world.stratum))
    score = np.full(len(world.stratum), 0.5)
    for _ in range(phases):
        for stratum in range(len(world.strata)):
            inside = world.stratum == stratum
            drawn, left = np.flatnonzero(inside & chosen), np.flatnonzero(inside & ~chosen)
            counts = {"before": len(drawn), "added": 30, "size": int(inside.sum())}
            chances = next_probabilities(
                score[left], size=30, max_probability=max_probability(**counts)
            )
            result = systematic_sample(chances, seed=int(rng.integers(2**50)))
            recorded[drawn] = [updated_probability(old, **counts) for old in recorded[drawn]]
            recorded[left[result]] = further_phase_probabilities(chances[result], **counts)
            chosen[left[result]] = True
        at = np.flatnonzero(chosen)
        learned = learn_score(features[at], world.acceptable[at], world.question[at], features)
        score = learned.batch
    return Sample(
        strata=world.strata,
        sizes=world.sizes,
        score_means=np.bincount(world.stratum, score) / world.sizes,
        stratum=world.stratum[at],
        question=np.unique(world.question[at], return_inverse=True)[1],
        probability=recorded[at],
        label=world.acceptable[at],
        answered=np.ones(len(at), dtype=bool),
        kept=world.kept[at],
        score=learned.graded,
    )


def test_shares_stay_unbiased_and_intervals_cover_over_phases_led_by_the_score():
    world, rng = make_world(seed=1), np.random.default_rng(17)
    truth, plain, assisted = world.truth("share"), Coverage(), Coverage()
    values = []
    for _ in range(SAMPLES):
        sample = in_phases(world, rng)
        result = stratified_share(sample)
        values.append(result.value)
        plain.add(result, truth)
        assisted.add(assisted_share(sample), truth)
    error = np.std(values) / np.sqrt(SAMPLES)
    assert abs(np.mean(values) - truth) < 2.5 * error
    assert plain.share >= 0.93, str(plain)
    assert assisted.share >= 0.93, str(assisted)


def test_weighing_all_items_alike_would_be_biased():
    """What the recorded probabilities are for."""
    world, rng = make_world(seed=1), np.random.default_rng(17)
    truth, off, right = world.truth("share"), [], []
    for _ in range(60):
        sample = in_phases(world, rng)
        means = [sample.label[sample.stratum == at].mean() for at in range(len(world.strata))]
        off.append(np.average(means, weights=world.sizes) - truth)
        right.append(stratified_share(sample).value - truth)
    assert abs(np.mean(off)) > 4 * np.std(off) / np.sqrt(60) > 0
    assert abs(np.mean(right)) < abs(np.mean(off))
