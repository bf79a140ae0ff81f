"""Data in prompts: fenced so that no text in it can pass for an instruction or a delimiter.

Question texts, options, contexts, chains of thought and node names are strangers' words. They
go into a prompt as one JSON document on one line between <data> and </data>. JSON escapes
quotes, line breaks and control characters; angle brackets and markers such as [INST] are
escaped besides, so neither the closing delimiter nor a role marker of any chat template
(<|im_start|>, <think>, [/INST]) can be written inside.
"""

import json
import re
from collections.abc import Mapping

from pipeline.core.prompts import Prompt, PromptError

# The line that parts a template into its system and its user message.
PARTING = "\n--- user ---\n"

_SURROGATES = re.compile("[\ud800-\udfff]")
_ROLE_MARKER = re.compile(r"\[(?=\s*/?[A-Z_ ]+\])")
_BRACKETS = str.maketrans(
    {"<": "\\u003c", ">": "\\u003e", "\u2028": "\\u2028", "\u2029": "\\u2029"}
)


def fence(data: Mapping[str, object]) -> str:
    """The data as one line of JSON between its delimiters; reading it back gives the data."""
    plain = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    escaped = _ROLE_MARKER.sub("\\\\u005b", plain.translate(_BRACKETS))
    return "<data>" + _SURROGATES.sub("\ufffd", escaped) + "</data>"


def render_parts(
    prompt: Prompt, data: Mapping[str, object], **variables: object
) -> tuple[str, str]:
    """The system and the user message of a prompt whose variable `data` holds the fenced data.

    Raises PromptError unless the rendered prompt has exactly these two parts.
    """
    rendered = prompt.render(data=fence(data), **variables)
    parts = rendered.split(PARTING)
    if len(parts) != 2:
        raise PromptError(f"Prompt {prompt.name}/{prompt.version} has {len(parts)} parts, not 2.")
    return parts[0].strip(), parts[1].strip()
