"""Each step that cites edges, compared with them: by rules where they decide, else by the reader.

One call settles all the steps that the rules leave open.
"""

from pipeline.core.chain import Tools, require
from pipeline.core.records import StepCheck, TraceRecord


def check_steps(trace: TraceRecord, tools: Tools) -> tuple[StepCheck, ...]:
    """One check for every citing step, in the order of the steps."""
    undecided = [step for step in require(trace.cot).steps if step.edges]
    if not undecided:
        return ()
    checks = tools.second_reader.check_steps(trace.question, undecided, trace.paths)
    return tuple(sorted(checks, key=lambda check: check.step))
