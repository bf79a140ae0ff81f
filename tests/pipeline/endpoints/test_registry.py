"""Endpoints: entered, changed and opened; refused before any call (attack cases 31, 33)."""

import json
from typing import Any

import pytest

from pipeline.core.errors import EndpointRefused, EndpointUnavailable, TransientFailure
from pipeline.core.llm.canary import CANARY
from pipeline.core.llm.dialects import Dialect
from pipeline.core.llm.openai_compatible import OpenAICompatibleModel
from pipeline.endpoints.allowed_hosts import target_of
from pipeline.endpoints.api_keys import key_of
from pipeline.endpoints.pinned_http import client_for
from pipeline.endpoints.registry import (
    ApiKeyInput,
    change_endpoint,
    create_endpoint,
    open_model,
    remember_found,
    set_active,
)
from pipeline.models import Endpoint, Event
from tests import actors, factories
from tests.factories.endpoints import LOCAL, endpoint, terms
from tests.overlapping import before_commit

pytestmark = pytest.mark.django_db

SECRET = "sk-not-to-be-seen-4711"
STORED = ApiKeyInput(secret=SECRET)
PLAIN = {"answer_format": "plain"}


def test_creating_keeps_the_terms_and_records_them_without_the_key():
    lead = actors.lead()
    row = create_endpoint(
        "big", terms=terms(base_url=f"{LOCAL}/", tokens_per_minute=90_000), key=STORED, by=lead
    )
    row.refresh_from_db()
    assert (row.base_url, row.tokens_per_minute, row.created_by) == (LOCAL, 90_000, lead)
    event = Event.objects.get()
    assert (event.action, event.actor) == ("endpoint.created", lead)
    assert event.payload == {
        "name": "big",
        "role": "reasoner",
        "host": "127.0.0.1:8081",
        "model": "model-r",
        "key": "stored",
    }
    assert SECRET not in json.dumps(list(Endpoint.objects.values()), default=str)
    assert SECRET not in repr(row)


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("x", {"base_url": "https://api.example/v1"}),
        ("x", {"base_url": "http://169.254.169.254/latest"}),
        ("x", {"role": "judge"}),
        ("x", {"model": ""}),
        ("x", {"timeout_seconds": 0}),
        ("x", {"requests_per_minute": 0}),
        ("x", {"service_tier": "free"}),
        ("two words", {}),
        ("taken", {}),
    ],
    ids=str,
)
def test_what_cannot_be_is_refused_and_leaves_no_row(name, changes):
    endpoint("taken")
    with pytest.raises(EndpointRefused):
        create_endpoint(name, terms=terms(**changes))
    assert Endpoint.objects.count() == 1


def test_a_key_from_a_foreign_variable_is_refused(monkeypatch):
    monkeypatch.setenv("DJANGO_SECRET_KEY", SECRET)
    with pytest.raises(EndpointRefused, match="MEDREASON_LLM_KEY_"):
        create_endpoint("x", terms=terms(), key=ApiKeyInput(variable="DJANGO_SECRET_KEY"))


@pytest.mark.parametrize("key", [STORED, ApiKeyInput(variable="MEDREASON_LLM_KEY_A")], ids=str)
def test_a_changed_base_url_drops_the_key_unless_it_is_given_again(key, monkeypatch):
    monkeypatch.setenv("MEDREASON_LLM_KEY_A", SECRET)
    row = endpoint(key=key)
    change_endpoint(row, terms=terms(model="model-t"))
    assert key_of(Endpoint.objects.get()) == SECRET
    change_endpoint(row, terms=terms(base_url="http://localhost:9/v1"))
    assert key_of(Endpoint.objects.get()) == ""
    change_endpoint(row, terms=terms(), key=key)
    assert key_of(Endpoint.objects.get()) == SECRET


@pytest.mark.parametrize(
    ("change", "kept"),
    [
        ({"model": "model-t"}, {}),
        ({"base_url": "http://localhost:9/v1"}, {}),
        ({"tokens_per_minute": 5}, {"answer_format": "json_schema"}),
    ],
    ids=str,
)
def test_another_server_or_model_is_tested_anew(change, kept):
    row = change_endpoint(endpoint(), terms=terms(**change, output_licence=""))
    assert row.dialect_found == kept
    output = ["output_licence", "output_may_be_released"] if not kept else []
    key = ["key"] if "base_url" in change else []
    assert Event.objects.last().payload["changed"] == [next(iter(change)), *output, *key]
    assert row.output_licence == ("Apache-2.0" if kept else "")


def test_a_probe_of_what_has_changed_since_is_not_remembered():
    row = endpoint(tested=False)
    probed = Endpoint.objects.get()
    change_endpoint(row, terms=terms(model="model-t"))
    assert not remember_found(probed, {"answer_format": "json_schema"})
    assert not Endpoint.objects.get().is_tested
    assert remember_found(row, PLAIN)
    assert row.dialect.answer_format == "plain"


