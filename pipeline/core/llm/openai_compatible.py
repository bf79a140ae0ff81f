"""A LanguageModel behind any endpoint that speaks OpenAI's chat completions.

One call is one HTTP request: retries, pace and budgets are the ledger's. What comes back is
validated whatever the endpoint promises. How the server is asked and read is its dialect.

The Batch API would stand beside this module: a LanguageModel whose `ask` hands a request in
under its fingerprint and raises until the answer is there. The JSON lines of such a batch are
what `parameters_of` makes, and each result line is what `read_completion` reads.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pipeline.core.errors import MalformedOutput, RequestRejected
from pipeline.core.llm.base import Answer, Request
from pipeline.core.llm.dialects import Dialect
from pipeline.core.llm.exchange import Exchange
from pipeline.core.llm.parameters import parameters_of
from pipeline.core.llm.reading.completion import NotACompletion, read_completion
from pipeline.core.llm.reading.failures import Reading
from pipeline.core.llm.reading.naming import read_naming
from pipeline.core.llm.reading.usage import least_tokens
from pipeline.core.llm.structured import UnusableText, checked_value

if TYPE_CHECKING:
    import httpx2


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
        _ = self._exchange  # refuses a key or a client that cannot be

    @property
    def host(self) -> str:
        """The host as failures name it."""
        return self._exchange.host

    def ask(self, request: Request) -> Answer:
        """One call, its answer validated. Raises the ReasonerFailure that fits what went wrong."""
        self._require_room(request)
        parameters = parameters_of(request, self.model, self.dialect)
        extra_body = self.dialect.extra_body
        body = self._exchange.send(parameters, stage=request.stage, extra_body=extra_body)
        try:
            completion = read_completion(body, self.dialect)
        except NotACompletion:
            raise self._exchange.no_answer(body, stage=request.stage) from None
        reading = Reading.of(completion, request, self.host, self.dialect)
        sent = self._exchange.sent(parameters, stage=request.stage)
        failure = reading.failure(body, sent)
        if failure is not None:
            raise failure
        try:
            value = _value_of(completion.text, request)
        except UnusableText as error:
            raise reading.failed(MalformedOutput, str(error)) from None
        return Answer(
            completion.text,
            value,
            completion.finish_reason,
            reading.usage,
            completion.reasoning,
            read_naming(body),
        )

    def _require_room(self, request: Request) -> None:
        """Refuse, before it is sent, what the model cannot read as far as its dialect says."""
        least = sum(least_tokens(message.content) for message in request.messages)
        context = self.dialect.context_tokens
        if context is not None and least > context:
            raise RequestRejected(
                f"The prompt has at least {least:,} tokens, and the endpoint's context is set to "
                f"{context:,}: raise the server's context size and this setting.",
                stage=request.stage,
            )

    @cached_property
    def _exchange(self) -> Exchange:
        return Exchange(
            "chat completions",
            self.base_url,
            self.api_key,
            self.dialect.timeout_seconds,
            self.http_client,
        )


def _value_of(text: str, request: Request) -> Any:
    """What the text says: the text itself where no schema was asked. Raises UnusableText."""
    return text if request.answer_type is None else checked_value(text, request.answer_type)
