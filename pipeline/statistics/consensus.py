"""Ratings of one item: whether they disagree, and their consensus.

A rating is one current, blind grade as numbers. Rules: the review protocol (docs/review.md).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal

Basis = Literal["single", "agreement", "adjudicated"]
Reason = Literal["safety", "decision", "precision", "coherence", "steps"]
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


def reasons(ratings: Sequence[Rating]) -> tuple[Reason, ...]:
    """Why the ratings of one item need adjudication; empty when they do not.

    Discordance: precision or coherence differ by 2 or more, decisions differ across the accept
    line, one rater finds an incorrect step and another none. Apart from these, any safety flag.
    """
    checks: list[tuple[Reason, bool]] = [
        ("safety", any(rating.safety_flag for rating in ratings)),
        ("decision", len({rating.decision == ACCEPT for rating in ratings}) > 1),
        ("precision", _far_apart([rating.precision for rating in ratings])),
        ("coherence", _far_apart([rating.coherence for rating in ratings])),
        ("steps", _steps_disagree(ratings)),
    ]
    return tuple(reason for reason, holds in checks if holds)


def is_discordant(ratings: Sequence[Rating]) -> bool:
    """Whether the ratings of one item need adjudication, for any of the `reasons`."""
    return bool(reasons(ratings))


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


def _far_apart(values: Sequence[int]) -> bool:
    return bool(values) and max(values) - min(values) >= DISCORDANT_DISTANCE


def _steps_disagree(ratings: Sequence[Rating]) -> bool:
    labelled = [rating.first_incorrect_step for rating in ratings]
    any_incorrect = {step > 0 for step in labelled if step is not None}
    return len(any_incorrect) > 1
