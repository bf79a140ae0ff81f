"""A test of an endpoint that fails: it names endpoint and port, and stays on the card."""

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from pipeline.endpoints.registry import (
    ApiKeyInput,
    EndpointTerms,
    change_endpoint,
    remember_failure,
    remember_found,
)
from pipeline.ledger import probe
from pipeline.models import Endpoint
from tests import actors
from tests.factories.endpoints import endpoint, reader
from tests.peers.faulty_server import faulty_server, status

pytestmark = pytest.mark.django_db
# Nothing listens there.
CLOSED = "http://127.0.0.1:1/v1"
KEY = "sk-a-secret-of-the-house"


@pytest.fixture
def client() -> Client:
    return actors.signed_in(actors.lead())


def press_test(client: Client, row: Endpoint):
    return client.post(reverse("pipeline:endpoint_test", args=[row.name]), follow=True)


def cards(client: Client) -> str:
    content: str = client.get(reverse("pipeline:endpoints")).content.decode()
    return content


def answers(row: Endpoint) -> Endpoint:
    remember_found(row, {"answer_format": "plain"})
    return row


def test_a_failure_names_endpoint_and_port_and_stays_until_the_next_test(client, monkeypatch):
    row = endpoint("house", base_url=CLOSED)
    other = reader()
    press_test(client, row)
    shown = cards(client)
    assert "The test of house, 127.0.0.1:1 failed: " in shown
    assert "could not be reached" in shown
    assert f"test-error-{other.pk}" not in shown
    assert "last test failed" in shown
    monkeypatch.setattr(probe, "_probe", answers)
    press_test(client, row)
    assert "test-error" not in cards(client)


def test_looking_is_no_test(client):
    url = reverse("pipeline:endpoint_test", args=[endpoint().name])
    assert client.get(url).status_code == 405


def test_the_command_says_the_same_and_the_list_repeats_it(capsys):
    endpoint("house", base_url=CLOSED)
    with pytest.raises(CommandError, match=r"The test of house, 127\.0\.0\.1:1 failed"):
        call_command("endpoints", "--probe", "house")
    call_command("endpoints")
    assert "  The test of house, 127.0.0.1:1 failed" in capsys.readouterr().out


def test_another_address_has_not_failed_yet():
    row = endpoint("house", base_url=CLOSED)
    remember_failure(row, "It was gone.")
    change_endpoint(row, terms=EndpointTerms.of(row, requests_per_minute=5))
    assert row.test_error
    change_endpoint(row, terms=EndpointTerms.of(row, base_url="http://127.0.0.1:2/v1"))
    assert row.test_error == ""


def test_a_test_of_what_the_endpoint_was_before_is_not_remembered():
    row = endpoint("house", base_url=CLOSED)
    stale = Endpoint.objects.get(pk=row.pk)
    change_endpoint(row, terms=EndpointTerms.of(row, model="another"))
    assert not remember_failure(stale, "It was gone.")
    row.refresh_from_db()
    assert row.test_error == ""


def test_a_long_sentence_is_cut():
    row = endpoint("house", base_url=CLOSED)
    assert remember_failure(row, "x" * 5000)
    assert len(row.test_error) == 600


@pytest.mark.parametrize("code", [401, 403, 500, 404])
def test_neither_the_key_nor_the_page_of_a_server_is_kept(client, code):
    page = f"Go away, Bearer {KEY}! " + "<b>page</b>" * 400
    with faulty_server(status(code, page, {"content-type": "text/html"})) as server:
        row = endpoint("house", base_url=server.base_url, key=ApiKeyInput(secret=KEY))
        shown = press_test(client, row).content.decode()
    row.refresh_from_db()
    assert row.test_error
    assert KEY not in row.test_error + shown
    assert "<b>page" not in row.test_error + shown


def test_what_a_server_says_in_json_is_kept_without_the_key(client):
    said = {"error": {"message": f"The key {KEY} is not known <i>here</i>."}}
    with faulty_server(status(401, said)) as server:
        row = endpoint("house", base_url=server.base_url, key=ApiKeyInput(secret=KEY))
        shown = press_test(client, row).content.decode()
    row.refresh_from_db()
    assert KEY not in row.test_error + shown
    assert "<i>here" not in shown
