"""The whole method on one page: one question, taken from its mentions to a verdict.

    extract > link by name > link by selection > search > prune > write >
    read > check steps > test > judge

The first six stages make the chain of thought (pipeline.core.chain). It is then read by a second
reader who does not know the key, its steps are compared with the edges they cite, and on a
share of the questions further readings test what all this is worth (pipeline.core.checks). The
same question, graph, configuration and seed give the same trace. A defect (any exception but
StageFailure) is not caught here: the caller records it.
"""

from pipeline.core.chain import CHAIN, Progress, Stage, Tools, require, run_stages
from pipeline.core.checks.contrast import compare_with_rivals
from pipeline.core.checks.readings import further_readings
from pipeline.core.checks.steps import check_steps
from pipeline.core.config import MethodConfig
from pipeline.core.filtering.filter_input import FilterInput
from pipeline.core.filtering.verdict import judge_trace
from pipeline.core.linking.options import option_aliases
from pipeline.core.masking import mask_options
from pipeline.core.records import Question, TraceRecord


def make_trace(question: Question, tools: Tools, config: MethodConfig) -> TraceRecord:
    """One question through the whole method; every StageFailure becomes the trace's failure."""
    return run_stages(STAGES, question, tools, config)


def read(progress: Progress, tools: Tools, config: MethodConfig) -> Progress:
    trace = progress.trace
    aliases = option_aliases(tools.graph, trace.question, trace.linked)
    masked = mask_options(require(trace.cot), trace.question, aliases)
    answer = tools.second_reader.answer(trace.question, masked.text)
    return progress.adding(read_answer=answer, unmasked=masked.unsafe)


def compare_steps(progress: Progress, tools: Tools, config: MethodConfig) -> Progress:
    return progress.adding(step_checks=check_steps(progress.trace, tools))


def run_checks(progress: Progress, tools: Tools, config: MethodConfig) -> Progress:
    return progress.adding(
        readings=further_readings(progress.trace, tools, config),
        rivals=compare_with_rivals(progress.trace, tools, config),
    )


def judge(progress: Progress, tools: Tools, config: MethodConfig) -> Progress:
    trace = progress.trace
    answer = require(trace.read_answer)
    free_text = trace.question.answer_label is None
    inputs = FilterInput(
        trace.question,
        trace.paths,
        require(trace.cot),
        answer,
        tools.second_reader.judge(trace.question, answer.text) if free_text else None,
        config.minimum_grounded_share,
        tools.graph.degree,
        tools.graph.synonyms_of,
        trace.linked,
        trace.unmasked,
        trace.step_checks,
        trace.readings,
        trace.rivals,
        config.checks,
    )
    return progress.adding(verdict=judge_trace(inputs))


STAGES: tuple[Stage, ...] = (*CHAIN, read, compare_steps, run_checks, judge)
