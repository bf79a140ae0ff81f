"""The verdict: every filter in the order in which it is reported."""

from collections.abc import Callable
from dataclasses import replace

from pipeline.core.filtering.answer import check_answer
from pipeline.core.filtering.conclusion import check_conclusion
from pipeline.core.filtering.contrast import check_contrast
from pipeline.core.filtering.filter_input import FilterInput
from pipeline.core.filtering.format import check_format
from pipeline.core.filtering.grounding import check_grounding
from pipeline.core.filtering.leakage import check_leakage
from pipeline.core.filtering.masking import check_masking
from pipeline.core.filtering.order import check_order
from pipeline.core.filtering.readings import (
    check_agreement,
    check_margin,
    check_permutation,
    check_question_alone,
)
from pipeline.core.filtering.statements import check_statements
from pipeline.core.records import FilterResult, Verdict

# A filter gives None where what it looks at was not made for this trace.
FILTERS: tuple[Callable[[FilterInput], FilterResult | None], ...] = (
    check_format,
    check_leakage,
    check_masking,
    check_answer,
    check_grounding,
    check_statements,
    check_conclusion,
    check_order,
    check_margin,
    check_question_alone,
    check_agreement,
    check_permutation,
    check_contrast,
)


def judge_trace(inputs: FilterInput) -> Verdict:
    """All filters' results; none is skipped when another rejects, so each can be evaluated."""
    results = (check(inputs) for check in FILTERS)
    return Verdict(
        tuple(
            replace(result, decides=result.name in inputs.checks.deciding)
            for result in results
            if result is not None
        )
    )
