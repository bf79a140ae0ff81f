"""The share acceptable for other raters like these: questions and raters both resampled.

The estimators of estimation.py answer for this panel. This one asks what share a clinician of
the kind that sits on the panel would accept: twelve raters are a small sample of that kind.

Source: Owen (2007) and Owen and Eckles (2012) for resampling two crossed factors.
"""

import math
from dataclasses import replace

import numpy as np

from pipeline.statistics.estimate import Estimate, FloatArray, IntArray, undefined
from pipeline.statistics.estimation.stratified_sample import Sample
from pipeline.statistics.intervals import multinomial_weights, symmetric

ESTIMAND = "the share that a rater like those of this panel would accept, in this batch"
FEWEST_RATERS = 3


def share_across_raters(
    sample: Sample,
    item: IntArray,
    rater: IntArray,
    accepts: FloatArray,
    *,
    replicates: int = 500,
    seed: int = 0,
) -> Estimate:
    """Mean over the batch of the share of raters who accept, with a t interval over raters.

    `item` (a row of the sample), `rater` and `accepts` (0 or 1): one entry a grade. A sample's
    item counts as answered here when it has a grade.
    """
    grades = _matrices(len(sample.label), item, rater, accepts)
    graded = grades[0].sum(axis=0) > 0
    raters, n = len(grades[0]), int(graded.sum())
    empty = replace(sample, answered=graded).empty_strata()
    if empty:
        return undefined(f"nothing graded yet in: {', '.join(empty)}", n)
    value = float(_shares(sample, grades, np.ones((1, raters)), np.ones((1, _last(sample))))[0])
    if raters < FEWEST_RATERS:
        return Estimate(value, n=n, reason="fewer than three raters cannot be resampled")
    drawn = _replicates(sample, grades, replicates, seed)
    error = float(np.nanstd(drawn, ddof=1)) * math.sqrt(raters / (raters - 1))
    return symmetric(value, error, n, freedom=raters - 1).within(0.0, 1.0)


def _last(sample: Sample) -> int:
    return int(sample.question.max()) + 1


def _matrices(
    items: int, item: IntArray, rater: IntArray, accepts: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Who graded what, and who accepted what (raters x items)."""
    _, codes = np.unique(rater, return_inverse=True)
    shape = (int(codes.max()) + 1 if len(codes) else 0, items)
    given, accepted = np.zeros(shape), np.zeros(shape)
    given[codes, item] = 1
    accepted[codes, item] = accepts
    return given, accepted


def _replicates(
    sample: Sample, grades: tuple[FloatArray, FloatArray], replicates: int, seed: int
) -> FloatArray:
    generator = np.random.default_rng(seed)
    raters = len(grades[0])
    parts = []
    for questions in multinomial_weights(generator, _last(sample), replicates):
        drawn = generator.multinomial(raters, np.full(raters, 1 / raters), len(questions))
        parts.append(_shares(sample, grades, drawn.astype(float), questions))
    return np.concatenate(parts)


def _shares(
    sample: Sample, grades: tuple[FloatArray, FloatArray], raters: FloatArray, questions: FloatArray
) -> FloatArray:
    """The stratified share of each replicate; strata it left empty give way to the others."""
    given, accepted = (np.einsum("br,ri->bi", raters, one) for one in grades)
    rated = given > 0
    means = np.divide(accepted, given, where=rated, out=np.zeros_like(given))
    weights = rated * questions[:, sample.question] / sample.probability
    members = np.eye(len(sample.strata))[sample.stratum]
    totals, sums = (np.einsum("bi,is->bs", one, members) for one in (weights, weights * means))
    full = totals > 0
    shares = np.divide(sums, totals, where=full, out=np.zeros_like(totals))
    sizes = full * sample.sizes
    return np.asarray((shares * sizes).sum(axis=1) / sizes.sum(axis=1))
