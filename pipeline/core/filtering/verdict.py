"""The verdict: every filter in the order in which it is reported."""

from collections.abc import Callable

from pipeline.core.filtering.answer import check_answer
from pipeline.core.filtering.filter_input import FilterInput
from pipeline.core.filtering.format import check_format
from pipeline.core.filtering.grounding import check_grounding
from pipeline.core.filtering.leakage import check_leakage
from pipeline.core.records import FilterResult, Verdict

FILTERS: tuple[Callable[[FilterInput], FilterResult], ...] = (
    check_format,
    check_leakage,
    check_answer,
    check_grounding,
)


def judge_trace(inputs: FilterInput) -> Verdict:
    """All filters' results; none is skipped when another rejects, so each can be evaluated."""
    return Verdict(tuple(check(inputs) for check in FILTERS))
