"""One HTTP exchange with an OpenAI-compatible server: parameters out, the answer's JSON in.

Redirects are not followed, and an answer is read up to a size and a deadline. What it means is
for the caller; what goes wrong on the way is a typed failure.
"""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from pipeline.core.errors import EndpointUnavailable, TransientFailure

if TYPE_CHECKING:  # the SDK takes most of a second to load: only whoever asks a model pays it
    import httpx2
    import openai

Service = Literal["chat completions", "embeddings"]

_CONNECT_SECONDS = 10.0
_MAX_ANSWER_SIZE = 8 << 20
_JSON_TYPES = ("application/json", "text/json")


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

    def send(self, parameters: Mapping[str, Any], *, stage: str) -> object:
        """The JSON that the parameters are answered with. Raises ReasonerFailure classes."""
        import httpx2
        import openai

        from pipeline.core.llm.faults import failure_of

        try:
            content = self._answer_to(parameters, stage)
        except (openai.OpenAIError, httpx2.HTTPError, httpx2.StreamError, TimeoutError) as error:
            raise failure_of(error, stage=stage, host=self.host) from None
        try:
            return json.loads(content)
        except (ValueError, RecursionError):
            raise TransientFailure(
                f"{self.host} answered with what is not JSON.", stage=stage, maybe_charged=True
            ) from None

    def no_answer(self, body: object, *, stage: str) -> EndpointUnavailable:
        """What JSON of another shape means: some gateways report a fault with status 200."""
        if isinstance(body, dict) and body.get("error"):
            reason = f"{self.host} reported a fault instead of an answer."
            return TransientFailure(reason, stage=stage, maybe_charged=True)
        reason = f"{self.host} does not answer as {self.service} do."
        return EndpointUnavailable(reason, stage=stage)

    def _answer_to(self, parameters: Mapping[str, Any], stage: str) -> bytes:
        """Send, and read what comes back up to the deadline and the largest size."""
        deadline = time.monotonic() + self.timeout_seconds
        content = bytearray()
        with self._create(**parameters, **self._without_key()) as response:
            self._require_json(response.headers.get("content-type", ""), stage)
            for chunk in response.iter_bytes():
                content += chunk
                if len(content) > _MAX_ANSWER_SIZE:
                    reason = f"{self.host} answered with more than any answer can hold."
                    raise EndpointUnavailable(reason, stage=stage)
                if time.monotonic() > deadline:
                    raise TimeoutError
        return bytes(content)

    def _without_key(self) -> dict[str, Any]:
        """What keeps the SDK from sending a key where there is none."""
        import openai

        return {} if self.api_key else {"extra_headers": {"Authorization": openai.Omit()}}

    def _require_json(self, content_type: str, stage: str) -> None:
        kind = content_type.partition(";")[0].strip().lower()
        if kind and kind not in _JSON_TYPES and not kind.endswith("+json"):
            reason = f"{self.host} answered with a page, not with JSON."
            raise EndpointUnavailable(reason, stage=stage)

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
