"""One HTTP exchange with an OpenAI-compatible server: parameters out, the answer's JSON in.

Redirects are not followed, and an answer is read up to a size and a deadline. What it means is
for the caller; what goes wrong on the way is a typed failure.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from pipeline.core.errors import EndpointUnavailable, ReasonerFailure
from pipeline.core.llm.reading.body import json_of
from pipeline.core.llm.reading.failures import no_answer, not_json
from pipeline.core.llm.rejections import Sent

if TYPE_CHECKING:  # the SDK takes most of a second to load: only whoever asks a model pays it
    import httpx2
    import openai

Service = Literal["chat completions", "embeddings"]

_CONNECT_SECONDS = 10.0
_MAX_ANSWER_SIZE = 8 << 20


@dataclass(frozen=True)
class Exchange:
    """One service of the server at a base URL; threads may share it.

    An empty `api_key` sends none. `timeout_seconds` bounds each wait and the whole answer.
    `http_client` lets the caller pin addresses and share connections.
    """

    service: Service
    base_url: str
    api_key: str = field(default="", repr=False)
    timeout_seconds: float = 120.0
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

    def send(
        self,
        parameters: Mapping[str, Any],
        *,
        stage: str,
        extra_body: Mapping[str, Any] = MappingProxyType({}),
    ) -> object:
        """The JSON that the parameters are answered with. Raises ReasonerFailure classes."""
        import httpx2
        import openai

        from pipeline.core.llm.faults import failure_of

        sent = self.sent({**parameters, **extra_body}, stage=stage)
        try:
            content, content_type = self._answer_to(parameters, extra_body, sent)
        except (openai.OpenAIError, httpx2.HTTPError, httpx2.StreamError, TimeoutError) as error:
            raise failure_of(error, sent) from None
        try:
            return json_of(content)
        except ValueError:
            raise not_json(content_type, sent) from None

    def no_answer(self, body: object, *, stage: str) -> ReasonerFailure:
        """What JSON of another shape means than that of the service."""
        return no_answer(body, self.sent({}, stage=stage), service=self.service)

    def sent(self, parameters: Mapping[str, Any], *, stage: str) -> Sent:
        """What a failure needs to know of a call."""
        return Sent(stage, self.host, self.timeout_seconds, parameters)

    def _answer_to(
        self, parameters: Mapping[str, Any], extra_body: Mapping[str, Any], sent: Sent
    ) -> tuple[bytes, str]:
        """Send, and read what comes back up to the deadline and the largest size."""
        deadline = time.monotonic() + self.timeout_seconds
        content = bytearray()
        arguments = {**parameters, **({"extra_body": dict(extra_body)} if extra_body else {})}
        with self._create(**arguments, **self._without_key()) as response:
            for chunk in response.iter_bytes():
                content += chunk
                if len(content) > _MAX_ANSWER_SIZE:
                    reason = sent.says("answered with more than any answer can hold")
                    raise EndpointUnavailable(reason, stage=sent.stage, may_be_prompt=True)
                if time.monotonic() > deadline:
                    raise TimeoutError
        return bytes(content), response.headers.get("content-type", "")

    def _without_key(self) -> dict[str, Any]:
        """What keeps the SDK from sending a key where there is none."""
        import openai

        return {} if self.api_key else {"extra_headers": {"Authorization": openai.Omit()}}

    @property
    def _create(self) -> Any:
        """The SDK's method that asks the service."""
        if self.service == "embeddings":
            return self._client.embeddings.with_streaming_response.create
        return self._client.chat.completions.with_streaming_response.create

    @cached_property
    def _client(self) -> "openai.OpenAI":
        import httpx2
        import openai

        waits = httpx2.Timeout(
            self.timeout_seconds, connect=min(_CONNECT_SECONDS, self.timeout_seconds)
        )
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
