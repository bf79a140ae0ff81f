"""Fetches every byte a signed-in person can get: every URL there is, in every way, and every link.

A URL that is added is crawled without being told of here, as long as the names of its arguments
are known; one with an unknown argument fails the crawl.
"""

import html
import re
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, cast

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

# Whatever ends the crawler's own session, or is Django's and served to superusers only.
UNTOUCHED = {"account_logout"}
LINKS = re.compile(r'(?:href|src|action|hx-get|hx-post|hx-put|data-[\w-]*url)="(/[^"#]*)')
CHANGING = (
    r"\b[A-Za-z0-9]{64}\b",  # tokens against forged requests, in pages and in JSON
    r'name="key" value="[\w-]+"',
    r'name="fence" value="\d+"',
)


@dataclass(frozen=True)
class Reply:
    """What one request brought: status and all bytes, headers and cookies included."""

    asked: str
    status: int
    body: str
    headers: str

    @property
    def sent(self) -> str:
        return f"{self.headers}\n{self.body}"


def addresses(arguments: Mapping[str, Sequence[Any]]) -> list[str]:
    """Every URL of the product, for every value of every argument."""
    return sorted(_addresses(get_resolver(), "", arguments))


def _addresses(
    resolver: URLResolver, space: str, arguments: Mapping[str, Sequence[Any]]
) -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            name = f"{space}{pattern.name}"
            if name not in UNTOUCHED:
                yield from _filled(name, _parameters(pattern), arguments)
        elif pattern.namespace == "admin":
            yield reverse("admin:index")
        else:
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from _addresses(pattern, inner, arguments)


def _parameters(pattern: URLPattern) -> list[str]:
    regex = pattern.pattern.regex
    return sorted(set(pattern.pattern.converters) | set(regex.groupindex))


def _filled(
    name: str, parameters: Sequence[str], arguments: Mapping[str, Sequence[Any]]
) -> Iterator[str]:
    unknown = [one for one in parameters if one not in arguments]
    if unknown:
        raise AssertionError(f"{name}: tell the crawler what to put for {', '.join(unknown)}")
    for values in product(*(arguments[one] for one in parameters)):
        try:
            yield reverse(name, kwargs=dict(zip(parameters, values, strict=True)))
        except NoReverseMatch:
            continue  # a value that this URL's pattern does not take


def read_everything(client: Client, start: Iterable[str], *, insist: bool = True) -> list[Reply]:
    """GET and HEAD, as a page and as a fragment, of these addresses and all they link to.

    Unless it is to `insist`, an address that refuses the page is asked in no other way.
    """
    replies, waiting, seen = [], list(start), set()
    while waiting:
        address = html.unescape(waiting.pop())
        if address in seen or address.startswith("/static/") or "logout" in address:
            continue
        seen.add(address)
        page = ask(client, "get", address)
        replies.append(page)
        if page.status >= 400 and not insist:
            continue
        replies += [
            ask(client, "get", address, headers={"HX-Request": "true", "HX-Target": "item"}),
            ask(client, "get", address, headers={"Accept": "application/json"}),
            ask(client, "head", address),
            ask(client, "options", address),
        ]
        waiting += LINKS.findall(page.body)
    return replies


def write_everywhere(client: Client, start: Iterable[str], data: Mapping[str, Any]) -> list[Reply]:
    """POST nothing, nonsense and the data given to every address, as a page and as a fragment.

    Each address gets an idempotency key of its own. One that refuses the person or the method,
    whatever is sent, is only sent the data once more.
    """
    nonsense = dict.fromkeys(data, "\u0000nonsense")
    replies = []
    for address in start:
        replies.append(ask(client, "post", address, {}))
        keyed = {**data, "key": str(uuid.uuid4())}
        if replies[-1].status in {403, 405}:
            replies.append(ask(client, "post", address, keyed, headers={"HX-Request": "true"}))
            continue
        replies.append(ask(client, "post", address, {}, headers={"HX-Request": "true"}))
        for sent in (nonsense, keyed):
            replies.append(ask(client, "post", address, sent))
            replies.append(ask(client, "post", address, sent, headers={"HX-Request": "true"}))
    return replies


def ask(client: Client, method: str, address: str, *data: Any, **extra: Any) -> Reply:
    """One request; everything that came back."""
    response = getattr(client, method)(address, *data, **extra)
    headers = f"{dict(response.headers)} {response.cookies.output()}"
    return Reply(f"{method} {address} {extra}", response.status_code, _body(response), headers)


def _body(response: HttpResponseBase) -> str:
    if isinstance(response, StreamingHttpResponse):
        return b"".join(cast(Iterable[bytes], response)).decode("utf-8", "replace")
    content = cast(HttpResponse, response).content
    return content.decode("utf-8", "replace")


def steady(reply: Reply) -> tuple[str, int, str, str]:
    """The reply without what differs from one asking to the next anyway."""
    body = reply.body
    for changing in CHANGING:
        body = re.sub(changing, "", body)
    # Cookies are signed anew each time; what they carry is shown on the page that follows.
    headers = re.sub(r"'Expires': '[^']*'", "", reply.headers.split("Set-Cookie:")[0])
    return reply.asked, reply.status, body, headers
