"""What OpenAI-compatible servers disagree on: how one of them is asked, and how it is read.

A dialect is found by the endpoint's test, and a lead may state parts of it otherwise. The host
in a base URL only decides what the test tries first: OpenAI's and Azure's newer models refuse
`max_tokens`, while Ollama and older servers silently ignore `max_completion_tokens`, and an
answer without a limit is one without a budget. Azure also refuses a strict schema that bounds
an array, which others obey.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, TypeAdapter, ValidationError

from pipeline.core.errors import InvalidConfiguration
from pipeline.core.llm.base import Request
from pipeline.core.llm.extra_body import require_plain_extra_body

AnswerFormat = Literal["json_schema", "json_object", "plain"]
OutputLimit = Literal["max_tokens", "max_completion_tokens"]
AnswerPlace = Literal["content", "reasoning", "tool_call"]
MAX_TOKENS, MAX_SECONDS, MAX_CALLS = 10_000_000, 3600, 1000
Tokens = Annotated[int, Field(ge=1, le=MAX_TOKENS)]

_AZURE = (".openai.azure.com", ".services.ai.azure.com", ".cognitiveservices.azure.com")
_OPENAI = (".api.openai.com",)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How an endpoint is asked and read; the defaults are what most servers take.

    `answer_format`: what holds an answer to its schema; with `array_bounds`, lists' lengths too,
    and with `text_bounds` besides it, texts'.
    `output_limit` names the parameter that bounds an answer; `max_output_tokens` is its size,
    None: as the method's configuration says. Without `sends_temperature` the model uses its
    own. Without `system_role` the system message is put before the user's. `typed_parts`: texts
    are sent as lists of parts. `extra_body` is sent as it is. `thought_markers` are pairs of
    texts around a model's thoughts, beside those that are known of themselves. `answer_place`:
    where the answer stands. `context_tokens`: what the server reads and writes together at most,
    None: unknown. `calls_at_once` None: as many as the installation makes.
    """

    answer_format: AnswerFormat = "json_schema"
    array_bounds: bool = True
    text_bounds: bool = True
    output_limit: OutputLimit = "max_tokens"
    max_output_tokens: Tokens | None = None
    sends_temperature: bool = True
    reasoning_effort: Annotated[str, Field(max_length=20, pattern=r"^[a-z]*$")] = ""
    system_role: bool = True
    typed_parts: bool = False
    extra_body: dict[str, Any] = field(default_factory=dict)
    thought_markers: tuple[tuple[str, str], ...] = ()
    answer_place: AnswerPlace = "content"
    context_tokens: Tokens | None = None
    timeout_seconds: Annotated[float, Field(gt=0, le=MAX_SECONDS)] = 120
    calls_at_once: Annotated[int, Field(ge=1, le=MAX_CALLS)] | None = None

    def applied_to(self, request: Request) -> Request:
        """The request with this endpoint's output limit, and no temperature it does not take."""
        return replace(
            request,
            max_output_tokens=self.max_output_tokens or request.max_output_tokens,
            temperature=request.temperature if self.sends_temperature else None,
        )

    @property
    def deciding(self) -> dict[str, Any]:
        """What changes an answer beyond the request itself, where it is not the default.

        It joins a call's fingerprint, so that calls to most endpoints keep theirs.
        """
        default = Dialect()
        return {
            name: value
            for name in ("reasoning_effort", "system_role", "extra_body")
            if (value := getattr(self, name)) != getattr(default, name)
        }

    def as_json(self) -> dict[str, Any]:
        """A plain dictionary that `from_json` reads back unchanged."""
        plain: dict[str, Any] = _ADAPTER.dump_python(self, mode="json")
        return plain

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> "Dialect":
        """Raises InvalidConfiguration for what no dialect can be; its `field` names the part."""
        try:
            dialect = _ADAPTER.validate_python(dict(plain))
        except ValidationError as error:
            fault = error.errors(include_url=False, include_input=False, include_context=False)[0]
            name = str(fault["loc"][0]) if fault["loc"] else ""
            raise InvalidConfiguration(f"{name}: {fault['msg']}.", field=name) from None
        require_plain_extra_body(dialect.extra_body)
        return dialect


_ADAPTER = TypeAdapter(Dialect)
NAMES = tuple(part.name for part in fields(Dialect))
# How an endpoint is asked that was tested before the test asked about this.
NOT_ASKED_EARLIER: Mapping[str, Any] = {"text_bounds": False}


def first_tried(base_url: str) -> Dialect:
    """The dialect that the host in a base URL suggests."""
    host = f".{(urlsplit(base_url).hostname or '').lower().rstrip('.')}"
    if host.endswith(_AZURE):
        return Dialect(output_limit="max_completion_tokens", array_bounds=False)
    if host.endswith(_OPENAI):
        return Dialect(output_limit="max_completion_tokens")
    return Dialect()


def dialect_of(base_url: str, *overlaid: Mapping[str, Any]) -> Dialect:
    """What the host suggests, overlaid by what was found and then by what was stated."""
    plain = first_tried(base_url).as_json()
    for layer in overlaid:
        plain |= layer
    return Dialect.from_json(plain)
