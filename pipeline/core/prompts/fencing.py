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
from typing import Literal, cast

from pipeline.core.prompts import Prompt, PromptError

Role = Literal["system", "user", "assistant"]
Turn = tuple[Role, str]

# The lines that part a template into its messages; the first is the system's.
_PARTING = re.compile(r"\n--- (user|assistant) ---\n")

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


def render_turns(
    prompt: Prompt, data: Mapping[str, object], **variables: object
) -> tuple[Turn, ...]:
    """The messages of a prompt whose variable `data` holds the fenced data.

    The first is the system's and the last the user's; between them examples may stand, each a
    user's message and its answer. Raises PromptError for a template of another form.
    """
    rendered = prompt.render(data=fence(data), **variables)
    system, *parted = _PARTING.split(rendered)
    roles, texts = parted[::2], parted[1::2]
    if roles != ["user", "assistant"] * (len(roles) // 2) + ["user"]:
        raise PromptError(
            f"Prompt {prompt.name}/{prompt.version} is not a system message, examples, each with "
            "its answer, and a user message."
        )
    told = zip(("system", *roles), (system, *texts), strict=True)
    return tuple((cast(Role, role), text.strip()) for role, text in told)
