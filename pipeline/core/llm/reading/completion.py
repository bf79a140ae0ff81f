"""What an endpoint returned for a chat completion: the text, and apart from it the reasoning.

Servers put a model's reasoning into `reasoning_content`, `reasoning`, parts of the content, or
between marks in the text; none of these is part of the answer. Some put the answer into a tool
call, or, by a reasoning parser that finds no end of the thoughts, into the reasoning field.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pipeline.core.llm.dialects import Dialect
from pipeline.core.llm.reading.thoughts import without_thoughts

Ended = Literal["whole", "cut", "filtered", "fault"]
# Everything else ends a whole answer: stop, eos_token, end_turn, tool_calls, null ...
_ENDED: dict[str, Ended] = {
    **dict.fromkeys(("length", "max_tokens", "max_output_tokens", "model_length"), "cut"),
    **dict.fromkeys(("max_length", "model_context_window_exceeded"), "cut"),
    **dict.fromkeys(("content_filter", "safety", "recitation", "blocklist", "spii"), "filtered"),
    **dict.fromkeys(("prohibited_content", "refusal", "sensitive", "language"), "filtered"),
    **dict.fromkeys(("error", "abort", "aborted", "cancelled", "canceled", "timeout"), "fault"),
    **dict.fromkeys(("insufficient_system_resource", "network_error", "overloaded"), "fault"),
    **dict.fromkeys(("malformed_function_call", "unexpected_tool_call", "other"), "fault"),
}
_MAX_REASON_LENGTH = 40
# A text with these cannot be stored or sent on.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class NotACompletion(ValueError):
    """The JSON an endpoint returned has not the shape of a chat completion."""


@dataclass(frozen=True, slots=True)
class Completion:
    """One choice as returned; `refusal` is the model's own words where it declined.

    `usage` is what the endpoint tells of its tokens, as it stands. `ended` is what its finish
    reason means, whatever the server calls it.
    """

    text: str
    reasoning: str
    refusal: str
    finish_reason: str
    ended: Ended
    usage: Any

    @property
    def mostly_blank(self) -> bool:
        """True for the whitespace loop some constrained servers fall into."""
        return len(self.text) > 20 and len("".join(self.text.split())) < len(self.text) / 2


def read_completion(body: Any, dialect: Dialect | None = None) -> Completion:
    """The first choice of a chat completion. Raises NotACompletion.

    An empty list of choices is an empty answer: gateways send it where they filter one.
    """
    match body:
        case {"choices": [{"message": dict() | None as message, **choice}, *_]}:
            return _read(message or {}, choice, body.get("usage"), dialect or Dialect())
        case {"choices": [] | None}:
            return _read({}, {}, body.get("usage"), dialect or Dialect())
    raise NotACompletion("no choice with a message")


def _read(
    message: dict[str, Any], choice: Mapping[Any, Any], usage: Any, dialect: Dialect
) -> Completion:
    text, thoughts = _content(message.get("content"))
    text, thought = without_thoughts(text, dialect.thought_markers)
    field = _text(message.get("reasoning_content")) or _text(message.get("reasoning"))
    called = _called(message)
    if called and (not text.strip() or dialect.answer_place == "tool_call"):
        text = called
    if not text.strip() and dialect.answer_place == "reasoning":
        text, field = field, ""
    reason = _text(choice.get("finish_reason"))[:_MAX_REASON_LENGTH]
    return Completion(
        text,
        "\n".join(filter(None, (field, thoughts, thought))),
        _text(message.get("refusal")),
        reason,
        "fault" if choice.get("error") else ended(reason),
        usage,
    )


def ended(reason: str) -> Ended:
    """What a finish reason means, by whichever name servers call it; unknown ones end a whole."""
    return _ENDED.get(reason.strip().lower().rpartition(".")[2].replace("-", "_"), "whole")


def _content(content: object) -> tuple[str, str]:
    """Text and reasoning of a content that is a text or a list of parts."""
    if not isinstance(content, list):
        return _text(content), ""
    parts = [part for part in content if isinstance(part, dict)]
    answer = (_text(part.get("text")) for part in parts if part.get("type") == "text")
    thoughts = (_inner(part.get("thinking")) for part in parts if part.get("type") == "thinking")
    return "".join(answer), "".join(thoughts)


def _inner(thinking: object) -> str:
    if isinstance(thinking, list):
        return _content(thinking)[0]
    return _text(thinking)


def _called(message: dict[str, Any]) -> str:
    """The arguments of the one tool call, as JSON; empty where there is none or several."""
    calls = message.get("tool_calls") or [{"function": message.get("function_call")}]
    match calls:
        case [{"function": {"arguments": str(arguments)}}]:
            return _text(arguments)
        case [{"function": {"arguments": dict(arguments)}}]:
            return json.dumps(arguments)
    return ""


def _text(value: object) -> str:
    return _UNSTORABLE.sub("\ufffd", value) if isinstance(value, str) else ""
