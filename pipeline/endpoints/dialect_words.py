"""An endpoint's dialect in words, for pages and commands."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pipeline.core.llm.dialects import AnswerFormat, AnswerPlace, Dialect
from pipeline.models import Endpoint

ANSWER_FORMATS: dict[AnswerFormat, str] = {
    "json_schema": "JSON schema",
    "json_object": "JSON object",
    "plain": "plain text",
}
ANSWER_PLACES: dict[AnswerPlace, str] = {
    "content": "in the content",
    "reasoning": "in the reasoning field",
    "tool_call": "in a tool call",
}
# In the order in which a page shows them.
TITLES = {
    "answer_format": "Answer format",
    "array_bounds": "Bounds of lists in it",
    "text_bounds": "Bounds of texts in it",
    "answer_place": "Where the answer stands",
    "output_limit": "Output limit's name",
    "max_output_tokens": "Output limit",
    "context_tokens": "Context",
    "sends_temperature": "Temperature",
    "reasoning_effort": "Reasoning effort",
    "system_role": "System role",
    "typed_parts": "Texts",
    "thought_markers": "Marks around thoughts",
    "extra_body": "Extra body",
    "timeout_seconds": "Time limit",
    "calls_at_once": "Calls at once",
}
_TRUTHS = {
    "array_bounds": ("sent", "not sent"),
    "text_bounds": ("sent", "not sent"),
    "sends_temperature": ("as the configuration says", "left to the model"),
    "system_role": ("a message of its own", "put before the user's message"),
    "typed_parts": ("lists of typed parts", "plain"),
}
_UNSET = {
    "max_output_tokens": "as the configuration says",
    "context_tokens": "not known",
    "reasoning_effort": "not sent",
    "thought_markers": "the usual ones",
    "extra_body": "none",
    "calls_at_once": "as many as this installation makes",
}
_WORDS: dict[str, Callable[[Any], str]] = {
    "answer_format": ANSWER_FORMATS.__getitem__,
    "answer_place": ANSWER_PLACES.__getitem__,
    "max_output_tokens": "{:,} tokens".format,
    "context_tokens": "{:,} tokens".format,
    "timeout_seconds": "{:,g} seconds".format,
    "extra_body": json.dumps,
    "thought_markers": lambda pairs: ", ".join(" … ".join(pair) for pair in pairs),
}


@dataclass(frozen=True)
class DialectPart:
    """One part of a dialect as a page shows it, and where it comes from."""

    name: str
    title: str
    value: str
    source: str


def dialect_parts(endpoint: Endpoint) -> list[DialectPart]:
    """Every part of the endpoint's dialect."""
    dialect = endpoint.dialect
    return [
        DialectPart(name, title, words_for(name, getattr(dialect, name)), _source(endpoint, name))
        for name, title in TITLES.items()
    ]


def words_for(name: str, value: Any) -> str:
    """The value of a part in words."""
    if name in _TRUTHS:
        return _TRUTHS[name][0 if value else 1]
    if not value:
        return _UNSET[name]
    return _WORDS.get(name, str)(value)


def findings_of(endpoint: Endpoint) -> str:
    """What a test found, in a sentence or two: the answer format, and whatever is unusual."""
    sentence = f"{endpoint} answers. Answer format: {answer_format_of(endpoint)}."
    told = [
        f"{part.title.lower()}: {part.value}"
        for part in dialect_parts(endpoint)
        if part.name in endpoint.dialect_found and _is_unusual(endpoint, part.name)
    ]
    return f"{sentence} Also found: {'; '.join(told)}." if told else sentence


def answer_format_of(endpoint: Endpoint) -> str:
    """What the endpoint's answers are held by; says so where that is not known yet."""
    if not endpoint.is_tested:
        return "not tested yet"
    if endpoint.role == Endpoint.Role.EMBEDDINGS:
        return f"vectors of {endpoint.dimension:,} numbers"
    return ANSWER_FORMATS[endpoint.dialect.answer_format]


def _is_unusual(endpoint: Endpoint, name: str) -> bool:
    """Whether a lead should be told of what was found: it is not as most servers have it."""
    usual = Dialect()
    return name != "answer_format" and bool(endpoint.dialect_found[name] != getattr(usual, name))


def _source(endpoint: Endpoint, name: str) -> str:
    if name in endpoint.dialect_stated:
        return "set by a lead"
    return "found by the test" if name in endpoint.dialect_found else "usual"
