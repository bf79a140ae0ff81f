"""An optional score learned from recorded trace features: never accepts or rejects by itself.

Logistic regression with a small ridge, by Newton's method, cross-fitted over questions: an item
is never scored by a model that saw a grade of its question. The score serves the assisted
estimator and the probabilities of a later sampling phase.
"""

from dataclasses import dataclass

import numpy as np

from pipeline.statistics.estimate import FloatArray, IntArray

FOLDS = 5
RIDGE = 1.0
MAX_ITERATIONS = 50


@dataclass(frozen=True, slots=True, eq=False)
class LearnedScore:
    """Probabilities of being acceptable.

    `graded`: each graded item by the model of the other folds. `batch`: every trace by the mean
    of all folds' models; its means by stratum are the assisted estimator's `score_mean`.
    """

    graded: FloatArray
    batch: FloatArray


def learn_score(
    features: FloatArray,
    labels: FloatArray,
    questions: IntArray,
    batch: FloatArray,
    *,
    folds: int = FOLDS,
    seed: int = 0,
) -> LearnedScore:
    """Learn from graded items (rows of `features`) and score them and the whole `batch`.

    Features are standardised by the batch. ValueError without at least two questions.
    """
    _, codes = np.unique(questions, return_inverse=True)
    count = int(codes.max()) + 1 if len(codes) else 0
    if count < 2:
        raise ValueError("A score is learned from the grades of two questions or more.")
    fold = np.random.default_rng(seed).permutation(count)[codes] % min(folds, count)
    inside, everything = _standardised(features, batch), _standardised(batch, batch)
    models = [_fit(inside[fold != index], labels[fold != index]) for index in range(fold.max() + 1)]
    coefficients = np.array(models)[fold]
    return LearnedScore(
        _logistic(np.sum(inside * coefficients, axis=1)),
        np.mean([_logistic(everything @ model) for model in models], axis=0),
    )


def next_probabilities(
    score: FloatArray, *, size: int, min_share: float = 0.25, max_probability: float = 1.0
) -> FloatArray:
    """Inclusion probabilities of a later phase: more where the score is undecided.

    In proportion to the square root of score x (1 - score), no trace below `min_share` of an
    even draw, none above `max_probability`; they add up to `size`. Record them: the
    estimators weigh by them.
    """
    if not 0 < size <= len(score) * max_probability * (1 + 1e-9):
        raise ValueError(f"{size} items cannot be drawn from {len(score)} traces.")
    even = size / len(score)
    deviations = np.sqrt(np.clip(score * (1 - score), 1e-12, None))
    probabilities = min_share * even + (1 - min_share) * even * deviations / deviations.mean()
    # Whoever reaches the maximum is certain; the others share what is left, until none is above.
    for _ in range(MAX_ITERATIONS):
        certain = probabilities >= max_probability
        remaining = size - max_probability * certain.sum()
        if (
            not np.any(probabilities[~certain])
            or abs(probabilities[~certain].sum() - remaining) < 1e-9
        ):
            break
        probabilities = np.where(
            certain, max_probability, probabilities * remaining / probabilities[~certain].sum()
        )
    return np.asarray(np.minimum(probabilities, max_probability))


def _standardised(features: FloatArray, batch: FloatArray) -> FloatArray:
    """Columns with mean 0 and deviation 1 in the batch, after one of ones."""
    deviations = batch.std(axis=0)
    columns = (features - batch.mean(axis=0)) / np.where(deviations > 0, deviations, 1.0)
    return np.column_stack([np.ones(len(features)), columns])


def _fit(columns: FloatArray, labels: FloatArray) -> FloatArray:
    """Coefficients that maximise the ridge-penalised log-likelihood, by Newton's method."""
    penalty = np.full(columns.shape[1], RIDGE)
    penalty[0] = 1e-6  # the intercept is free, but for a trace that keeps the Hessian regular
    coefficients = np.zeros(columns.shape[1])
    for _ in range(MAX_ITERATIONS):
        probabilities = _logistic(columns @ coefficients)
        gradient = columns.T @ (labels - probabilities) - penalty * coefficients
        hessian = (columns * (probabilities * (1 - probabilities))[:, None]).T @ columns + np.diag(
            penalty
        )
        step = np.linalg.solve(hessian, gradient)
        coefficients = coefficients + step
        if np.max(np.abs(step)) < 1e-8:
            break
    return coefficients


def _logistic(score: FloatArray) -> FloatArray:
    return np.asarray(1 / (1 + np.exp(-np.clip(score, -30, 30))))
