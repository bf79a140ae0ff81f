"""The navigation bar: what each role may open."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from pipeline.accounts.roles import Role, roles_of

LEADS = frozenset({Role.LEAD, Role.AUDITOR})


@dataclass(frozen=True)
class NavigationEntry:
    """One entry of the bar."""

    title: str
    url: str
    current: bool


ENTRIES = (
    ("To do", "review:home", LEADS),
    ("Batches", "pipeline:batches", LEADS),
    ("Questions", "pipeline:question_sets", LEADS),
    ("Graphs", "pipeline:knowledge_graphs", LEADS),
    ("Endpoints", "pipeline:endpoints", LEADS),
    ("Evaluations", "pipeline:evaluations", LEADS),
    ("Studies", "review:studies", LEADS | {Role.ADJUDICATOR}),
    ("Adjudication", "review:adjudication", LEADS | {Role.ADJUDICATOR}),
    ("Disputes", "review:disputes", LEADS),
    ("Releases", "review:releases", LEADS),
    ("Models", "review:models", LEADS),
    ("People", "review:people", LEADS),
    ("Audit", "review:audit", LEADS),
    ("Grading", "review:desk", frozenset({Role.REVIEWER})),
)


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `nav`, the entries the user may open; `has_profile` of a reviewer."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"nav": ()}
    roles = getattr(request, "roles", None) or roles_of(user)
    entries = []
    for title, name, allowed in ENTRIES:
        if roles & allowed:
            url = reverse(name)
            entries.append(NavigationEntry(title, url, request.path.startswith(url)))
    return {"nav": tuple(entries), "has_profile": Role.REVIEWER in roles}
