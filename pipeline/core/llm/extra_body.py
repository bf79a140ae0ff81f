"""What else a request's body may hold: a lead's own JSON, shown on pages and kept in the ledger.

So it holds no secret, and nothing that is sent anyway: a second `model` or `messages` would
silently be another question than the one recorded.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from pipeline.core.errors import InvalidConfiguration

MAX_SIZE = 4000
FIELD = "extra_body"
SENT_ANYWAY = frozenset(
    {"model", "messages", "response_format", "temperature", "max_tokens", "max_completion_tokens"}
    | {"service_tier", "reasoning_effort", "stream", "n", "tools", "tool_choice", "functions"}
)
_SECRET_NAME = re.compile(
    r"api[-_]?key|authori[sz]ation|password|passwd|secret|credential|bearer|cookie"
    r"|(?:access|auth|id|refresh|session)[-_]?token|\Atoken\Z",
    re.IGNORECASE,
)
# What keys of the known services begin with, and long runs of mixed letters and digits.
_SECRET_VALUE = re.compile(
    r"\A(?:[Bb]earer\s|sk-|pk-|hf_|gsk_|xai-|ghp_|AIza|eyJ)"
    r"|(?=\S*[a-z])(?=\S*[A-Z])(?=\S*[0-9])\A[A-Za-z0-9+/_.=-]{32,}\Z"
)


def require_plain_extra_body(body: dict[str, Any]) -> None:
    """Raises InvalidConfiguration for what is too large, sent anyway, or looks like a secret."""
    try:
        size = len(json.dumps(body, allow_nan=False))
    except (ValueError, TypeError, RecursionError):
        raise InvalidConfiguration("The extra body is not plain JSON.", field=FIELD) from None
    if size > MAX_SIZE:
        raise InvalidConfiguration(
            f"The extra body is longer than {MAX_SIZE:,} characters.", field=FIELD
        )
    for name in sorted(SENT_ANYWAY & body.keys()):
        raise InvalidConfiguration(
            f"The extra body may not hold {name!r}: it is sent anyway, or would change what an "
            "answer looks like.",
            field=FIELD,
        )
    for name, value in _members(body):
        if _SECRET_NAME.search(name) or (isinstance(value, str) and _SECRET_VALUE.search(value)):
            raise InvalidConfiguration(
                f"The extra body's {name[:60]!r} looks like a secret, and it is shown to "
                "everyone who sees the endpoint: keys are entered as the API key.",
                field=FIELD,
            )


def _members(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Every name and value in it, however deep; what stands in a list bears the list's name."""
    if isinstance(value, dict):
        for inner, part in value.items():
            yield from _members(part, inner)
            yield inner, None
    elif isinstance(value, list):
        for part in value:
            yield from _members(part, name)
    else:
        yield name, value
