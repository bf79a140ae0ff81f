"""A LanguageModel behind any endpoint that speaks OpenAI's chat completions.

One call is one HTTP request: retries, pace and budgets are the ledger's. Redirects are not
followed, answers are read up to a size and a deadline, and what comes back is validated
whatever the endpoint promises.

The Batch API would stand beside this module: a LanguageModel whose `ask` hands a request in
under its fingerprint and raises until the answer is there. The JSON lines of such a batch are
what `_parameters` makes, and each result line is what `read_completion` reads.
"""

import json
import time
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pipeline.core.errors import (
    EndpointUnavailable,
    MalformedOutput,
    ReasonerFailure,
    Refused,
    TransientFailure,
    TruncatedOutput,
)
from pipeline.core.llm.base import Answer, Message, Request, as_plain
from pipeline.core.llm.completion import Completion, NotACompletion, read_completion
from pipeline.core.llm.dialects import Dialect
from pipeline.core.llm.structured import (
    UnusableText,
    checked_value,
    schema_instruction,
    strict_schema,
)

if TYPE_CHECKING:  # the SDK takes most of a second to load: only whoever asks a model pays it
    import httpx2
    import openai

_CONNECT_SECONDS = 10.0
_MAX_ANSWER_SIZE = 8 << 20
_JSON_TYPES = ("application/json", "text/json")


