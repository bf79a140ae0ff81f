"""Grounding: how many steps rest on an edge, and how many edges lead through generic hubs."""

from pipeline.core.filtering.filter_input import FilterInput
from pipeline.core.records import Edge, FilterResult

NAME = "grounding"

# Beyond this many neighbours a node says little about any of them (99 % of nodes have fewer).
GENERIC_HUB_DEGREE = 300


def check_grounding(inputs: FilterInput) -> FilterResult:
    """Rejects below the configured share of steps that rest on an edge.

    The score is the share of steps that cite at least one edge.
    """
    steps = inputs.cot.steps
    supported = sum(bool(step.edges) for step in steps)
    share = supported / len(steps) if steps else 0.0
    explanation = "; ".join(
        (
            f"{supported} of {len(steps)} steps rest on an edge "
            f"(at least {inputs.minimum_grounded_share:.0%} are asked)",
            _hub_sentence(inputs),
        )
    )
    passed = share >= inputs.minimum_grounded_share
    return FilterResult(NAME, passed, round(share, 6), explanation + ".")


def _hub_sentence(inputs: FilterInput) -> str:
    cited = list(dict.fromkeys(edge for step in inputs.cot.steps for edge in step.edges))
    if not cited:
        return "no edge is cited"
    through = sum(_through_hub(edge, inputs) for edge in cited)
    return f"{through} of {len(cited)} cited edges touch a generic hub"


def _through_hub(edge: Edge, inputs: FilterInput) -> bool:
    return max(inputs.degree(edge.head), inputs.degree(edge.tail)) > GENERIC_HUB_DEGREE
