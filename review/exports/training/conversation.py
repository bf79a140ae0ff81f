"""Questions and chains of thought as turns of a conversation."""

from typing import Literal

from pipeline.core.release_format import Schema, TraceLine


class ChatMessage(Schema):
    """One turn of a conversation."""

    role: Literal["user", "assistant"]
    content: str


Messages = tuple[ChatMessage, ...]


def prompt_text(line: TraceLine) -> str:
    """Context where the source has one, question, and the options wherever there are any."""
    return "\n\n".join(part for part in (line.context, line.question, line.options) if part)


def prompt_messages(line: TraceLine) -> Messages:
    """The prompt as one turn of the user."""
    return (ChatMessage(role="user", content=prompt_text(line)),)


def completion_messages(reasoning: str, answer: str) -> Messages:
    """The answer as one turn of the assistant, in the headings of the published recipe."""
    content = f"## Thinking\n\n{reasoning}\n\n## Final Answer\n\n{answer}"
    return (ChatMessage(role="assistant", content=content),)
