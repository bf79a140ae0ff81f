"""The share acceptable for other raters like these: questions and raters both resampled.

The estimators of ratio_estimator answer for this panel. This one asks what share a clinician like
those on the panel would accept: twelve raters are a small sample of such clinicians.

Source: Owen (2007) and Owen and Eckles (2012) for resampling two crossed factors.
"""

import math
from dataclasses import replace

import numpy as np

from pipeline.statistics.estimate import (
    FEW_RATERS,
    MIN_RATERS,
    TOO_FEW_RATERS,
    Estimate,
    FloatArray,
    IntArray,
    undefined,
)
from pipeline.statistics.estimation.ratio_estimator import stratified_share
from pipeline.statistics.estimation.stratified_sample import Sample
from pipeline.statistics.intervals import few_raters_interval, multinomial_weights, t_interval

ESTIMAND = "the share that a rater like those of this panel would accept, in this batch"


def share_across_raters(
    sample: Sample,
    item: IntArray,
    rater: IntArray,
    accepts: FloatArray,
    *,
    replicates: int = 500,
    seed: int = 0,
    few_raters: int = FEW_RATERS,
) -> Estimate:
    """Mean over the batch of the share of raters who accept, with a t interval over raters.

    `item` (a row of the sample), `rater` and `accepts` (0 or 1): one entry a grade. A sample's
    item counts as answered here when it has a grade. With fewer than `few_raters` raters it is
    the interval of `few_raters_interval`.
    """
    grades = _matrices(len(sample.label), item, rater, accepts)
    graded = grades[0].sum(axis=0) > 0
    raters, n = len(grades[0]), int(graded.sum())
    empty = replace(sample, answered=graded).empty_strata()
    if empty:
        return undefined(f"nothing graded yet in: {', '.join(empty)}", n)
    value = float(
        _shares(sample, grades, np.ones((1, raters)), np.ones((1, _questions(sample))))[0]
    )
    if raters < MIN_RATERS:
        return Estimate(value, n=n, reason=TOO_FEW_RATERS)
    if raters < few_raters:
        return _over_few_raters(sample, grades, value, n)
    replicate_shares = _replicates(sample, grades, replicates, seed)
    # n / (n - 1): resampling n raters from n understates the variance between raters.
    error = float(np.nanstd(replicate_shares, ddof=1)) * math.sqrt(raters / (raters - 1))
    return t_interval(value, error, n, degrees_of_freedom=raters - 1).within(0.0, 1.0)


def _over_few_raters(
    sample: Sample, grades: tuple[FloatArray, FloatArray], value: float, n: int
) -> Estimate:
    given, accepted = (matrix.sum(axis=0) for matrix in grades)
    means = np.divide(accepted, given, where=given > 0, out=np.zeros_like(given))
    over_questions = stratified_share(
        replace(sample, label=means, answered=given > 0, waiting=None)
    )
    raters = len(grades[0])
    without_each = _shares(
        sample, grades, 1 - np.eye(raters), np.ones((raters, _questions(sample)))
    )
    error = over_questions.standard_error or 0.0
    return few_raters_interval(value, error, without_each, n).within(0.0, 1.0)


def _questions(sample: Sample) -> int:
    return int(sample.question.max()) + 1


def _matrices(
    items: int, item: IntArray, rater: IntArray, accepts: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Who graded what, and who accepted what (raters x items)."""
    _, codes = np.unique(rater, return_inverse=True)
    shape = (int(codes.max()) + 1 if len(codes) else 0, items)
    graded, accepted = np.zeros(shape), np.zeros(shape)
    graded[codes, item] = 1
    accepted[codes, item] = accepts
    return graded, accepted


def _replicates(
    sample: Sample, grades: tuple[FloatArray, FloatArray], replicates: int, seed: int
) -> FloatArray:
    generator = np.random.default_rng(seed)
    raters = len(grades[0])
    parts = []
    for questions in multinomial_weights(generator, _questions(sample), replicates):
        rater_draws = generator.multinomial(raters, np.full(raters, 1 / raters), len(questions))
        parts.append(_shares(sample, grades, rater_draws.astype(float), questions))
    return np.concatenate(parts)


def _shares(
    sample: Sample, grades: tuple[FloatArray, FloatArray], raters: FloatArray, questions: FloatArray
) -> FloatArray:
    """The stratified share of each replicate; a stratum it left empty is weighted 0."""
    grade_counts, accepted = (np.einsum("br,ri->bi", raters, matrix) for matrix in grades)
    rated = grade_counts > 0
    means = np.divide(accepted, grade_counts, where=rated, out=np.zeros_like(grade_counts))
    weights = rated * questions[:, sample.question] / sample.probability
    members = np.eye(len(sample.strata))[sample.stratum]
    totals, sums = (
        np.einsum("bi,is->bs", column, members) for column in (weights, weights * means)
    )
    nonempty = totals > 0
    shares = np.divide(sums, totals, where=nonempty, out=np.zeros_like(totals))
    sizes = nonempty * sample.sizes
    return np.asarray((shares * sizes).sum(axis=1) / sizes.sum(axis=1))