@pytest.mark.django_db(transaction=True)
def test_of_two_who_enter_a_name_at_once_one_is_refused():
    with before_commit(endpoint) as outcome:
        endpoint()
    assert isinstance(outcome[0], EndpointRefused)


def test_a_change_takes_back_nothing_that_came_since_it_was_begun():
    row = endpoint(tested=False)
    shown = Endpoint.objects.get()
    remember_found(row, PLAIN)
    set_active(row, active=False)
    changed = change_endpoint(shown, terms=terms(tokens_per_minute=7))
    kept = (PLAIN, False, 7)
    assert (changed.dialect_found, changed.is_active, changed.tokens_per_minute) == kept
    row.refresh_from_db()
    assert (row.dialect_found, row.is_active, row.tokens_per_minute) == kept


def test_taking_out_of_use_and_back_is_recorded_once_each():
    row = endpoint()
    for active in (False, False, True):
        assert set_active(row, active=active).is_active is active
    actions = list(Event.objects.values_list("action", flat=True))
    assert actions[1:] == ["endpoint.deactivated", "endpoint.activated"]


def test_opening_hands_the_key_to_a_client_pinned_to_the_host():
    row = endpoint(key=STORED, timeout_seconds=7)
    model = open_model(row, question_set=None)
    assert isinstance(model, OpenAICompatibleModel)
    assert (model.endpoint, model.base_url, model.model) == ("reasoner", LOCAL, "model-r")
    assert (model.api_key, model.dialect) == (SECRET, row.dialect)
    assert model.dialect.timeout_seconds == 7
    assert model.http_client is client_for(target_of(LOCAL))


def test_an_endpoint_tested_by_an_earlier_version_is_sent_nothing_that_was_not_tested():
    row = endpoint()
    row.dialect_found = {"answer_format": "json_schema"}
    assert not row.dialect.text_bounds
    row.dialect_found["text_bounds"] = True
    assert row.dialect.text_bounds
    assert endpoint("untested", tested=False).dialect.text_bounds


def test_opening_what_was_not_tested_or_not_active_is_refused():
    untested = endpoint("untested", tested=False)
    with pytest.raises(EndpointRefused, match="untested has not been tested"):
        open_model(untested, question_set=None)
    assert open_model(untested, question_set=None, dialect=Dialect()).model == "model-r"
    closed = set_active(endpoint("closed"), active=False)
    with pytest.raises(EndpointRefused, match="closed has been deactivated"):
        open_model(closed, question_set=None)


def test_a_host_taken_off_the_list_is_not_opened(settings):
    settings.LLM_HOSTS = ["llm.example"]
    row = endpoint(base_url="https://llm.example/v1")
    settings.LLM_HOSTS = []
    with pytest.raises(EndpointRefused, match="MEDREASON_LLM_HOSTS"):
        open_model(row, question_set=None)


def test_question_text_goes_only_where_its_set_allows(settings, monkeypatch):
    addresses = {"llm.example": ["203.0.114.7"], "127.0.0.1": ["127.0.0.1"]}
    monkeypatch.setattr(
        "pipeline.endpoints.allowed_hosts._resolve", lambda host, port: addresses[host]
    )
    settings.LLM_HOSTS = ["llm.example"]
    row = endpoint(base_url="https://llm.example/v1")
    here = factories.question_set(1, name="here")
    with pytest.raises(EndpointRefused, match="here stays on this machine"):
        open_model(row, question_set=here)
    listed: dict[str, Any] = {"text_may_go": "listed_endpoints", "destinations": ["other.example"]}
    with pytest.raises(EndpointRefused, match="do not list"):
        open_model(row, question_set=factories.question_set(1, name="elsewhere", **listed))
    listed["destinations"] = ["llm.example"]
    assert open_model(row, question_set=factories.question_set(1, name="there", **listed))
    assert open_model(endpoint("own"), question_set=here)


def test_what_is_refused_at_the_connection_is_final_and_not_charged(settings, monkeypatch):
    settings.LLM_HOSTS = ["llm.example"]
    monkeypatch.setattr(
        "pipeline.endpoints.allowed_hosts._resolve", lambda host, port: ["203.0.114.7"]
    )
    model = open_model(endpoint(base_url="https://llm.example/v1"), question_set=None)
    monkeypatch.setattr(
        "pipeline.endpoints.allowed_hosts._resolve", lambda host, port: ["169.254.169.254"]
    )
    with pytest.raises(EndpointUnavailable, match="an address that is never asked") as caught:
        model.ask(CANARY)
    assert not isinstance(caught.value, TransientFailure)


def test_a_name_that_leads_to_metadata_is_refused_before_any_call(settings, monkeypatch):
    settings.LLM_HOSTS = ["llm.example"]
    row = endpoint(base_url="https://llm.example/v1")
    monkeypatch.setattr(
        "pipeline.endpoints.allowed_hosts._resolve", lambda host, port: ["169.254.169.254"]
    )
    with pytest.raises(EndpointRefused, match="never asked"):
        open_model(row, question_set=None)
