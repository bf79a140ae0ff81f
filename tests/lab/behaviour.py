"""One behaviour of a server as data: what it does, who says so, and what is to come of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.lab.replies import Reply

QUESTIONS = 12
PRACTICE = "the field's general practice"
# What a lead can change, as pages and messages call it. A refusal names one of these.
LEVERS = (
    *("API key", "base URL", "model", "time limit", "output limit", "context", "calls at once"),
    *("temperature", "reasoning effort", "extra body", "system role", "answer format", "budget"),
)
FORMATS = {"json_schema": "JSON schema", "json_object": "JSON object", "plain": "plain text"}
# A dialect's parts in words, where they are not the usual ones.
WORDS = {
    "array_bounds": "no bounds of arrays",
    "output_limit": "the output limit as `{}`",
    "max_output_tokens": "an output limit of {:,}",
    "sends_temperature": "no temperature",
    "system_role": "no system role",
    "answer_place": "the answer in the {}",
    "calls_at_once": "calls at once: {}",
}


@dataclass(frozen=True)
class Found:
    """The endpoint test succeeds: the dialect it finds, as far as it is not the usual one."""

    dialect: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        parts = dict(self.dialect)
        held = f"held to {FORMATS[parts.pop('answer_format', 'json_schema')]}"
        return ", ".join((held, *(WORDS[name].format(parts[name]) for name in sorted(parts))))


@dataclass(frozen=True)
class Refuses:
    """The endpoint test fails, and says what a lead can change."""

    naming: str

    def __str__(self) -> str:
        return f"refuses, and names the {self.naming}"


@dataclass(frozen=True)
class Ends:
    """The batch ends by itself: so many traces made, the others failed, by reason."""

    made: int = QUESTIONS
    failed: Mapping[str, int] = field(default_factory=dict)

    def __str__(self) -> str:
        failed = [f"{count} {reason}" for reason, count in sorted(self.failed.items())]
        return "; ".join(filter(None, (f"{self.made} made" if self.made else "", *failed)))


@dataclass(frozen=True)
class Pauses:
    """The batch pauses before a question is lost, and says what a lead can change."""

    naming: str

    def __str__(self) -> str:
        return f"pauses, and names the {self.naming}"


@dataclass(frozen=True)
class Behaviour:
    """What a server does, the public `source` that tells of it, and what we do then.

    Where the test refuses, the batch is one whose endpoint was tested while the server still
    worked. `stated` are parts of the dialect that a lead has entered. A second of a slow server
    counts as `pace` seconds in the endpoint test; a batch makes its traces in so many `threads`.
    """

    name: str
    server: str
    does: str
    source: str
    reply: Reply
    test: Found | Refuses = Found()
    batch: Ends | Pauses = Ends()
    stated: Mapping[str, Any] = field(default_factory=dict)
    pace: int = 1
    threads: int = 1

    def __str__(self) -> str:
        return self.name


def found(**dialect: Any) -> Found:
    return Found(dialect)


def fails(reason: str, count: int = 1) -> Ends:
    """So many of the twelve fail for this reason."""
    return Ends(QUESTIONS - count, {reason: count})


PLAIN, JSON_OBJECT = found(answer_format="plain"), found(answer_format="json_object")
ALL_MADE = Ends()
