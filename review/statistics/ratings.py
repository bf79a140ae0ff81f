"""Ratings of one item: whether they disagree, and their consensus.

A rating is one current, blind grade as numbers. Rules: the review protocol (docs/review.md).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal

Basis = Literal["single", "agreement", "adjudicated"]
DISCORDANT_DISTANCE = 2
ACCEPT = "accept"
# Ordered from the lower to the upper decision.
DECISIONS = ("reject", "revise", "accept")


@dataclass(frozen=True, slots=True)
class Rating:
    """One rater's judgement of one item. Scales 1-5.

    `first_incorrect_step`: 0 none is incorrect, None the steps were not labelled.
    """

    precision: int
    coherence: int
    decision: str
    first_incorrect_step: int | None = None
    safety_flag: str = ""
    path_precision: tuple[int, ...] = ()
    path_coherence: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Consensus:
    """What the panel says of one item. Scales may fall on halves (medians of even panels)."""

    precision: float
    coherence: float
    decision: str
    basis: Basis
    ratings: int


def is_discordant(ratings: Sequence[Rating]) -> bool:
    """Whether the ratings of one item need adjudication.

    They do when precision or coherence differ by 2 or more, when decisions differ across the
    accept line, or when one rater finds an incorrect step and another finds none. Any safety
    flag goes to adjudication apart from these.
    """
    if any(rating.safety_flag for rating in ratings):
        return True
    return (
        _spread([rating.precision for rating in ratings]) >= DISCORDANT_DISTANCE
        or _spread([rating.coherence for rating in ratings]) >= DISCORDANT_DISTANCE
        or len({rating.decision == ACCEPT for rating in ratings}) > 1
        or _steps_disagree(ratings)
    )


def consensus(ratings: Sequence[Rating]) -> Consensus | None:
    """The consensus of agreeing ratings; None when there is no rating or they are discordant.

    Scales by median; the upper decision only if unanimous or held by a majority; a single
    rating stands for itself, marked single.
    """
    if not ratings or is_discordant(ratings):
        return None
    return Consensus(
        precision=float(median(rating.precision for rating in ratings)),
        coherence=float(median(rating.coherence for rating in ratings)),
        decision=_decision([rating.decision for rating in ratings]),
        basis="single" if len(ratings) == 1 else "agreement",
        ratings=len(ratings),
    )


def _decision(decisions: Sequence[str]) -> str:
    """The highest decision that more than half of the raters reach or exceed."""
    counts = Counter(decisions)
    reached = 0
    for decision in reversed(DECISIONS):
        reached += counts[decision]
        if 2 * reached > len(decisions):
            return decision
    return DECISIONS[0]


def _spread(values: Sequence[int]) -> int:
    return max(values) - min(values) if values else 0


def _steps_disagree(ratings: Sequence[Rating]) -> bool:
    labelled = [rating.first_incorrect_step for rating in ratings]
    found = {step > 0 for step in labelled if step is not None}
    return len(found) > 1
