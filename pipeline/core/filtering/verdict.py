"""The verdict: every filter in the order in which it is reported."""

from collections.abc import Callable

from pipeline.core.filtering.answer import reaches_answer
from pipeline.core.filtering.evidence import FilterInput
from pipeline.core.filtering.format import well_formed
from pipeline.core.filtering.grounding import grounded
from pipeline.core.filtering.leakage import leaks_nothing
from pipeline.core.records import FilterResult, Verdict

FILTERS: tuple[Callable[[FilterInput], FilterResult], ...] = (
    well_formed,
    leaks_nothing,
    reaches_answer,
    grounded,
)


def judge_trace(given: FilterInput) -> Verdict:
    """All filters' results; none is skipped when another rejects, so each can be evaluated."""
    return Verdict(tuple(check(given) for check in FILTERS))
