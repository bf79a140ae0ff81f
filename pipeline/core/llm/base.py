"""The protocol LanguageModel: messages and a schema in, a checked answer out.

Transport only: prompts live in pipeline.core.prompts, meaning in the reasoner, the durable
record of every call in pipeline.ledger, which wraps a LanguageModel in another one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, Protocol

from pydantic import BaseModel


@dataclass(frozen=True, slots=True)
class Message:
    """One chat message."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Request:
    """One question to a model: rendered messages and what its answer must be.

    `answer_type` is a pydantic model, `schema` its JSON schema; None asks for free text, whose
    schema is empty and whose value is the text. `stage`, `prompt_name` and
    `prompt_version` say where the call comes from; `sample_index` tells apart calls that are
    equal but for the trace they sample; `repair` is set on the one further turn that shows a
    model its error. A `temperature` of None leaves it to the model (some accept no other). What
    is not `replayable` answers no later equal request: its answer is not kept whole.
    """

    stage: str
    prompt_name: str
    prompt_version: str
    messages: tuple[Message, ...]
    answer_type: type[BaseModel] | None
    max_output_tokens: int
    temperature: float | None = 0.0
    sample_index: int = 0
    service_tier: Literal["", "flex"] = ""
    repair: bool = False
    replayable: bool = True

    @property
    def schema(self) -> dict[str, Any]:
        """The answer's JSON schema; not to be changed, for it is shared."""
        return {} if self.answer_type is None else _schema_of(self.answer_type)


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call as the endpoint reports them; None where it does not."""

    input_tokens: int | None
    output_tokens: int | None


@dataclass(frozen=True, slots=True)
class Named:
    """Who answered, as the answer itself says: the model, who served it, and in which build.

    Empty where it says nothing. It may name another model than was asked for, and change.
    """

    model: str = ""
    provider: str = ""
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """A checked answer: the raw text, the value that met the schema, and what it took.

    `value` is plain JSON that `answer_type` accepts, or the text where that is None; `reasoning`
    is what a reasoning model returned beside its answer, never part of it.
    """

    text: str
    value: Any
    finish_reason: str
    usage: Usage
    reasoning: str = ""
    named: Named = Named()


class LanguageModel(Protocol):
    """A model at an endpoint. `ask` raises ReasonerFailure classes, never returns unchecked."""

    @property
    def endpoint(self) -> str: ...

    @property
    def model(self) -> str: ...

    def ask(self, request: Request) -> Answer: ...


@lru_cache(maxsize=64)
def _schema_of(answer_type: type[BaseModel]) -> dict[str, Any]:
    """Made once an answer type: a call asks for it several times, and it takes its time."""
    return answer_type.model_json_schema()


def as_plain(messages: Sequence[Message]) -> list[dict[str, str]]:
    """Messages as the plain dictionaries that are sent and recorded."""
    return [{"role": message.role, "content": message.content} for message in messages]
