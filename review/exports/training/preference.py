"""Preference pairs: a better and a worse chain of thought to one prompt.

Format: TRL, "Dataset formats and types": conversational preference with explicit prompt.
"""

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any, Literal

from pipeline.core.release_format import Schema, TraceLine, reasoning_text
from review.exports.training.conversation import (
    Messages,
    completion_messages,
    prompt_messages,
    prompt_text,
)


class PreferenceRow(Schema):
    """A better and a worse CoT to one prompt.

    `origin`: `samples`, two samples of one question of which raters accepted one and rejected
    the other; `correction`, a CoT against its approved correction; `contrast`, a CoT against the
    chain that the method wrote for a wrong option (in both cases the ids are equal). `basis`
    says who preferred: `clinicians`; or `second_reader`, a language model that found the CoT
    better supported in both orders, and no clinician compared the two. Only then do the
    answers that the two argue for differ (`same_answer` is false): such a pair also teaches which
    answer is right, the others only which reasoning is better.
    """

    origin: Literal["samples", "correction", "contrast"]
    basis: Literal["clinicians", "second_reader"]
    chosen_trace: str
    rejected_trace: str
    chosen_answer: str
    rejected_answer: str
    same_answer: bool
    question_id: str
    cluster: str
    split: str
    licence: str
    prompt: Messages
    chosen: Messages
    rejected: Messages


def correction_pairs(line: TraceLine) -> Iterator[PreferenceRow]:
    """The approved correction of the whole CoT against the CoT, where they differ."""
    if line.correction is None:
        return
    corrected = reasoning_text(line.correction.steps, line.correction.conclusion)
    if corrected != line.reasoning:
        yield _pair(
            line,
            origin="correction",
            basis="clinicians",
            chosen=(line.trace_id, corrected, line.answer),
            rejected=(line.trace_id, line.reasoning, line.answer),
        )


def contrast_pairs(line: TraceLine) -> Iterator[PreferenceRow]:
    """A released CoT against each rival that lost to it in both orders.

    None of a CoT that raters did not accept: then nobody knows which of the two is better.
    """
    if _decision(line) not in ("accept", ""):
        return
    for rival in line.rivals:
        if rival.lost_every_comparison:
            yield _pair(
                line,
                origin="contrast",
                basis="second_reader",
                chosen=(line.trace_id, line.reasoning, line.answer),
                rejected=(line.trace_id, rival.reasoning, rival.answer),
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
            yield _pair(
                better,
                origin="samples",
                basis="clinicians",
                chosen=(better.trace_id, better.reasoning, better.answer),
                rejected=(worse.trace_id, worse.reasoning, worse.answer),
            )


def _pair(
    line: TraceLine, *, chosen: tuple[str, str, str], rejected: tuple[str, str, str], **who: Any
) -> PreferenceRow:
    """A pair to the line's prompt; each side is a trace, a reasoning and an answer."""
    return PreferenceRow(
        **who,
        chosen_trace=chosen[0],
        rejected_trace=rejected[0],
        chosen_answer=chosen[2],
        rejected_answer=rejected[2],
        same_answer=chosen[2] == rejected[2],
        question_id=line.question_id,
        cluster=line.cluster,
        split=line.split or "",
        licence=line.licence,
        prompt=prompt_messages(line),
        chosen=completion_messages(*chosen[1:]),
        rejected=completion_messages(*rejected[1:]),
    )


def _decision(line: TraceLine) -> str:
    return line.consensus.decision if line.consensus else ""


def _imported(line: TraceLine) -> str:
    """The file of an imported chain: two authors' chains are no samples of one method."""
    imported = line.provenance.imported if line.provenance else None
    return imported.sha256 if imported else ""


def _conditions(line: TraceLine) -> tuple[str, ...]:
    return (
        prompt_text(line),
        line.config_fingerprint,
        line.graph.checksum if line.graph else _imported(line),
        line.licence,
        *sorted({grade.rubric_version for grade in line.grades}),
    )
