"""Statements: does every step that cites edges say what they say?"""

from pipeline.core.filtering.filter_input import FilterInput
from pipeline.core.records import FilterResult, StepCheck, Support

NAME = "statements"

_OUTCOMES = {
    Support.CONTRADICTED: "contradicts the edges it cites",
    Support.NOT_ADDRESSED: "does not speak of what its edges state",
}


def check_statements(inputs: FilterInput) -> FilterResult:
    """Rejects when a citing step contradicts its edges or does not speak of what they state.

    The score is the share of citing steps that are supported; None where no step cites an edge,
    for then nothing was compared. Raises ValueError for a citing step without its check.
    """
    checks = {check.step: check for check in inputs.step_checks}
    citing = [step.number for step in inputs.cot.steps if step.edges]
    unchecked = [number for number in citing if number not in checks]
    if unchecked:
        raise ValueError(f"Step {unchecked[0]} cites edges and was not compared with them.")
    if not citing:
        return FilterResult(
            NAME, True, None, "No step cites an edge, so there was nothing to compare."
        )
    faulty = [checks[n] for n in citing if checks[n].support is not Support.SUPPORTED]
    supported = len(citing) - len(faulty)
    summary = f"{supported} of {len(citing)} steps that cite edges say what the edges say"
    explanation = " ".join((f"{summary}.", *map(_sentence, faulty)))
    return FilterResult(NAME, not faulty, round(supported / len(citing), 6), explanation)


def _sentence(check: StepCheck) -> str:
    reason = check.explanation.strip().rstrip(".")
    return f"Step {check.step} {_OUTCOMES[check.support]}: {reason} (by {check.by.value})."
