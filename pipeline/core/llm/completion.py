"""What an endpoint returned for a chat completion: the text, and apart from it the reasoning.

Servers put a model's reasoning into `reasoning_content`, `reasoning`, parts of the content, or
<think> tags at its head; none of these is part of the answer.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pipeline.core.llm.base import Usage

_THOUGHT = re.compile(r"\A\s*(?:<think(?:ing)?>)?(?P<thought>.*?)</think(?:ing)?>", re.DOTALL)
_OPEN_THOUGHT = re.compile(r"\A\s*<think(?:ing)?>(?P<thought>.*)\Z", re.DOTALL)
_ANSWER_BEGINS = ("{", "[", "```")
# A text with these cannot be stored or sent on.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class NotACompletion(ValueError):
    """The JSON an endpoint returned has not the shape of a chat completion."""


@dataclass(frozen=True, slots=True)
class Completion:
    """One choice as returned; `refusal` is the model's own words where it declined."""

    text: str
    reasoning: str
    refusal: str
    finish_reason: str
    usage: Usage

    @property
    def mostly_blank(self) -> bool:
        """True for the whitespace loop some constrained servers fall into."""
        return len(self.text) > 20 and len("".join(self.text.split())) < len(self.text) / 2


def read_completion(body: object) -> Completion:
    """The first choice of a chat completion. Raises NotACompletion."""
    match body:
        case {"choices": [{"message": dict(message), **choice}, *_]}:
            pass
        case _:
            raise NotACompletion("no choice with a message")
    text, parts_reasoning = _content(message.get("content"))
    stated = _text(message.get("reasoning_content")) or _text(message.get("reasoning"))
    text, thought = _without_thought(text)
    reasoning = "\n".join(filter(None, (stated, parts_reasoning, thought)))
    return Completion(
        text,
        reasoning,
        _text(message.get("refusal")),
        _text(choice.get("finish_reason")),
        _usage(body.get("usage") if isinstance(body, dict) else None),
    )


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


def _without_thought(text: str) -> tuple[str, str]:
    if text.lstrip().startswith(_ANSWER_BEGINS):
        return text, ""
    match = _THOUGHT.match(text) or _OPEN_THOUGHT.match(text)
    return (text[match.end() :].strip(), match["thought"].strip()) if match else (text, "")


def _text(value: object) -> str:
    return _UNSTORABLE.sub("\ufffd", value) if isinstance(value, str) else ""


def _usage(usage: Any) -> Usage:
    counts = usage if isinstance(usage, dict) else {}
    return Usage(*_counts(counts.get(name) for name in ("prompt_tokens", "completion_tokens")))


def _counts(values: Iterable[object]) -> list[int | None]:
    """Counts of tokens; None for what is no count."""
    return [
        value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
        for value in values
    ]
