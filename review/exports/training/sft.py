"""Rows for supervised fine-tuning: prompt and completion, and whole conversations.

Formats: TRL, "Dataset formats and types": conversational prompt-completion, whose loss is on the
completion alone under any chat template, and conversational language modelling (`messages`).
"""

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.core.release_format import TraceLine
from review.exports.rows import TraceRow, trace_columns
from review.exports.training.conversation import Messages, completion_messages, prompt_messages


class _TrainingRow(TraceRow):
    """What training may select by.

    `basis` is that of the consensus, or `ungraded`. `reaches_answer` is false where the paths
    end at entities of the source's explanation only, none of which is the answer's. `difficulty`:
    whether a reader of the question alone answered it, null where none was asked.
    """

    basis: str
    reaches_answer: bool | None
    specialty: str
    topic: str
    question_type: str
    difficulty: str | None


class SftRow(_TrainingRow):
    """One trace as a question asked and what is to be answered: loss belongs on `completion`."""

    prompt: Messages
    completion: Messages


class ChatRow(_TrainingRow):
    """One trace as a conversation: the question asked, reasoned and answered."""

    messages: Messages


def sft_rows(line: TraceLine) -> Iterator[SftRow]:
    """The trace as prompt and completion."""
    yield SftRow(
        **_training_columns(line),
        prompt=prompt_messages(line),
        completion=completion_messages(line.reasoning, line.answer),
    )


def chat_rows(line: TraceLine) -> Iterator[ChatRow]:
    """The trace as a conversation."""
    answered = completion_messages(line.reasoning, line.answer)
    yield ChatRow(**_training_columns(line), messages=(*prompt_messages(line), *answered))


def _training_columns(line: TraceLine) -> Mapping[str, Any]:
    return {
        **trace_columns(line),
        "basis": line.consensus.basis if line.consensus else "ungraded",
        "reaches_answer": line.reaches_answer,
        "specialty": line.specialty,
        "topic": line.topic,
        "question_type": line.question_type,
        "difficulty": line.difficulty,
    }
