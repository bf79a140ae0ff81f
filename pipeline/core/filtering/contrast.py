"""Contrast: is the CoT better supported than a chain written for another option?

A method that can argue for any option says nothing by arguing for the key. The reader sees both
chains masked and unlabelled, once in each order; only winning both is winning.
"""

from pipeline.core.errors import (
    AnswerNotMapped,
    NoMentionFound,
    NoPathFound,
    PrunedToNothing,
    QuestionNotMapped,
)
from pipeline.core.filtering.filter_input import FilterInput
from pipeline.core.records import FilterResult, Preferred, Rival

NAME = "contrast"

# How a rival fails for which the graph holds no chain; all else is a reader's or a writer's fault.
_UNREACHED = (NoMentionFound, QuestionNotMapped, AnswerNotMapped, NoPathFound, PrunedToNothing)
_NO_CHAIN = frozenset(failure.reason for failure in _UNREACHED)


def check_contrast(inputs: FilterInput) -> FilterResult | None:
    """Rejects unless the CoT wins every comparison; the score is the share it wins.

    None where no rival was asked for. Where the graph holds no chain for one there is nothing to
    compare: it passes without a score, and says so. A comparison that failed passes nothing.
    """
    if not inputs.rivals:
        return None
    compared = [rival for rival in inputs.rivals if rival.comparisons]
    failed = [rival for rival in inputs.rivals if rival.failure and not _has_no_chain(rival)]
    if failed or not compared:
        reasons = "; ".join(map(_missing, failed or inputs.rivals))
        outcome = "Not compared" if failed else "Nothing to compare"
        return FilterResult(NAME, not failed, None, f"{outcome}: {reasons}.")
    won = sum(_won(rival) for rival in compared)
    total = sum(len(rival.comparisons) for rival in compared)
    sentences = "; ".join(map(_outcome, compared))
    return FilterResult(NAME, won == total, round(won / total, 6), f"{sentences}.")


def _has_no_chain(rival: Rival) -> bool:
    return rival.failure is not None and rival.failure.reason in _NO_CHAIN


def _won(rival: Rival) -> int:
    return sum(comparison.preferred is Preferred.KEY for comparison in rival.comparisons)


def _outcome(rival: Rival) -> str:
    won, total = _won(rival), len(rival.comparisons)
    return f"against the chain for {rival.label} ({rival.text}) it wins {won} of {total} readings"


def _missing(rival: Rival) -> str:
    reason = rival.failure.reason.replace("_", " ") if rival.failure else "not compared"
    what = "no chain" if rival.cot is None else "no comparison with the chain"
    return f"{what} for {rival.label} ({rival.text}) could be made ({reason})"
