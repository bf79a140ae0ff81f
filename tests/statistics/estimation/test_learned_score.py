"""The learned score: cross-fitted, calibrated enough to help, and a guide for the next sample."""

import numpy as np
import pytest

from pipeline.statistics.estimation.learned_score import learn_score, next_probabilities


def batch(seed=0, traces=3000):
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(traces, 3)) * [1, 10, 0.1]
    logits = features @ [1.5, 0.05, 0] - 0.4
    labels = (rng.uniform(size=traces) < 1 / (1 + np.exp(-logits))).astype(float)
    return features, labels, np.arange(traces) // 3


def test_it_finds_what_predicts_the_grades():
    features, labels, questions = batch()
    learned = learn_score(features[:900], labels[:900], questions[:900], features)
    unseen, score = labels[900:], learned.batch[900:]
    assert score[unseen == 1].mean() - score[unseen == 0].mean() > 0.25
    for low, high in ((0, 0.3), (0.3, 0.7), (0.7, 1)):
        inside = (score >= low) & (score < high)
        assert unseen[inside].mean() == pytest.approx(score[inside].mean(), abs=0.06)


def test_no_item_is_scored_by_a_model_that_saw_its_question():
    """Flipping a question's labels leaves that question's own scores as they were."""
    features, labels, questions = batch(traces=90)
    before = learn_score(features, labels, questions, features).graded
    flipped = np.where(questions == 7, 1 - labels, labels)
    after = learn_score(features, flipped, questions, features).graded
    assert after[questions == 7] == pytest.approx(before[questions == 7])
    assert not np.allclose(after[questions != 7], before[questions != 7])


@pytest.mark.parametrize("label", [0.0, 1.0])
def test_separable_or_constant_grades_do_not_break_it(label):
    features, _, questions = batch(traces=60)
    features[:, 1] = 4.0
    for labels in (np.full(60, label), (features[:, 0] > 0).astype(float)):
        learned = learn_score(features, labels, questions, features)
        assert np.isfinite(learned.batch).all()
        assert ((learned.graded > 0) & (learned.graded < 1)).all()


def test_the_ridge_keeps_scores_of_separable_grades_away_from_certainty():
    features = np.linspace(-1, 1, 60)[:, None]
    labels = (features[:, 0] > 0).astype(float)
    score = learn_score(features, labels, np.arange(60) // 2, features).batch
    assert 0.001 < score.min() < score.max() < 0.999


def test_one_question_teaches_nothing():
    with pytest.raises(ValueError, match="two questions"):
        learn_score(np.ones((3, 1)), np.ones(3), np.zeros(3, dtype=int), np.ones((9, 1)))


def test_the_next_sample_looks_where_the_score_is_undecided():
    score = np.array([0.5] * 10 + [0.99] * 90)
    result = next_probabilities(score, size=20)
    assert result.sum() == pytest.approx(20)
    assert result[0] > 2 * result[-1]
    assert result.min() >= 0.25 * 20 / 100
    assert result.max() <= 1


@pytest.mark.parametrize("size", [1, 60, 99, 100])
def test_probabilities_add_up_whatever_the_size(size):
    result = next_probabilities(np.linspace(0.001, 0.5, 100), size=size)
    assert result.sum() == pytest.approx(size)
    assert 0 < result.min() <= result.max() <= 1


def test_more_than_the_batch_cannot_be_drawn():
    with pytest.raises(ValueError, match="cannot be drawn"):
        next_probabilities(np.full(3, 0.5), size=4)
