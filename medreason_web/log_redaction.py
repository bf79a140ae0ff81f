"""Redaction: what must not be read in a log, whoever writes the line."""

import re
from typing import Any

# Paths that let in whoever knows them: review.urls, invitations and other passwords.
SECRET_PATHS = re.compile(r"(/(?:invitations|passwords)/)[^\s\"'?#]+")


def without_tokens(_logger: object, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """Leave the tokens of links out of every text of a log line (a structlog processor)."""
    return {
        name: SECRET_PATHS.sub(r"\1…", value) if isinstance(value, str) else value
        for name, value in event.items()
    }
