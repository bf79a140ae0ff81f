"""Settings that close holes by themselves (attack cases 1, 2, 15, 21, 24)."""

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse

from medreason_web.env import Environment
from pipeline.models import Event
from tests import actors


def test_production_without_a_secret_key_does_not_start(monkeypatch):
    monkeypatch.setenv("MEDREASON_PRODUCTION", "true")
    monkeypatch.delenv("MEDREASON_SECRET_KEY", raising=False)
    with pytest.raises(ImproperlyConfigured, match="MEDREASON_SECRET_KEY"):
        _ = Environment().secret_key


def test_messages_to_workers_are_json_only():
    assert settings.CELERY_ACCEPT_CONTENT == ["json"]
    assert settings.CELERY_TASK_SERIALIZER == "json"


def test_script_cannot_read_the_session():
    assert settings.SESSION_COOKIE_HTTPONLY


@pytest.mark.django_db
def test_static_files_lead_nowhere_else(client):
    for path in ("../secret_key", "%2e%2e/secret_key", "js/../../secret_key"):
        assert client.get(f"/static/{path}").status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("listing", ["review:audit", "review:logins"])
def test_a_request_cannot_choose_the_field_it_filters_by(listing):
    lead = actors.lead()
    client = actors.signed_in(lead)
    Event.objects.record("person.signed_up", lead, by=lead)
    guess = {"actor__password__startswith": "?", "user__password__startswith": "?"}
    rows = [
        list(client.get(reverse(listing), query).context["page"].object_list)
        for query in ({}, guess)
    ]
    assert rows[0]
    assert rows[0] == rows[1]
