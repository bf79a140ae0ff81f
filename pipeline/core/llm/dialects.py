"""What OpenAI-compatible servers disagree on, decided by the host that is asked.

OpenAI's and Azure's newer models refuse `max_tokens`; Ollama and older servers silently ignore
`max_completion_tokens`, and an answer without a limit is one without a budget. So the old name
is the portable one and the new name goes only to the hosts that insist on it. Azure also
refuses a strict schema that bounds an array, which others obey.
"""

from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

_AZURE = (".openai.azure.com", ".services.ai.azure.com", ".cognitiveservices.azure.com")
_OPENAI = (".api.openai.com",)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a host wants the limit of output tokens named, and whether it takes array bounds."""

    output_limit: Literal["max_tokens", "max_completion_tokens"]
    array_bounds: bool


def dialect_of(base_url: str) -> Dialect:
    """The dialect of the host in a base URL."""
    host = f".{(urlsplit(base_url).hostname or '').lower().rstrip('.')}"
    if host.endswith(_AZURE):
        return Dialect("max_completion_tokens", array_bounds=False)
    if host.endswith(_OPENAI):
        return Dialect("max_completion_tokens", array_bounds=True)
    return Dialect("max_tokens", array_bounds=True)
