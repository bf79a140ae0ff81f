"""Agreement of many raters: percent, Fleiss, Krippendorff's alpha, Gwet's AC1 and AC2.

Each coefficient is 1 - observed / expected disagreement and differs in what it expects by
chance. Kappa-type (Fleiss, Krippendorff) and AC-type (Gwet) belong on a page together: where
nearly all ratings fall into one category, the first can be low although raters rarely differ.

Sources: Fleiss (1971); Krippendorff (2011); Gwet (2008; 2014); with weights of the items: Lin,
Kim, Williamson and Lesser (2012), Estimating agreement coefficients from sample survey data,
Survey Methodology 38. Raters may differ from item to
item and miss items, as in Gwet's chapter 2 on missing ratings: an item with one rating counts
for the categories' shares (Krippendorff: not at all), an item with two or more for agreement.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from pipeline.statistics.agreement.question_totals import AgreementTotals, question_totals
from pipeline.statistics.agreement.rater_bootstrap import replicate_totals, without_each_rater
from pipeline.statistics.agreement.rating_table import RatingTable
from pipeline.statistics.agreement.weights import (
    Level,
    Weighting,
    agreement_weights,
    krippendorff_distances,
)
from pipeline.statistics.estimate import (
    FEW_RATERS,
    MIN_RATERS,
    TOO_FEW_RATERS,
    Estimate,
    FloatArray,
    undefined,
)
from pipeline.statistics.intervals import (
    few_raters_interval,
    multinomial_weights,
    percentile_interval,
)

REPLICATES = 1000
OVER_QUESTIONS = "how the figure would vary over other questions, graded by the same raters"
OVER_RATERS = "how the figure would vary over other questions and other raters like these"
NO_PAIRS = "no item has two ratings"
ONE_CATEGORY = "every rating that counts falls into one category: chance alone would agree as often"

Disagreement = tuple[FloatArray, FloatArray]
Coefficient = Callable[[AgreementTotals, FloatArray], Disagreement]


def percent_disagreement(
    totals: AgreementTotals, positions: FloatArray, *, weights: Weighting
) -> Disagreement:
    """Share of agreeing pairs, averaged over items."""
    return _observed_disagreement(totals, agreement_weights(weights, positions)), np.ones(
        len(totals.rows)
    )


def fleiss(totals: AgreementTotals, positions: FloatArray, *, weights: Weighting) -> Disagreement:
    """Chance: two ratings drawn from the shares of all raters."""
    matrix = agreement_weights(weights, positions)
    shares = _category_shares(totals)
    expected_agreement = np.einsum("rk,kl,rl->r", shares, matrix, shares)
    return _observed_disagreement(totals, matrix), 1 - expected_agreement


def gwet(totals: AgreementTotals, positions: FloatArray, *, weights: Weighting) -> Disagreement:
    """Chance: only ratings that are guesses agree by chance. AC1 unweighted, AC2 weighted."""
    matrix = agreement_weights(weights, positions)
    shares, points = _category_shares(totals), len(positions)
    if points < 2:
        return np.zeros(len(totals.rows)), np.zeros(len(totals.rows))
    expected_agreement = np.sum(shares * (1 - shares), axis=1)
    return _observed_disagreement(totals, matrix), 1 - matrix.sum() / (
        points * (points - 1)
    ) * expected_agreement


def krippendorff(totals: AgreementTotals, positions: FloatArray, *, level: Level) -> Disagreement:
    """Chance: two different ratings drawn from all that could be paired."""
    coincidences = totals.coincidences
    margins = coincidences.sum(axis=2)
    squared_distances = krippendorff_distances(level, positions, margins)
    ratings = margins.sum(axis=1)
    observed = np.sum(coincidences * squared_distances, axis=(1, 2))
    expected = np.einsum("rk,rkl,rl->r", margins, squared_distances, margins)
    return observed * (ratings - 1), expected


COEFFICIENTS: dict[str, Coefficient] = {
    "percent": partial(percent_disagreement, weights="identity"),
    "fleiss": partial(fleiss, weights="identity"),
    "fleiss_quadratic": partial(fleiss, weights="quadratic"),
    "alpha_nominal": partial(krippendorff, level="nominal"),
    "alpha_ordinal": partial(krippendorff, level="ordinal"),
    "alpha_interval": partial(krippendorff, level="interval"),
    "ac1": partial(gwet, weights="identity"),
    "ac2_linear": partial(gwet, weights="linear"),
    "ac2_quadratic": partial(gwet, weights="quadratic"),
    "ac2_ordinal": partial(gwet, weights="ordinal"),
}


@dataclass(frozen=True, slots=True)
class Agreement:
    """One coefficient under both bootstraps; they answer OVER_QUESTIONS and OVER_RATERS.

    `over_raters` is None when raters were not resampled.
    """

    over_questions: Estimate
    over_raters: Estimate | None = None


def agreement(
    table: RatingTable,
    names: Sequence[str] = tuple(COEFFICIENTS),
    *,
    replicates: int = REPLICATES,
    seed: int = 0,
    resample_raters: bool = False,
    few_raters: int = FEW_RATERS,
) -> dict[str, Agreement]:
    """Coefficients by name, all from the same resamples, with percentile intervals.

    With fewer than `few_raters` raters the interval over raters is the t interval of
    `few_raters_interval`. In a table with weights each item counts by its weight, in observed
    agreement and in the shares of the categories alike (Lin et al. 2012): percent, Fleiss and
    Gwet are what they would be if each item stood there as often as it weighs, alpha up to its
    correction for n ratings, (n - 1) / n, where n remains the number of ratings given.
    """
    totals = question_totals(table)
    values = _coefficients(totals.summed(), table, names)[0]
    replicate_values = _resample_questions(totals, table, names, replicates, seed)
    over_questions = [
        _estimate(table, value, column)
        for value, column in zip(values, replicate_values.T, strict=True)
    ]
    over_raters: Sequence[Estimate | None] = [None] * len(names)
    if resample_raters and len(table.raters) >= few_raters:
        crossed_values = _resample_raters(table, names, replicates, seed)
        over_raters = [
            _estimate(table, value, column, raters=True)
            for value, column in zip(values, crossed_values.T, strict=True)
        ]
    elif resample_raters:
        over_raters = _over_few_raters(table, names, over_questions)
    return {
        name: Agreement(questions, raters)
        for name, questions, raters in zip(names, over_questions, over_raters, strict=True)
    }


def _coefficients(totals: AgreementTotals, table: RatingTable, names: Sequence[str]) -> FloatArray:
    """Each coefficient of each row of totals (rows x names); NaN where it is undefined."""
    columns = []
    for name in names:
        observed, expected = COEFFICIENTS[name](totals, table.positions)
        defined = (totals.paired_items > 0) & (expected > 1e-12)
        ratio = np.divide(observed, expected, where=defined, out=np.full(len(defined), np.nan))
        columns.append(1 - ratio)
    return np.stack(columns, axis=1)


def _resample_questions(
    totals: AgreementTotals, table: RatingTable, names: Sequence[str], replicates: int, seed: int
) -> FloatArray:
    generator = np.random.default_rng(seed)
    blocks = multinomial_weights(generator, len(totals.rows), replicates if table.items else 0)
    parts = [_coefficients(totals.reweighted(block), table, names) for block in blocks]
    return np.concatenate(parts) if parts else np.empty((0, len(names)))


def _resample_raters(
    table: RatingTable, names: Sequence[str], replicates: int, seed: int
) -> FloatArray:
    """Replicates that draw questions and, independently, raters (the pigeonhole bootstrap)."""
    generator = np.random.default_rng([seed, 1])
    raters = len(table.raters)
    parts = []
    for block in multinomial_weights(generator, table.questions, replicates if table.items else 0):
        rater_draws = generator.multinomial(raters, np.full(raters, 1 / raters), len(block))
        rows = replicate_totals(table, block, rater_draws.astype(float))
        parts.append(_coefficients(AgreementTotals(rows, len(table.scale)), table, names))
    return np.concatenate(parts) if parts else np.empty((0, len(names)))


def _over_few_raters(
    table: RatingTable, names: Sequence[str], over_questions: Sequence[Estimate]
) -> list[Estimate]:
    """Each coefficient with its t interval over few raters."""
    totals = AgreementTotals(without_each_rater(table), len(table.scale))
    without_each = _coefficients(totals, table, names)
    return [
        _over_few(table, estimate, column)
        for estimate, column in zip(over_questions, without_each.T, strict=True)
    ]


def _over_few(table: RatingTable, estimate: Estimate, without_each: FloatArray) -> Estimate:
    if estimate.value is None:
        return estimate
    if len(table.raters) < MIN_RATERS:
        return Estimate(estimate.value, n=estimate.n, reason=TOO_FEW_RATERS)
    if estimate.standard_error is None:
        return estimate
    return few_raters_interval(
        estimate.value, estimate.standard_error, without_each, estimate.n
    ).within(-1.0, 1.0)


def _estimate(
    table: RatingTable, value: float, replicate_values: FloatArray, *, raters: bool = False
) -> Estimate:
    n = table.paired_items
    if n == 0:
        return undefined(NO_PAIRS)
    if np.isnan(value):
        return undefined(ONE_CATEGORY, n)
    if table.questions < 2:
        return Estimate(float(value), n=n, reason="all of one question: no interval")
    if raters and len(table.raters) < MIN_RATERS:
        return Estimate(float(value), n=n, reason=TOO_FEW_RATERS)
    return percentile_interval(float(value), replicate_values, n)


def _observed_disagreement(totals: AgreementTotals, weights: FloatArray) -> FloatArray:
    agreed = np.sum(totals.pairs * weights, axis=(1, 2))
    paired = totals.paired_items
    share = np.divide(agreed, paired, where=paired > 0, out=np.zeros_like(agreed))
    return np.asarray(1 - share)


def _category_shares(totals: AgreementTotals) -> FloatArray:
    rated = totals.rated_items[:, None]
    shares = np.divide(totals.shares, rated, where=rated > 0, out=np.zeros_like(totals.shares))
    return np.asarray(shares)
