"""An HTTP client that can reach one host only, at addresses checked a moment before.

Checking a name and then connecting by name leaves room for another answer in between (attack
case 6). Here every request is sent to the very address that was checked; the certificate and
the Host header still go by the name. Redirects lead nowhere, proxies are not used.
"""

from __future__ import annotations

from functools import lru_cache

import httpx2

from pipeline.core.errors import EndpointRefused
from pipeline.endpoints.allowed_hosts import Resolve, Target, addresses_of, require_allowed

MAX_CONNECTIONS = 100
MAX_CLIENTS = 32


class PinnedTransport(httpx2.BaseTransport):
    """Sends requests for one target to an address of it that passed the check."""

    def __init__(
        self,
        target: Target,
        *,
        resolve: Resolve | None = None,
        inner: httpx2.BaseTransport | None = None,
    ) -> None:
        self.target, self.resolve = target, resolve
        limits = httpx2.Limits(
            max_connections=MAX_CONNECTIONS, max_keepalive_connections=MAX_CONNECTIONS
        )
        self.inner = inner or httpx2.HTTPTransport(trust_env=True, limits=limits)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Raises UnsupportedProtocol for what may not be asked, ConnectError for no address.

        The former is how the client library is told that nothing was sent, nor ever will be.
        """
        self._require_own(request)
        try:
            require_allowed(self.target)
            address = addresses_of(self.target, self.resolve)[0]
        except EndpointRefused as error:
            raise httpx2.UnsupportedProtocol(str(error)) from error
        except OSError as error:
            raise httpx2.ConnectError(f"{self.target.host} cannot be resolved.") from error
        return self.inner.handle_request(self._addressed_to(address, request))

    def _require_own(self, request: httpx2.Request) -> None:
        url = request.url
        port = url.port or {"https": 443, "http": 80}.get(url.scheme)
        if (url.scheme, url.host, port) != (self.target.scheme, self.target.host, self.target.port):
            raise httpx2.UnsupportedProtocol("This client speaks to one host only.")

    def _addressed_to(self, address: str, request: httpx2.Request) -> httpx2.Request:
        # The Host header was set from the name when the request was built.
        return httpx2.Request(
            method=request.method,
            url=request.url.copy_with(host=address),
            headers=request.headers,
            stream=request.stream,
            extensions={**request.extensions, "sni_hostname": self.target.host},
        )

    def close(self) -> None:
        self.inner.close()


@lru_cache(maxsize=MAX_CLIENTS)
def client_for(target: Target) -> httpx2.Client:
    """This process's client for a target; threads share it and its connections."""
    return httpx2.Client(transport=PinnedTransport(target), follow_redirects=False, trust_env=False)
