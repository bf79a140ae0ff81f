"""Grounding: how many steps rest on an edge, and whether they say what their edges say.

A negative edge is not wrong: a contraindication is the very support of "which is
contraindicated?". Wording it as support is, and rejects.
"""

import re

from pipeline.core.filtering.filter_input import FilterInput
from pipeline.core.records import Edge, FilterResult, Step

NAME = "grounding"

# Beyond this many neighbours a node says little about any of them (99 % of nodes have fewer).
GENERIC_HUB_DEGREE = 300

_DENIAL = re.compile(
    r"contra-?indicat|\b(?:no|not|never|neither|nor|without|cannot|absen(?:t|ce)|lacks?|lacking|"
    r"avoid\w*|unsafe|harm\w*|danger\w*|excludes?|excluded|excluding|spares?|against|"
    r"inappropriate|inadvisable|prohibited|forbidden|rather than|instead of|free of|fails? to|"
    r"negative|withh[eo]ld|discontinue\w*|warn\w*|un(?:affected|expressed|suitable))\b|n['\u2019]t\b",
    re.IGNORECASE,
)


def check_grounding(inputs: FilterInput) -> FilterResult:
    """Rejects below the configured share of grounded steps, or for a denial worded as support.

    The score is the share of steps that cite at least one edge.
    """
    steps = inputs.cot.steps
    supported = sum(bool(step.edges) for step in steps)
    share = supported / len(steps) if steps else 0.0
    misworded = [step.number for step in steps if _words_denial_as_support(step)]
    explanation = "; ".join(
        (
            f"{supported} of {len(steps)} steps rest on an edge "
            f"(at least {inputs.minimum_grounded_share:.0%} are asked)",
            _hub_sentence(inputs),
            _misworded_sentence(misworded),
        )
    )
    passed = share >= inputs.minimum_grounded_share and not misworded
    return FilterResult(NAME, passed, round(share, 6), explanation + ".")


def _words_denial_as_support(step: Step) -> bool:
    return any(edge.negative for edge in step.edges) and not _DENIAL.search(step.text)


def _hub_sentence(inputs: FilterInput) -> str:
    cited = list(dict.fromkeys(edge for step in inputs.cot.steps for edge in step.edges))
    if not cited:
        return "no edge is cited"
    through = sum(_through_hub(edge, inputs) for edge in cited)
    return f"{through} of {len(cited)} cited edges touch a generic hub"


def _through_hub(edge: Edge, inputs: FilterInput) -> bool:
    return max(inputs.degree(edge.head), inputs.degree(edge.tail)) > GENERIC_HUB_DEGREE


def _misworded_sentence(numbers: list[int]) -> str:
    if not numbers:
        return "no negative edge is worded as support"
    steps = ", ".join(map(str, numbers))
    return f"a negative edge is worded as support in step {steps}"
