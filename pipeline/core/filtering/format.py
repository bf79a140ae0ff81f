"""Format: steps and a conclusion are there, none is empty, cited edges exist in the paths."""

from collections.abc import Iterator

from pipeline.core.filtering.filter_input import FilterInput
from pipeline.core.records import FilterResult

NAME = "format"


def check_format(inputs: FilterInput) -> FilterResult:
    """Rejects a CoT with a missing part or a citation of an edge that no path holds."""
    faults = list(_faults(inputs))
    if faults:
        return FilterResult(NAME, False, 0.0, f"The CoT is malformed: {'; '.join(faults)}.")
    cited = sum(len(step.edges) for step in inputs.cot.steps)
    told = f"all {cited} citations are edges of the paths" if cited else "no edge is cited"
    steps = len(inputs.cot.steps)
    return FilterResult(NAME, True, 1.0, f"{steps} steps and a conclusion, none empty; {told}.")


def _faults(inputs: FilterInput) -> Iterator[str]:
    known = {edge for path in inputs.paths for edge in path.edges}
    if not inputs.cot.steps:
        yield "it has no step"
    for step in inputs.cot.steps:
        if not step.text.strip():
            yield f"step {step.number} is empty"
        strange = sum(edge not in known for edge in step.edges)
        if strange:
            yield f"step {step.number} cites {strange} edges that no path holds"
    if not inputs.cot.conclusion.strip():
        yield "it has no conclusion"
