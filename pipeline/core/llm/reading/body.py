"""The JSON in the bytes that an endpoint sent.

Some servers send blanks while a request waits. Some proxies answer with server-sent events
though none were asked for: their chunks are put together into the completion they stand for.
"""

import json
from collections.abc import Iterator
from typing import Any

_PREFIX = b"data:"
_WHOLE = ("error", "usage", "model", "provider", "system_fingerprint")


def json_of(content: bytes) -> Any:
    """The JSON of a body, or the completion that its events add up to. Raises ValueError."""
    stripped = content.strip()
    try:
        if stripped.startswith((_PREFIX, b":", b"event:")):
            return _together(_chunks(stripped))
        return json.loads(stripped)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _chunks(content: bytes) -> Iterator[dict[str, Any]]:
    for line in content.splitlines():
        data = line.removeprefix(_PREFIX).strip()
        if line.startswith(_PREFIX) and data != b"[DONE]":
            chunk = json.loads(data)
            if isinstance(chunk, dict):
                yield chunk


def _together(chunks: Iterator[dict[str, Any]]) -> dict[str, Any]:
    """One completion of all chunks; a fault among them is the whole's."""
    whole: dict[str, Any] = {}
    message: dict[str, Any] = {}
    choice: dict[str, Any] = {}
    for chunk in chunks:
        whole |= {name: chunk[name] for name in _WHOLE if chunk.get(name)}
        for part in chunk.get("choices") or ():
            _add(message, part.get("delta") or part.get("message") or {})
            choice |= {name: part[name] for name in ("finish_reason", "error") if part.get(name)}
    if not message and "error" in whole:
        return whole
    return {**whole, "choices": [{"message": message, **choice}]}


def _add(message: dict[str, Any], delta: dict[str, Any]) -> None:
    for name in ("content", "reasoning_content", "reasoning", "refusal"):
        if isinstance(delta.get(name), str):
            message[name] = message.get(name, "") + delta[name]
