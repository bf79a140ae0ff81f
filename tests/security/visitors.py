"""Visitors of every URL: a client for each role, and whether it was let in."""

import re
from collections.abc import Iterator

from django.test import Client
from django.urls import URLPattern, URLResolver, reverse

from pipeline.accounts.roles import Role
from review.models import Reviewer
from tests import actors

ADDRESS = re.compile(r'\b(?:href|src|action|formaction|content|hx-[a-z]+|data-[a-z-]+)="(/[^"]*)"')


def names(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            yield f"{prefix}{pattern.name}"
        elif pattern.namespace != "admin":
            space = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from names(pattern, prefix + space)


def client_for(role: str) -> Client:
    if role == "anonymous":
        return Client()
    if role == "no role":
        return actors.signed_in(actors.person("nobody"))
    if role == "reviewer":
        return actors.signed_in(Reviewer.objects.get(user__username="grader").user)
    if role == "superuser":
        return actors.signed_in(actors.superuser())
    return actors.signed_in(actors.person(role, Role(role)))


def came_through(response) -> bool:
    """Whether the URL was served; being sent to the login page, or home to it, is not."""
    elsewhere = response.headers.get("Location", "")
    sent_away = elsewhere == reverse("home") or elsewhere.startswith(reverse("account_login"))
    return response.status_code not in (403, 404) and not sent_away


def addresses_in(response) -> list[str]:
    """Every address on this host that a reply sends a browser to: redirects, links, forms."""
    sent = [response.headers[name] for name in ("Location", "HX-Redirect") if name in response]
    is_page = response.headers.get("Content-Type", "").startswith("text/html")
    return sent + (ADDRESS.findall(response.content.decode()) if is_page else [])