@dataclass(frozen=True)
class OpenAICompatibleModel:
    """One model at one base URL, e.g. https://api.openai.com/v1 (Azure: …/openai/v1).

    `endpoint` is the label under which calls are recorded. An empty `api_key` sends none.
    The dialect's time limit bounds each wait and the whole answer. `http_client` lets the caller
    pin addresses and share connections; it must not follow redirects. Safe to share by threads.
    """

    endpoint: str
    base_url: str
    model: str
    api_key: str = field(default="", repr=False)
    dialect: Dialect = field(default_factory=Dialect)
    http_client: "httpx2.Client | None" = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not (self.api_key.isascii() and (self.api_key.isprintable())):
            raise ValueError("The API key holds characters that no key has.")
        if self.http_client is not None and self.http_client.follow_redirects:
            raise ValueError("The HTTP client must not follow redirects.")

    @property
    def host(self) -> str:
        """The host as failures name it."""
        return urlsplit(self.base_url).hostname or "the endpoint"

    def ask(self, request: Request) -> Answer:
        """One call, its answer validated. Raises the ReasonerFailure that fits what went wrong."""
        completion = self._completion(request)
        failure = _completion_failure(completion, request)
        if failure is not None:
            raise failure
        amid_text = self.dialect.answer_format == "plain"
        try:
            value = checked_value(completion.text, request.answer_type, amid_text=amid_text)
        except UnusableText as error:
            raise _failure(MalformedOutput, str(error), completion, request) from None
        return Answer(
            completion.text, value, completion.finish_reason, completion.usage, completion.reasoning
        )

    def _completion(self, request: Request) -> Completion:
        body = self._body(request)
        try:
            return read_completion(body)
        except NotACompletion:
            raise self._no_completion(body, request) from None

    def _body(self, request: Request) -> object:
        """The JSON of one HTTP exchange."""
        import httpx2
        import openai

        from pipeline.core.llm.faults import failure_of

        try:
            content = self._exchange(request)
        except (openai.OpenAIError, httpx2.HTTPError, httpx2.StreamError, TimeoutError) as error:
            raise failure_of(error, stage=request.stage, host=self.host) from None
        try:
            return json.loads(content)
        except (ValueError, RecursionError):
            raise TransientFailure(
                f"{self.host} answered with what is not JSON.",
                stage=request.stage,
                maybe_charged=True,
            ) from None

    def _exchange(self, request: Request) -> bytes:
        """Send, and read what comes back up to the deadline and the largest size."""
        deadline = time.monotonic() + self.dialect.timeout_seconds
        create = self._client.chat.completions.with_streaming_response.create
        content = bytearray()
        with create(**self._parameters(request), **self._without_key()) as response:
            self._require_json(response.headers.get("content-type", ""), request)
            for chunk in response.iter_bytes():
                content += chunk
                if len(content) > _MAX_ANSWER_SIZE:
                    reason = f"{self.host} answered with more than any answer can hold."
                    raise EndpointUnavailable(reason, stage=request.stage)
                if time.monotonic() > deadline:
                    raise TimeoutError
        return bytes(content)

    def _without_key(self) -> dict[str, Any]:
        """What keeps the SDK from sending a key where there is none."""
        import openai

        return {} if self.api_key else {"extra_headers": {"Authorization": openai.Omit()}}

    def _require_json(self, content_type: str, request: Request) -> None:
        kind = content_type.partition(";")[0].strip().lower()
        if kind and kind not in _JSON_TYPES and not kind.endswith("+json"):
            reason = f"{self.host} answered with a page, not with a completion."
            raise EndpointUnavailable(reason, stage=request.stage)

    def _no_completion(self, body: object, request: Request) -> ReasonerFailure:
        """Some gateways report a fault of the model behind them with status 200."""
        if isinstance(body, dict) and body.get("error"):
            reason = f"{self.host} reported a fault instead of an answer."
            return TransientFailure(reason, stage=request.stage, maybe_charged=True)
        reason = f"{self.host} does not answer as chat completions do."
        return EndpointUnavailable(reason, stage=request.stage)

    def _parameters(self, request: Request) -> dict[str, Any]:
        """Everything a call sends, as chat completions name it."""
        dialect = self.dialect
        parameters: dict[str, Any] = {
            "model": self.model,
            "messages": as_plain(self._messages(request)),
            dialect.output_limit: request.max_output_tokens,
        }
        if request.temperature is not None:
            parameters["temperature"] = request.temperature
        if request.service_tier:
            parameters["service_tier"] = request.service_tier
        if self.dialect.answer_format == "json_schema":
            schema = strict_schema(request.schema, array_bounds=dialect.array_bounds)
            named_schema = {"name": request.prompt_name, "strict": True, "schema": schema}
            parameters["response_format"] = {"type": "json_schema", "json_schema": named_schema}
        elif self.dialect.answer_format == "json_object":
            parameters["response_format"] = {"type": "json_object"}
        return parameters

    def _messages(self, request: Request) -> tuple[Message, ...]:
        """The request's messages; the schema in words where the endpoint cannot hold to it."""
        if self.dialect.answer_format == "json_schema":
            return request.messages
        instruction = schema_instruction(request.schema)
        first, *rest = request.messages
        if first.role != "system":
            return (Message("system", instruction), *request.messages)
        return (Message("system", f"{first.content}\n\n{instruction}"), *rest)

    @cached_property
    def _client(self) -> "openai.OpenAI":
        import httpx2
        import openai

        seconds = self.dialect.timeout_seconds
        waits = httpx2.Timeout(seconds, connect=min(_CONNECT_SECONDS, seconds))
        # Proxies and certificates of the environment are not for calls that carry a key.
        own = self.http_client or httpx2.Client(follow_redirects=False, trust_env=False)
        client = openai.OpenAI(
            api_key=self.api_key or "none",  # empty, the SDK would take one of the environment
            base_url=self.base_url,
            timeout=waits,
            max_retries=0,
            http_client=own,
        )
        # The SDK takes these from the environment and would send them to any host.
        client.organization = client.project = None
        client._custom_headers = {}
        return client


def _completion_failure(completion: Completion, request: Request) -> ReasonerFailure | None:
    """What keeps a completion from being an answer at all, whatever its text says."""
    if completion.refusal or completion.finish_reason == "content_filter":
        reason = "The model declined to answer."
        return _failure(Refused, reason, completion, request, text=completion.refusal)
    if completion.finish_reason != "length":
        return None
    if completion.mostly_blank:
        reason = "The model filled its answer with blanks up to the token limit."
    elif not completion.text.strip() and completion.reasoning:
        reason = "The model reasoned up to the token limit and gave no answer."
    else:
        reason = "The answer was cut off at the token limit."
    limit = f" The limit was {request.max_output_tokens} tokens."
    return _failure(TruncatedOutput, reason + limit, completion, request)


def _failure(
    kind: type[ReasonerFailure],
    detail: str,
    completion: Completion,
    request: Request,
    text: str = "",
) -> ReasonerFailure:
    return kind(
        detail,
        stage=request.stage,
        text=text or completion.text,
        finish_reason=completion.finish_reason,
        input_tokens=completion.usage.input_tokens,
        output_tokens=completion.usage.output_tokens,
    )
