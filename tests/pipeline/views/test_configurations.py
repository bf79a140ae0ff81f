"""The pages of configurations: looked at, made from another, and chosen for a batch."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from pipeline.configurations.registry import save_configuration
from pipeline.core.config import PRESETS, preset
from pipeline.core.settings.changes import settings_of, with_settings
from pipeline.core.settings.files import read_configuration
from pipeline.models import Batch, Configuration
from pipeline.sources import vectors_at_hand
from tests import actors, factories
from tests.factories.endpoints import endpoint, reader

pytestmark = pytest.mark.django_db
NEW = reverse("pipeline:configuration_new")
K5 = with_settings("lexical", {"prune.keep": 5})


@pytest.fixture
def client() -> Client:
    return actors.signed_in(actors.lead())


def entered(base: str = "lexical", **changes: object) -> dict[str, object]:
    """What the form of a preset sends unchanged, but for the changes."""
    values = settings_of(PRESETS[base]).items()
    set_values = {path: value for path, value in values if value or type(value) is float}
    sent = {"preset": base, "name": "mine"} | set_values
    return sent | {path.replace("__", "."): value for path, value in changes.items()}


def shown(client: Client, name: str, *arguments: object, **query: Any) -> str:
    response = client.get(reverse(f"pipeline:{name}", args=arguments), query)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


@pytest.mark.parametrize("name", PRESETS)
def test_the_form_of_a_preset_sent_as_it_is_says_that_nothing_differs(client, name):
    fields = client.get(NEW, {"from": name}).context["form"]
    sent = {field.html_name: field.value() for field in fields if field.value() not in (None, "")}
    response = client.post(f"{NEW}?from={name}", sent | {"name": "mine"})
    assert response.context["form"].errors == {
        "__all__": [f"Nothing differs from the configuration {name}: use that one."]
    }


def test_a_lead_makes_one_from_a_preset_and_sees_what_differs(client):
    response = client.post(NEW, entered(prune__keep=5, model__temperature="", model__prompts=""))
    assert response.headers["Location"] == reverse("pipeline:configuration", args=["mine"])
    row = Configuration.objects.get()
    made = with_settings("lexical", {"prune.keep": 5, "model.temperature": None})
    assert (row.method_config, row.created_by.username) == (made, "lead")
    page = shown(client, "configuration", "mine")
    assert '<strong>5</strong> <span class="muted">instead of 3</span>' in page
    assert made.fingerprint in page
    assert "Paths kept (K): 5 instead of 3" in shown(client, "configurations")


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"prune__keep": 0}, "prune.keep", "greater than or equal to 1"),
        ({"prune__keep": ""}, "prune.keep", "required"),
        ({"prune__shown": 2}, "prune.shown", "Must be at least K"),
        ({"similarity__backend": "dense"}, "similarity.model", "Must name the embedding model."),
        ({"search__relations": ["cures"]}, "search.relations", "not one of the available"),
        ({"name": "two words"}, "name", "valid"),
        ({"name": "Default"}, "name", "exists"),
        ({"preset": "none"}, "preset", "not one of the available"),
    ],
    ids=str,
)
def test_what_cannot_be_is_an_error_in_a_sentence_at_its_field(client, changes, field, sentence):
    response = client.post(NEW, entered(**changes))
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert sentence in response.context["form"].errors[field][0]
    assert not Configuration.objects.exists()


def test_another_is_made_from_a_saved_one(client):
    save_configuration("k5", config=K5)
    assert 'name="prune.keep" value="5"' in shown(client, "configuration_new", **{"from": "k5"})
    assert client.get(NEW, {"from": "none"}).status_code == 404


def test_the_file_is_what_the_command_reads(client):
    save_configuration("k5", config=K5)
    response = client.get(reverse("pipeline:configuration_file", args=["k5"]))
    assert response.headers["Content-Disposition"] == 'attachment; filename="k5.json"'
    assert read_configuration(response.content) == K5


def batch_form(**changes: Any) -> dict[str, Any]:
    return {
        "question_set": factories.question_set(1).pk,
        "knowledge_graph": factories.graph().pk,
        "configuration": "lexical",
        "samples": 1,
        "seed": 0,
        "reasoner_endpoint": endpoint().pk,
        "reader_endpoint": reader().pk,
    } | changes


def test_a_saved_configuration_is_chosen_for_a_batch_and_named_where_it_is_shown(client):
    save_configuration("k5", config=K5)
    client.post(reverse("pipeline:batch_new"), batch_form(configuration="k5", temperature="0.5"))
    batch = Batch.objects.get()
    assert (batch.configuration_name, batch.config["prune"]["keep"]) == ("k5", 5)
    link = f'<a href="{reverse("pipeline:configuration", args=["k5"])}">k5</a>'
    page = shown(client, "batch", batch.pk)
    assert link in page
    assert "Temperature: 0.5 instead of 0" in page
    assert link in shown(client, "trace", batch.traces.get().key)


def test_what_is_missing_is_said_while_the_batch_is_chosen(client, monkeypatch):
    monkeypatch.setattr(vectors_at_hand, "extra_is_installed", lambda: False)
    form = batch_form(reader_endpoint=reader("untested", tested=False).pk)
    page = shown(client, "batch_missing", **form | {"configuration": "default"})
    assert "make setup-embeddings and then manage.py embed_graph small" in page
    assert "The endpoint untested has not been tested yet" in page
    assert reverse("pipeline:endpoints") in page
    assert "Still to be chosen: question set." in shown(
        client, "batch_missing", **form | {"question_set": ""}
    )


def test_nothing_missing_is_said_too_with_the_limits_that_apply(client):
    form = batch_form(reader_endpoint=reader("large", max_output_tokens=8000).pk)
    page = shown(client, "batch_missing", **form)
    assert "Nothing is missing: this batch can start." in page
    assert "answers of at most 2,048 tokens (as configured)" in page
    assert "answers of at most 8,000 tokens (its own)" in page


@pytest.mark.parametrize("sent", [{"estimate": "yes"}, {}])
def test_a_batch_that_lacks_something_is_neither_estimated_nor_started(client, sent):
    response = client.post(reverse("pipeline:batch_new"), batch_form(configuration="paper") | sent)
    assert response.status_code == 422
    assert "embed_graph small" in response.context["form"].errors["configuration"][0]
    assert response.context["estimate"] is None
    assert not Batch.objects.exists()


def test_preset_fingerprints_are_on_their_pages(client):
    assert preset("paper").fingerprint in shown(client, "configuration", "paper")
