"""Endpoints and prices in the browser: entered, changed, tested; keys go in and never out."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.views.debug import ExceptionReporter

from pipeline.core.errors import InvalidConfiguration
from pipeline.endpoints.api_keys import key_of
from pipeline.endpoints.registry import ApiKeyInput, open_model, remember_found, set_active
from pipeline.ledger.prices import PriceTerms, enter_price
from pipeline.models import Endpoint, EndpointPace, Event, LLMCall, Price
from pipeline.views import endpoints as view
from tests import actors
from tests.factories.endpoints import LOCAL, endpoint, price
from tests.overlapping import before_commit
from tests.peers.embeddings_server import embeddings_server

pytestmark = pytest.mark.django_db

SECRET = "sk-not-to-be-seen-4711"


@pytest.fixture
def client() -> Client:
    return actors.signed_in(actors.lead())


def entered(**changes: object) -> dict[str, object]:
    fields: dict[str, object] = {
        "name": "big",
        "role": "reasoner",
        "base_url": LOCAL,
        "model": "model-r",
        "key_from": "none",
        "key_variable": "",
        "key": "",
        "service_tier": "",
        "timeout_seconds": 60,
        "requests_per_minute": "",
        "tokens_per_minute": "",
    }
    return fields | changes


def enter(client: Client, **changes: object):
    return client.post(reverse("pipeline:endpoint_new"), entered(**changes))


def change(client: Client, row: Endpoint, **changes: object):
    url = reverse("pipeline:endpoint_change", args=[row.name])
    return client.post(url, entered(**changes))


def listed(client: Client) -> str:
    return " ".join(client.get(reverse("pipeline:endpoints")).content.decode().split())


def test_an_entered_key_is_stored_and_never_comes_back(client):
    response = enter(client, key_from="entered", key=SECRET, requests_per_minute=60)
    assert response.headers["Location"] == reverse("pipeline:endpoints")
    row = Endpoint.objects.get()
    assert (key_of(row), row.requests_per_minute, row.created_by.username) == (SECRET, 60, "lead")
    pages = [reverse("pipeline:endpoints"), reverse("pipeline:endpoint_change", args=[row.name])]
    for page in pages:
        content = client.get(page).content.decode()
        assert SECRET not in content
        assert row.key_encrypted not in content
    assert SECRET not in str(list(Event.objects.values_list("payload", flat=True)))
    assert "stored" in listed(client)


def test_a_refused_form_does_not_send_the_key_back(client):
    response = enter(client, key_from="entered", key=SECRET, model="")
    assert response.status_code == 422
    assert SECRET not in response.content.decode()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"base_url": "https://api.example/v1"}, "base_url"),
        ({"base_url": "http://169.254.169.254/latest"}, "base_url"),
        ({"base_url": "https://user:pass@127.0.0.1/v1"}, "base_url"),
        ({"key_from": "variable", "key_variable": "DJANGO_SECRET_KEY"}, "key_variable"),
        ({"key_from": "variable"}, "key_variable"),
        ({"key_from": "entered"}, "key"),
        ({"key_from": "entered", "key": "two words"}, "key"),
        ({"key_from": "keep"}, "key_from"),
        ({"role": "judge"}, "role"),
        ({"timeout_seconds": 0}, "timeout_seconds"),
        ({"name": "two words"}, "name"),
        ({"name": "taken"}, "__all__"),
    ],
    ids=str,
)
def test_what_cannot_be_is_an_error_at_its_field(client, changes, field):
    endpoint("taken")
    response = enter(client, **changes)
    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert Endpoint.objects.count() == 1


def test_a_change_keeps_the_key_and_another_base_url_wants_it_anew(client):
    row = endpoint(key=ApiKeyInput(secret=SECRET))
    assert change(client, row, key_from="keep", model="model-t").status_code == 302
    row.refresh_from_db()
    assert (row.model, key_of(row)) == ("model-t", SECRET)
    moved = change(client, row, key_from="keep", base_url="http://localhost:9/v1")
    assert moved.status_code == 422
    assert moved.context["form"].errors["key_from"] == [
        "With another base URL, enter the key again."
    ]
    again = change(
        client, row, key_from="entered", key="sk-other", base_url="http://localhost:9/v1"
    )
    assert again.status_code == 302
    row.refresh_from_db()
    assert (row.base_url, key_of(row)) == ("http://localhost:9/v1", "sk-other")


def test_the_name_of_an_endpoint_does_not_change(client):
    row = endpoint("first")
    change(client, row, name="second")
    assert Endpoint.objects.get().name == "first"


def test_the_list_tells_where_a_key_comes_from_and_whether_the_circuit_is_open(client):
    row = endpoint(key=ApiKeyInput(variable="MEDREASON_LLM_KEY_A"), tokens_per_minute=90_000)
    endpoint("untested", tested=False)
    EndpointPace.objects.create(
        endpoint=row, open_until=timezone.now() + timedelta(minutes=1), open_reason="It <failed>."
    )
    content = listed(client)
    for told in ("from MEDREASON_LLM_KEY_A", "90,000 tokens/min", "not tested yet"):
        assert told in content
    assert "circuit open" in content
    assert "It &lt;failed&gt;." in content
    EndpointPace.objects.update(open_until=timezone.now() - timedelta(seconds=1))
    assert "circuit open" not in listed(client)


def test_taking_out_of_use_and_back(client):
    row = endpoint()
    client.post(reverse("pipeline:endpoint_steer", args=[row.name, "deactivate"]))
    assert "not in use" in listed(client)
    client.post(reverse("pipeline:endpoint_steer", args=[row.name, "activate"]))
    assert Endpoint.objects.get().is_active
    actors_of = Event.objects.filter(action__contains="activated").values_list("actor__username")
    assert list(actors_of) == [("lead",), ("lead",)]


def test_testing_says_what_was_found(client, monkeypatch):
    row = endpoint(tested=False)

    def found(probed: Endpoint) -> Endpoint:
        remember_found(probed, {"answer_format": "json_object"})
        return probed

    monkeypatch.setattr(view, "probe_endpoint", found)
    url = reverse("pipeline:endpoint_test", args=[row.name])
    assert "Answer format: JSON object" in client.post(url, follow=True).content.decode()


def test_an_endpoint_out_of_use_is_not_tested(client):
    row = set_active(endpoint(), active=False)
    url = reverse("pipeline:endpoint_test", args=[row.name])
    assert "has been deactivated" in client.post(url, follow=True).content.decode()
    assert not LLMCall.objects.exists()


def test_the_admin_shows_no_trace_of_a_key(client):
    row = endpoint(key=ApiKeyInput(secret=SECRET))
    root = User.objects.create_superuser("root", password="a long enough password")
    content = actors.signed_in(root).get(f"/admin/pipeline/endpoint/{row.pk}/change/")
    assert content.status_code == 200
    assert row.key_encrypted not in content.content.decode()


def test_an_error_report_holds_no_key(rf, monkeypatch):
    """What a crash while opening would show to whoever reads the report."""
    row = endpoint(key=ApiKeyInput(secret=SECRET))

    def crash(**said: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr("pipeline.core.llm.openai_compatible.OpenAICompatibleModel", crash)
    with pytest.raises(RuntimeError) as caught:
        open_model(row, question_set=None)
    reporter = ExceptionReporter(rf.get("/"), caught.type, caught.value, caught.tb)
    report = reporter.get_traceback_text() + reporter.get_traceback_html()
    assert "boom" in report
    assert SECRET not in report


def price_form(**changes: object) -> dict[str, object]:
    fields: dict[str, object] = {
        "model": "model-r",
        "service_tier": "",
        "valid_from": "2026-01-01",
        "input_per_million": "0.25",
        "output_per_million": "2",
        "currency": "USD",
        "source": "price list",
    }
    return fields | changes


def test_a_price_is_entered_and_corrected_and_both_are_recorded(client):
    client.post(reverse("pipeline:price_new"), price_form())
    row = Price.objects.get()
    assert (row.input_per_million, row.valid_from) == (Decimal("0.25"), date(2026, 1, 1))
    url = reverse("pipeline:price_change", args=[row.pk])
    assert 'value="2026-01-01"' in client.get(url).content.decode()
    client.post(url, price_form(output_per_million="2.5"))
    row.refresh_from_db()
    assert row.output_per_million == Decimal("2.5")
    entered, changed = Event.objects.filter(action__startswith="price.").order_by("pk")
    assert (entered.action, entered.actor.username) == ("price.entered", "lead")
    assert (changed.payload["before"]["output_per_million"], changed.payload["model"]) == (
        "2.000000",
        "model-r",
    )
    content = client.get(reverse("pipeline:prices")).content.decode()
    assert "0.25 USD" in content
    assert "2.5 USD" in content


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"input_per_million": "-1"}, "input_per_million"),
        ({"currency": "usd"}, "currency"),
        ({"valid_from": "soon"}, "valid_from"),
        ({"model": ""}, "model"),
        ({"model": "taken"}, "__all__"),
    ],
    ids=str,
)
def test_a_price_that_cannot_be_is_an_error_at_its_field(client, changes, field):
    price("taken", valid_from=date(2026, 1, 1))
    response = client.post(reverse("pipeline:price_new"), price_form(**changes))
    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert Price.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_who_enter_a_days_price_at_once_one_is_refused():
    terms = PriceTerms("m", date(2026, 1, 1), Decimal(1), Decimal(3))
    with before_commit(lambda: enter_price(terms)) as outcome:
        enter_price(terms)
    assert isinstance(outcome[0], InvalidConfiguration)
    assert "has a price from 2026-01-01 already" in str(outcome[0])


def test_an_endpoint_that_embeds_is_entered_and_its_test_shows_the_dimension(client):
    with embeddings_server() as server:
        enter(client, role="embeddings", base_url=server.base_url)
        shown = client.post(reverse("pipeline:endpoint_test", args=["big"]), follow=True)
    assert "big answers. Answer format: vectors of 26 numbers." in shown.content.decode()
    assert "vectors of 26 numbers, tested" in listed(client)
