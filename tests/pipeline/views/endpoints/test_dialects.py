"""How a server is asked, in the browser: found by the test, stated by a lead, shown to both."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from pipeline.endpoints.registry import remember_found
from pipeline.models import Endpoint, Event
from pipeline.views import endpoints as view
from tests import actors
from tests.factories.endpoints import LOCAL, endpoint

pytestmark = pytest.mark.django_db

ENTERED = {
    "role": "reasoner",
    "base_url": LOCAL,
    "model": "model-r",
    "key_from": "none",
    "name": "big",
}
STATED = {
    "max_output_tokens": 16_000,
    "reasoning_effort": "low",
    "extra_body": {"chat_template_kwargs": {"enable_thinking": False}},
    "timeout_seconds": 300,
    "calls_at_once": 2,
    "context_tokens": 32_768,
    "answer_format": "json_object",
    "array_bounds": False,
    "text_bounds": False,
    "output_limit": "max_completion_tokens",
    "sends_temperature": False,
    "system_role": False,
    "typed_parts": True,
    "answer_place": "reasoning",
    "thought_markers": [["<mull>", "</mull>"]],
}
AS_ENTERED = {
    **STATED,
    "extra_body": json.dumps(STATED["extra_body"]),
    "thought_markers": "<mull> </mull>\n",
}


@pytest.fixture
def client() -> Client:
    return actors.signed_in(actors.lead())


def change(client, row, **fields):
    return client.post(reverse("pipeline:endpoint_change", args=[row.name]), ENTERED | fields)


def test_what_is_entered_is_stated_and_comes_back_into_the_form(client):
    client.post(reverse("pipeline:endpoint_new"), ENTERED | AS_ENTERED)
    row = Endpoint.objects.get()
    assert row.dialect_stated == STATED
    shown = client.get(reverse("pipeline:endpoint_change", args=[row.name])).context["form"]
    again = {field.name: field.value() for field in shown.dialect_fields}
    change(client, row, **again)
    row.refresh_from_db()
    assert row.dialect_stated == STATED


def test_an_empty_form_states_nothing_and_leaves_all_to_the_test(client):
    row = endpoint(max_output_tokens=4000)
    content = client.get(reverse("pipeline:endpoint_change", args=[row.name])).content.decode()
    assert "null" not in content
    change(client, row)
    row.refresh_from_db()
    assert row.dialect_stated == {}
    assert row.is_tested
    assert Event.objects.last().payload["changed"] == ["dialect_stated", "key"]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("extra_body", "{", "not valid JSON"),
        ("extra_body", "[1]", "dictionary"),
        ("extra_body", '{"api_key": "x"}', "looks like a secret"),
        ("extra_body", '{"messages": []}', "sent anyway"),
        ("max_output_tokens", "0", "greater than or equal to 1"),
        ("reasoning_effort", "very high", "reasoning_effort"),
        ("thought_markers", "<mull>", "two marks a line"),
        ("timeout_seconds", "3601", "less than or equal to 3600"),
        ("answer_format", "xml", "Select a valid choice"),
    ],
)
def test_what_cannot_be_is_an_error_at_its_field_and_seen_at_once(client, field, value, said):
    row = endpoint()
    response = change(client, row, **{field: value})
    assert response.status_code == 422
    assert said in " ".join(response.context["form"].errors[field])
    assert '<details class="disclosure" id="dialect" open>' in response.content.decode()


def test_the_list_says_how_each_server_is_asked_and_who_says_so(client):
    row = endpoint(max_output_tokens=16_000)
    remember_found(row, {"answer_format": "plain", "sends_temperature": False, "calls_at_once": 2})
    content = " ".join(client.get(reverse("pipeline:endpoints")).content.decode().split())
    for told in (
        '16,000 tokens <span class="muted">(set by a lead)</span>',
        'left to the model <span class="muted">(found by the test)</span>',
        'not known <span class="muted">(usual)</span>',
    ):
        assert told in content


def test_a_test_tells_what_is_unusual(client, monkeypatch):
    def found(row: Endpoint) -> Endpoint:
        remember_found(row, {"answer_format": "plain", "system_role": False, "array_bounds": True})
        return row

    monkeypatch.setattr(view, "probe_endpoint", found)
    url = reverse("pipeline:endpoint_test", args=[endpoint(tested=False).name])
    content = client.post(url, follow=True).content.decode()
    assert "Also found: system role: put before the user&#x27;s message." in content
