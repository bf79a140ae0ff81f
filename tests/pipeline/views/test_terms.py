"""Pages on which a lead corrects terms."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from pipeline.accounts.roles import Role
from pipeline.models import Endpoint, KnowledgeGraph, QuestionSet
from tests import actors, factories
from tests.factories.endpoints import endpoint

pytestmark = pytest.mark.django_db


def url_of(row):
    kind = row._meta.model_name.replace("questionset", "question_set")
    kind = kind.replace("knowledgegraph", "knowledge_graph")
    key = row.pk if isinstance(row, KnowledgeGraph) else row.name
    return reverse(f"pipeline:{kind}_terms", args=[key])


@pytest.fixture(params=[QuestionSet, KnowledgeGraph, Endpoint], ids=lambda kind: kind.__name__)
def row(request):
    make: dict[type, Callable[[], Any]] = {
        QuestionSet: lambda: factories.question_set(0),
        KnowledgeGraph: factories.graph,
        Endpoint: endpoint,
    }
    return make[request.param]()


@pytest.fixture
def client(client):
    client.force_login(actors.lead())
    return client


def sent(client, row, **changes):
    shown = client.get(url_of(row)).context["form"]
    data = {name: shown[name].value() for name in shown.fields}
    data = {name: "" if value is None else value for name, value in data.items()}
    return data | {"licence": "CC-BY-4.0", "may_be_released": "on", "reason": "R."} | changes


def test_terms_are_corrected_and_the_page_before_shows_them(client, row):
    response = client.post(url_of(row), sent(client, row), follow=True)
    assert "CC-BY-4.0" in response.content.decode()
    assert response.redirect_chain


def test_two_tabs_the_second_is_told_that_something_changed(client, row):
    second = sent(client, row, licence="MIT")
    assert client.post(url_of(row), sent(client, row)).status_code == 302
    response = client.post(url_of(row), second)
    assert response.status_code == 409
    assert "has changed since" in response.content.decode()


def test_without_a_reason_nothing_is_changed(client, row):
    assert client.post(url_of(row), sent(client, row, reason="")).status_code == 422


def test_an_auditor_looks_and_changes_nothing(client, row):
    data = sent(client, row)
    client.force_login(actors.person("auditor", Role.AUDITOR))
    assert client.post(url_of(row), data).status_code == 403
