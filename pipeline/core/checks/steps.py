"""Each step that cites edges, compared with them: by rules where they decide, else by the reader.

One call settles all the steps that the rules leave open.
"""

from pipeline.core.chain import Tools, require
from pipeline.core.filtering.statements import check_by_rules, wordings_of
from pipeline.core.records import StepCheck, TraceRecord


def check_steps(trace: TraceRecord, tools: Tools) -> tuple[StepCheck, ...]:
    """One check for every citing step, in the order of the steps."""
    citing = [step for step in require(trace.cot).steps if step.edges]
    wordings = wordings_of(trace.paths, trace.linked, tools.graph.synonyms_of)
    decided = {
        step: check
        for step in citing
        if (check := check_by_rules(step, wordings, tools.graph.nodes_named))
    }
    undecided = [step for step in citing if step not in decided]
    read: tuple[StepCheck, ...] = ()
    if undecided:
        read = tools.second_reader.check_steps(trace.question, undecided, trace.paths)
    return tuple(sorted((*decided.values(), *read), key=lambda check: check.step))
