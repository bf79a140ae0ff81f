"""Order: do the steps tell the edges of each path in the path's own order?

A path runs from the question to the answer; a chain of thought that follows it does too. The
score only measures: a sound argument may also be told from its end.
"""

from itertools import pairwise

from pipeline.core.filtering.filter_input import FilterInput
from pipeline.core.records import Edge, FilterResult, Step

NAME = "order"


def check_order(inputs: FilterInput) -> FilterResult:
    """Never rejects. The score is the share of neighbouring hops that are cited in order.

    Counted are pairs of neighbouring hops of one path of which both are cited; None without any.
    In order means that the second is not first cited before the first; one step may cite both.
    """
    cited_in = _first_citations(inputs.cot.steps)
    in_order = [
        earlier <= later
        for path in inputs.paths
        for earlier, later in pairwise(_first_step(hop, cited_in) for hop in path.hops)
        if earlier is not None and later is not None
    ]
    if not in_order:
        explanation = "No two neighbouring hops of a path are cited."
        return FilterResult(NAME, True, None, explanation, decides=False)
    share = round(sum(in_order) / len(in_order), 6)
    explanation = (
        f"{sum(in_order)} of {len(in_order)} pairs of neighbouring hops are cited in the order "
        "of their path."
    )
    return FilterResult(NAME, True, share, explanation, decides=False)


def _first_citations(steps: tuple[Step, ...]) -> dict[Edge, int]:
    """By edge, the number of the first step that cites it."""
    first: dict[Edge, int] = {}
    for step in steps:
        for edge in step.edges:
            first.setdefault(edge, step.number)
    return first


def _first_step(hop: tuple[Edge, ...], cited_in: dict[Edge, int]) -> int | None:
    """The first step that cites any of a hop's parallel edges."""
    return min((cited_in[edge] for edge in hop if edge in cited_in), default=None)
