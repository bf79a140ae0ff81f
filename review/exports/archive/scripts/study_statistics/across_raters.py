"""The share that other raters like these would accept: questions and raters are both resampled.

Sources: Owen (2007); Owen and Eckles (2012). With few raters: a t interval.
"""

import math
from dataclasses import replace

import numpy as np

from .intervals import (
    FEW_RATERS,
    MIN_RATERS,
    Estimate,
    Floats,
    Ints,
    draws,
    few_raters_interval,
    t_interval,
    undefined,
)
from .weighted import Sample, estimate, share


def share_across_raters(sample: Sample, item: Ints, rater: Ints, accepts: Floats) -> Estimate:
    """The mean of raters who accept, over the batch; questions and raters are resampled."""
    raters = int(rater.max()) + 1 if len(rater) else 0
    graded, accepted = np.zeros((raters, len(sample.label))), np.zeros((raters, len(sample.label)))
    graded[rater, item], accepted[rater, item] = 1, accepts
    has_grade = graded.sum(axis=0) > 0
    n = int(has_grade.sum())
    if (sample.by_stratum(has_grade) == 0).any():
        return undefined(n)
    questions = int(sample.question.max()) + 1
    value = float(
        _shares(sample, graded, accepted, np.ones((1, raters)), np.ones((1, questions)))[0]
    )
    if raters < MIN_RATERS:
        return Estimate(value, n=n)
    if raters < FEW_RATERS:
        return _over_few_raters(sample, graded, accepted, value, n)
    generator, parts = np.random.default_rng(0), []
    for block in draws(generator, questions, 500):
        drawn = generator.multinomial(raters, np.full(raters, 1 / raters), len(block))
        parts.append(_shares(sample, graded, accepted, drawn.astype(float), block))
    error = float(np.nanstd(np.concatenate(parts), ddof=1)) * math.sqrt(raters / (raters - 1))
    return t_interval(value, error, n, raters - 1).within(0.0, 1.0)


def _over_few_raters(
    sample: Sample, graded: Floats, accepted: Floats, value: float, n: int
) -> Estimate:
    """The t interval over few raters, from the share without each of them."""
    given, accepts = graded.sum(axis=0), accepted.sum(axis=0)
    means = np.divide(accepts, given, where=given > 0, out=np.zeros_like(given))
    answered = given > 0
    of_means = replace(sample, label=means, answered=answered, waiting=np.zeros_like(answered))
    error = estimate(of_means, share(of_means)).error or 0.0
    raters, questions = len(graded), int(sample.question.max()) + 1
    everyone = np.ones((raters, questions))
    without_each = _shares(sample, graded, accepted, 1 - np.eye(raters), everyone)
    return few_raters_interval(value, error, without_each, n).within(0.0, 1.0)


def _shares(
    sample: Sample, graded: Floats, accepted: Floats, raters: Floats, questions: Floats
) -> Floats:
    """The stratified share of each replicate."""
    counts, accepts = (np.einsum("br,ri->bi", raters, one) for one in (graded, accepted))
    rated = counts > 0
    means = np.divide(accepts, counts, where=rated, out=np.zeros_like(counts))
    weights = rated * questions[:, sample.question] / sample.chance
    members = np.eye(len(sample.strata))[sample.stratum]
    totals, sums = (np.einsum("bi,is->bs", one, members) for one in (weights, weights * means))
    shares = np.divide(sums, totals, where=totals > 0, out=np.zeros_like(totals))
    sizes = (totals > 0) * sample.sizes
    return np.asarray((shares * sizes).sum(axis=1) / sizes.sum(axis=1))
