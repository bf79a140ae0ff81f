"""What a rejection is about, as far as it can be told without repeating a word of it.

Some servers name the parameter they refuse in a field, others only in their sentence, which may
quote the prompt. So a name counts in a sentence where it is set apart as a parameter is, and
was sent, and does not stand in the prompt itself.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline.core.errors import ParameterRejected, ReasonerFailure, Refused, RequestRejected

SYSTEM_ROLE, ARRAY_BOUNDS, TEXT_BOUNDS = "system role", "maxItems", "maxLength"
# What a lead changes where a parameter is refused; pages and messages use the same words.
LEVERS = {
    "temperature": "temperature",
    "max_tokens": "output limit",
    "max_completion_tokens": "output limit",
    "reasoning_effort": "reasoning effort",
    "response_format": "answer format",
    "service_tier": "service tier",
    "model": "model's name",
    SYSTEM_ROLE: "system role",
    ARRAY_BOUNDS: "bounds of lists in the answer format",
    TEXT_BOUNDS: "bounds of texts in the answer format",
}
_NOT_A_PARAMETER = frozenset({"messages", "extra_headers", "extra_body"})
_SYSTEM_ROLE = re.compile(
    r"system (?:role|message|prompt|instruction)s?\b.{0,40}\bnot (?:be )?(?:support|allow|enabl)"
    r"|roles must alternate|(?:unsupported|invalid|unknown) role\b",
    re.IGNORECASE,
)
_ARRAY_BOUNDS = re.compile(r"\b(?:max|min)Items\b")
_TEXT_BOUNDS = re.compile(r"\b(?:max|min)Length\b")
_FORMAT = re.compile(r"json_schema|json_object|structured output|guided[_ ]json", re.IGNORECASE)
_TOO_LONG = re.compile(
    r"context[ _](?:length|size|window)|exceed_context|maximum context|too long"
    r"|context.{0,20}\boverflow|too many (?:input |prompt )?tokens|prompt is too",
    re.IGNORECASE,
)
_FILTERED = re.compile(
    r"content_filter|content_policy|content management policy|moderation|data_inspection_failed"
    r"|responsibleai|flagged_input|\bsafety (?:system|filter|settings)",
    re.IGNORECASE,
)
_MODERATED = ("flagged_input", "reasons")
_MAX_TEXT = 4000


@dataclass(frozen=True)
class Sent:
    """What was sent when something went wrong: for which stage, to which host, with what."""

    stage: str
    host: str
    seconds: float = 0.0
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def says(self, sentence: str, **values: object) -> str:
        return f"{self.host} {sentence.format(**values)}."


def rejection_of(body: object, sent: Sent, *, told: str) -> ReasonerFailure | None:
    """What a rejection means whose body names its cause; `told` is how it came, e.g. a status."""
    if is_filtered(body):
        reason = f"A content filter of {sent.host} refused the question ({told})."
        return Refused(reason, stage=sent.stage)
    if is_too_long(body):
        sentence = (
            "rejected the call ({told}): the prompt is longer than the model can read, or leaves "
            "no room for the output limit. Raise the server's context size"
        )
        return RequestRejected(sent.says(sentence, told=told), stage=sent.stage)
    parameter = refused_parameter(body, sent.parameters)
    if parameter is None:
        return None
    sentence = "refuses the {lever} that each call sends ({told}): change it for the endpoint"
    detail = sent.says(sentence, lever=lever_of(parameter), told=told)
    return ParameterRejected(detail, stage=sent.stage, parameter=parameter)


def text_of(body: object) -> str:
    """All that a rejection says, for searching only."""
    try:
        text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    except (TypeError, ValueError):
        return ""
    return text[:_MAX_TEXT]


def is_filtered(body: object) -> bool:
    """Whether a filter of contents refused the prompt."""
    metadata = body.get("metadata") if isinstance(body, dict) else None
    moderated = isinstance(metadata, dict) and any(name in metadata for name in _MODERATED)
    return moderated or bool(_FILTERED.search(text_of(body)))


def is_too_long(body: object) -> bool:
    """Whether the prompt, or prompt and output limit together, are more than the model holds."""
    return bool(_TOO_LONG.search(text_of(body)))


def refused_parameter(body: object, sent: Mapping[str, Any]) -> str | None:
    """The parameter of those sent that a rejection is about; None where it names none."""
    named = body.get("param") if isinstance(body, dict) else None
    if isinstance(named, str) and named.partition(".")[0] in sent:
        return _plain(named.partition(".")[0])
    text, prompt = text_of(body), text_of(sent.get("messages"))
    if _SYSTEM_ROLE.search(text) and _has_system(sent) and not _SYSTEM_ROLE.search(prompt):
        return SYSTEM_ROLE
    if _ARRAY_BOUNDS.search(text):
        return ARRAY_BOUNDS
    if _TEXT_BOUNDS.search(text):
        return TEXT_BOUNDS
    return _named_in(text, prompt, sent)


def lever_of(parameter: str) -> str:
    """What a lead changes about a parameter: a part of the form, or else the extra body."""
    return LEVERS.get(parameter, f"extra body's {parameter}")


def _plain(name: str) -> str | None:
    return None if name in _NOT_A_PARAMETER else name


def _named_in(text: str, prompt: str, sent: Mapping[str, Any]) -> str | None:
    for name in sent:
        if name in _NOT_A_PARAMETER or name == "model" or name in prompt:
            continue
        if _set_apart(name).search(text):
            return name
    if "response_format" in sent and _FORMAT.search(text) and not _FORMAT.search(prompt):
        return "response_format"
    return None


def _set_apart(name: str) -> re.Pattern[str]:
    """The name as sentences give a parameter: with an underline, quoted, or next to such a word."""
    word = re.escape(name)
    if "_" in name:
        return re.compile(rf"(?<![\w]){word}(?![\w])")
    return re.compile(
        rf"['`\"\\]{word}['`\"\\]|{word}\s*[=:]|[.\]]{word}\b"
        rf"|(?:parameters?|params?|fields?|arguments?|supports?)[:\s]+{word}\b"
        rf"|\b{word}\b[^.]{{0,40}}\b(?:not|unsupported|deprecated|only)\b",
        re.IGNORECASE,
    )


def _has_system(sent: Mapping[str, Any]) -> bool:
    return any(message.get("role") == "system" for message in sent.get("messages", ()))
