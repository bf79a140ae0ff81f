"""Contrast: is the CoT better supported than a chain written for another option?

A method that can argue for any option says nothing by arguing for the key. The reader sees both
chains masked and unlabelled, once in each order; only winning both is winning.
"""

from pipeline.core.filtering.filter_input import FilterInput
from pipeline.core.records import FilterResult, Preferred, Rival

NAME = "contrast"


def check_contrast(inputs: FilterInput) -> FilterResult | None:
    """Rejects unless the CoT wins every comparison; the score is the share it wins.

    None where no rival was asked for. Where none could be written nothing was compared: it
    passes without a score, and says so.
    """
    if not inputs.rivals:
        return None
    compared = [rival for rival in inputs.rivals if rival.comparisons]
    if not compared:
        reasons = "; ".join(map(_missing, inputs.rivals))
        return FilterResult(NAME, True, None, f"Nothing to compare: {reasons}.")
    won = sum(_won(rival) for rival in compared)
    total = sum(len(rival.comparisons) for rival in compared)
    sentences = "; ".join(map(_outcome, compared))
    return FilterResult(NAME, won == total, round(won / total, 6), f"{sentences}.")


def _won(rival: Rival) -> int:
    return sum(comparison.preferred is Preferred.KEY for comparison in rival.comparisons)


def _outcome(rival: Rival) -> str:
    won, total = _won(rival), len(rival.comparisons)
    return f"against the chain for {rival.label} ({rival.text}) it wins {won} of {total} readings"


def _missing(rival: Rival) -> str:
    reason = rival.failure.reason.replace("_", " ") if rival.failure else "not compared"
    return f"no chain for {rival.label} ({rival.text}) could be written ({reason})"
