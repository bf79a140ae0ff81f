"""Rows for training in TRL's formats: SFT messages, preference pairs, stepwise supervision.

Formats: TRL, "Dataset formats and types": conversational language modelling (`messages`),
conversational preference with explicit prompt, stepwise supervision.
"""

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Literal

from pipeline.core.release_format import Schema, TraceLine, reasoning_text


class ChatMessage(Schema):
    """One turn of a conversation."""

    role: Literal["user", "assistant"]
    content: str


class SftRow(Schema):
    """One rated trace as a conversation: the question asked, reasoned and answered.

    `basis` is that of the consensus, or `ungraded`. `reaches_answer` is false where the paths
    end at entities of the source's explanation only, none of which is the answer's.
    """

    trace_id: str
    licence: str
    basis: str
    reaches_answer: bool | None
    messages: tuple[ChatMessage, ...]


class PreferenceRow(Schema):
    """A better and a worse CoT to one prompt.

    `origin`: `samples`, two samples of one question of which raters accepted one and rejected
    the other; `correction`, a CoT against its approved correction; `contrast`, a CoT against the
    chain that the method wrote for a wrong option (in both cases the ids are equal). `basis`
    says who preferred: `clinicians`; or `second_reader`, a language model that found the CoT
    better supported in both orders, and no clinician compared the two. Only then do the
    answers that the two argue for differ.
    """

    origin: Literal["samples", "correction", "contrast"]
    basis: Literal["clinicians", "second_reader"]
    chosen_trace: str
    rejected_trace: str
    chosen_answer: str
    rejected_answer: str
    licence: str
    prompt: tuple[ChatMessage, ...]
    chosen: tuple[ChatMessage, ...]
    rejected: tuple[ChatMessage, ...]


class StepwiseRow(Schema):
    """Steps of a CoT with the panel's labels, up to the first that is incorrect or unsettled."""

    trace_id: str
    licence: str
    basis: str
    prompt: str
    completions: tuple[str, ...]
    labels: tuple[bool, ...]


def sft_rows(line: TraceLine) -> Iterator[SftRow]:
    """The trace as a conversation."""
    yield SftRow(
        trace_id=line.trace_id,
        licence=line.licence,
        basis=line.consensus.basis if line.consensus else "ungraded",
        reaches_answer=line.reaches_answer,
        messages=(*_prompt_messages(line), *_completion_messages(line.reasoning, line.answer)),
    )


def stepwise_rows(line: TraceLine) -> Iterator[StepwiseRow]:
    """The labelled steps: correct is true; the first incorrect one is false and the last.

    A step that is unsupported, cannot be judged or is disagreed on ends the row without a label.
    """
    if line.consensus is None:
        return
    labels: list[bool] = []
    for label in line.consensus.step_labels:
        if label not in ("correct", "incorrect"):
            break
        labels.append(label == "correct")
        if label == "incorrect":
            break
    if labels:
        yield StepwiseRow(
            trace_id=line.trace_id,
            licence=line.licence,
            basis=line.consensus.basis,
            prompt=_prompt(line),
            completions=tuple(step.text for step in line.steps[: len(labels)]),
            labels=tuple(labels),
        )


def correction_pairs(line: TraceLine) -> Iterator[PreferenceRow]:
    """The approved correction of the whole CoT against the CoT, where they differ."""
    if line.correction is None:
        return
    corrected = reasoning_text(line.correction.steps, line.correction.conclusion)
    if corrected != line.reasoning:
        yield PreferenceRow(
            origin="correction",
            basis="clinicians",
            chosen_trace=line.trace_id,
            rejected_trace=line.trace_id,
            chosen_answer=line.answer,
            rejected_answer=line.answer,
            licence=line.licence,
            prompt=_prompt_messages(line),
            chosen=_completion_messages(corrected, line.answer),
            rejected=_completion_messages(line.reasoning, line.answer),
        )


def contrast_pairs(line: TraceLine) -> Iterator[PreferenceRow]:
    """A released CoT against each rival that lost to it in both orders.

    None of a CoT that raters did not accept: then nobody knows which of the two is better.
    """
    if _decision(line) not in ("accept", ""):
        return
    for rival in line.rivals:
        if rival.lost_every_comparison:
            yield PreferenceRow(
                origin="contrast",
                basis="second_reader",
                chosen_trace=line.trace_id,
                rejected_trace=line.trace_id,
                chosen_answer=line.answer,
                rejected_answer=rival.answer,
                licence=line.licence,
                prompt=_prompt_messages(line),
                chosen=_completion_messages(line.reasoning, line.answer),
                rejected=_completion_messages(rival.reasoning, rival.answer),
            )


def sample_pairs(
    taken: Sequence[TraceLine], judged: Sequence[TraceLine]
) -> Iterator[PreferenceRow]:
    """Every accepted trace of the release paired with every rejected one of equal conditions.

    Equal: the same prompt, configuration and graph. Both lists are of one question and study.
    Samples with the same text make no pair.
    """
    chosen = [line for line in taken if _decision(line) == "accept"]
    rejected = [line for line in judged if _decision(line) == "reject"]
    for better, worse in product(chosen, rejected):
        equal = _conditions(better) == _conditions(worse)
        if equal and better.reasoning != worse.reasoning:
            yield PreferenceRow(
                origin="samples",
                basis="clinicians",
                chosen_trace=better.trace_id,
                rejected_trace=worse.trace_id,
                chosen_answer=better.answer,
                rejected_answer=worse.answer,
                licence=better.licence,
                prompt=_prompt_messages(better),
                chosen=_completion_messages(better.reasoning, better.answer),
                rejected=_completion_messages(worse.reasoning, worse.answer),
            )


def _decision(line: TraceLine) -> str:
    return line.consensus.decision if line.consensus else ""


def _conditions(line: TraceLine) -> tuple[str, ...]:
    return (
        _prompt(line),
        line.config_fingerprint,
        line.graph.checksum,
        line.licence,
        *sorted({grade.rubric_version for grade in line.grades}),
    )


def _prompt(line: TraceLine) -> str:
    """Context where the source has one, question, options."""
    return "\n\n".join(part for part in (line.context, line.question, line.options) if part)


def _prompt_messages(line: TraceLine) -> tuple[ChatMessage, ...]:
    return (ChatMessage(role="user", content=_prompt(line)),)


def _completion_messages(reasoning: str, answer: str) -> tuple[ChatMessage, ...]:
    """In the headings of the published fine-tuning recipe."""
    content = f"## Thinking\n\n{reasoning}\n\n## Final Answer\n\n{answer}"
    return (ChatMessage(role="assistant", content=content),)
