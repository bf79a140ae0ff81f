"""Further readings: without the CoT, with another's, with permuted options, by another reader.

What the answer filter keeps is worth something only above what a reader reaches without the CoT
or with one that has nothing to do with the question.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from random import Random

from pipeline.core.chain import Tools, require, write_chain
from pipeline.core.checks.sampling import fraction_of, is_drawn
from pipeline.core.config import MethodConfig
from pipeline.core.errors import ReasonerFailure
from pipeline.core.linking.options import option_aliases
from pipeline.core.masking import mask_options
from pipeline.core.reasoner import Reasoner
from pipeline.core.records import Option, Question, ReadAnswer, Reading, ReadingKind, TraceRecord

# How many other questions are tried until one comes to a CoT.
MAX_OTHER_QUESTIONS = 8


def further_readings(trace: TraceRecord, tools: Tools, config: MethodConfig) -> tuple[Reading, ...]:
    """The readings that the configuration asks for this question, in a fixed order."""
    return tuple(_readings(trace, tools, config))


def _readings(trace: TraceRecord, tools: Tools, config: MethodConfig) -> Iterator[Reading]:
    question, reader = trace.question, tools.second_reader
    own = masked_reasoning(trace, tools)
    answers: dict[ReadingKind, Callable[[], ReadAnswer]] = {
        ReadingKind.WITHOUT_COT: lambda: reader.answer(question, None),
        ReadingKind.PERMUTED: lambda: _with_permuted_options(question, own, reader, config),
        ReadingKind.OTHER_READER: lambda: tools.reasoner.answer(question, own),
    }
    if not question.options:
        del answers[ReadingKind.PERMUTED]
    if _is_drawn(ReadingKind.OTHER_COT, question, config):
        other = other_reasoning(question, tools, config)
        if other is not None:
            answers[ReadingKind.OTHER_COT] = lambda: reader.answer(question, other)
    for kind, answer in answers.items():
        if _is_drawn(kind, question, config):
            yield _reading(kind, question, answer, reader)


def _is_drawn(kind: ReadingKind, question: Question, config: MethodConfig) -> bool:
    return is_drawn(kind, getattr(config.checks, kind), question, config)


def masked_reasoning(trace: TraceRecord, tools: Tools) -> str:
    """The steps of a trace as the second reader sees them."""
    aliases = option_aliases(tools.graph, trace.question, trace.linked)
    return mask_options(require(trace.cot), trace.question, aliases).text


def other_reasoning(question: Question, tools: Tools, config: MethodConfig) -> str | None:
    """The masked CoT of another question, made as its own trace makes it; None without one.

    With calls that are replayed it costs nothing beyond that question's own trace. A question
    that comes to no CoT, for whatever reason, is passed over for the next.
    """
    for other in islice(tools.other_questions(question), MAX_OTHER_QUESTIONS):
        trace = write_chain(other, tools, config)
        if trace.cot is not None:
            return masked_reasoning(trace, tools)
    return None


def permuted(question: Question, seed: int) -> tuple[Question, dict[str, str]]:
    """The question with its options in another order, and each new label's own old one."""
    labels = [option.label for option in question.options]
    order = list(question.options)
    while len(order) > 1 and order == list(question.options):
        Random(seed).shuffle(order)
        seed += 1
    options = tuple(Option(label, option.text) for label, option in zip(labels, order, strict=True))
    old = {label: option.label for label, option in zip(labels, order, strict=True)}
    new = {before: label for label, before in old.items()}
    key = new[question.answer_label] if question.answer_label else None
    return replace(question, options=options, answer_label=key), old


def _with_permuted_options(
    question: Question, reasoning: str, reader: Reasoner, config: MethodConfig
) -> ReadAnswer:
    seed = int(fraction_of("permutation", question, config) * 2**48)
    shown, old = permuted(question, seed)
    answer = reader.answer(shown, reasoning)
    return replace(answer, label=old[answer.label] if answer.label else None)


def _reading(
    kind: ReadingKind, question: Question, answer: Callable[[], ReadAnswer], reader: Reasoner
) -> Reading:
    """The reading; one that the model fails at costs the trace this reading and no more."""
    try:
        given = answer()
        if question.options:
            return Reading(kind, given, given.label == question.answer_label)
        return Reading(kind, given, reader.judge(question, given.text).correct)
    except ReasonerFailure as failure:
        return Reading(kind, ReadAnswer(None, "", failure.detail), False, failure.reason)
