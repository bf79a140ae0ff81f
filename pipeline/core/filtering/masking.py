"""Masking: could every naming of an option be hidden from the second reader?

A reader who is shown the answer proves nothing by finding it. What can neither be masked without
striking the case nor be left without perhaps giving an option away makes the reading unmasked:
it is counted here and never taken for one.
"""

from pipeline.core.filtering.filter_input import FilterInput
from pipeline.core.records import FilterResult

NAME = "masking"


def check_masking(inputs: FilterInput) -> FilterResult:
    """Rejects when the text that the second reader saw may still give an option away."""
    unmasked = inputs.unmasked
    if not unmasked:
        return FilterResult(
            NAME, True, 1.0, "Every naming of an option was masked before the CoT was read."
        )
    count = "1 passage" if len(unmasked) == 1 else f"{len(unmasked)} passages"
    return FilterResult(
        NAME,
        False,
        0.0,
        f"The second reader saw {count} that may give an option away and could not be masked "
        f"safely, first “{unmasked[0]}”.",
    )
