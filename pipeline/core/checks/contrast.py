"""Contrast: chains for the nearest distractors, made as the CoT was, and compared with it."""

from dataclasses import replace

from pipeline.core.chain import Tools, require, write_chain
from pipeline.core.checks.sampling import is_drawn
from pipeline.core.config import MethodConfig
from pipeline.core.errors import ReasonerFailure
from pipeline.core.kg.relations import statement
from pipeline.core.linking.options import option_aliases
from pipeline.core.masking import mask_options
from pipeline.core.placebo import nearest_wrong_labels, towards
from pipeline.core.reasoner import Reasoner
from pipeline.core.records import (
    Comparison,
    CoT,
    Failure,
    Path,
    Preferred,
    Question,
    Rival,
    Step,
    TraceRecord,
)


def compare_with_rivals(
    trace: TraceRecord, tools: Tools, config: MethodConfig
) -> tuple[Rival, ...]:
    """The rivals of a CoT, each with the reader's choice in both orders; empty if not drawn.

    They are made as the placebo arm makes its traces, towards the distractors nearest to the key.
    """
    question = trace.question
    if not is_drawn("contrast", config.checks.contrast, question, config):
        return ()
    labels = nearest_wrong_labels(tools.graph, question)[: config.checks.rivals]
    return tuple(_rival(trace, label, tools, config) for label in labels)


def _rival(trace: TraceRecord, label: str, tools: Tools, config: MethodConfig) -> Rival:
    question = towards(trace.question, label)
    other = write_chain(question, tools, config)
    if other.cot is None:
        return Rival(label, question.answer_text, failure=other.failure)
    aliases = option_aliases(tools.graph, trace.question, (*trace.linked, *other.linked))
    own, rival = (
        mask_options(with_facts(require(chain.cot), chain.paths), trace.question, aliases)
        for chain in (trace, other)
    )
    made = Rival(label, question.answer_text, other.paths, other.cot)
    unsafe = own.unsafe + rival.unsafe
    if unsafe:
        detail = f"A chain could not be masked safely: \u201c{unsafe[0]}\u201d."
        return replace(made, failure=Failure("comparison", "unmasked", detail))
    try:
        comparisons = _compare(trace.question, own.text, rival.text, tools.second_reader)
        return replace(made, comparisons=comparisons)
    except ReasonerFailure as failure:
        return replace(made, failure=Failure(failure.stage, failure.reason, failure.detail))


def with_facts(written: CoT, paths: tuple[Path, ...]) -> CoT:
    """The CoT with the facts that each step cites, as the graph states them, behind the step."""
    names = {node.index: node.name for path in paths for node in path.nodes}
    return replace(written, steps=tuple(_with_facts(step, names) for step in written.steps))


def _with_facts(step: Step, names: dict[int, str]) -> Step:
    facts = dict.fromkeys(statement(e, names[e.head], names[e.tail]) for e in step.edges)
    return replace(step, text=f"{step.text} [Facts: {'; '.join(facts) or 'none'}]")


def _compare(
    question: Question, own: str, rival: str, reader: Reasoner
) -> tuple[Comparison, Comparison]:
    ahead = reader.compare(question, own, rival)
    behind = reader.compare(question, rival, own)
    return (
        Comparison(True, _PREFERRED[True, ahead.chosen], ahead.explanation),
        Comparison(False, _PREFERRED[False, behind.chosen], behind.explanation),
    )


_PREFERRED = {
    (True, "first"): Preferred.KEY,
    (True, "second"): Preferred.RIVAL,
    (True, "neither"): Preferred.NEITHER,
    (False, "first"): Preferred.RIVAL,
    (False, "second"): Preferred.KEY,
    (False, "neither"): Preferred.NEITHER,
}
