"""Decisions on three points by raters of differing severity, and the agreement of their kind.

An item has a quality, a rater a severity, both normal in logits; a decision is an ordered logit
of their difference. So the true coefficients are integrals, computed here by quadrature.
"""

import numpy as np

from pipeline.statistics.agreement.rating_table import RatingTable, tabulate
from tests.statistics.worlds import logistic

POINTS = (1, 2, 3)
CUTS = (-1.0, 1.0)
MEAN, DEVIATION = 0.5, 1.5
OVERLAP = 3


def chances(quality: np.ndarray, severity: np.ndarray) -> np.ndarray:
    """The chance of each decision (... x points)."""
    upper, highest = (logistic(quality - severity - cut) for cut in CUTS)
    return np.stack([1 - upper, upper - highest, highest], axis=-1)


def draw_decisions(
    rng: np.random.Generator, *, raters: int, spread: float, items: int
) -> RatingTable:
    """A new panel, and the items that three of it decided on."""
    quality, severity = rng.normal(MEAN, DEVIATION, items), rng.normal(0, spread, raters)
    orders = rng.permuted(np.tile(np.arange(raters), (items, 1)), axis=1)
    item, rater = np.repeat(np.arange(items), OVERLAP), orders[:, :OVERLAP].ravel()
    below = np.cumsum(chances(quality[item], severity[rater]), axis=1)[:, :-1]
    decision = 1 + np.sum(rng.uniform(size=len(item))[:, None] > below, axis=1)
    return tabulate(item, rater, decision, scale=POINTS)


def true_coefficients(spread: float) -> dict[str, float]:
    """Krippendorff's ordinal alpha and Gwet's AC2 by quadratic weights of endlessly many raters.

    Written out from their definitions, apart from the functions under test.
    """
    points, weights = np.polynomial.hermite_e.hermegauss(60)
    weights = weights / weights.sum()
    by_rater = chances(MEAN + DEVIATION * points[:, None], spread * points[None, :])
    by_item = np.einsum("r,irk->ik", weights, by_rater)
    pairs = np.einsum("i,ik,il->kl", weights, by_item, by_item)
    shares = weights @ by_item
    ranks = np.cumsum(shares) - shares / 2
    ordinal = (ranks[:, None] - ranks[None, :]) ** 2
    alpha = 1 - np.sum(pairs * ordinal) / np.sum(np.outer(shares, shares) * ordinal)
    agreeing = 1 - (np.subtract.outer(POINTS, POINTS) / 2) ** 2
    by_chance = agreeing.sum() / 6 * np.sum(shares * (1 - shares))
    ac2 = (np.sum(pairs * agreeing) - by_chance) / (1 - by_chance)
    return {"alpha_ordinal": float(alpha), "ac2_quadratic": float(ac2)}
