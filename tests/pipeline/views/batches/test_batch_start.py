"""Starting a batch in the browser: the form, its errors, an estimate."""

import pytest
from django.test import Client
from django.urls import reverse

from pipeline import tasks
from pipeline.models import Batch, LLMCall
from tests import actors, factories
from tests.factories.endpoints import endpoint, price, reader

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def rung(monkeypatch) -> list[int]:
    heard: list[int] = []
    monkeypatch.setattr(tasks.pump, "delay", heard.append)
    return heard


@pytest.fixture
def client() -> Client:
    return actors.signed_in(actors.lead())


def page(client: Client, batch: Batch) -> str:
    content: str = client.get(reverse("pipeline:batch", args=[batch.pk])).content.decode()
    return content


def form_data(**changes: object) -> dict[str, object]:
    questions, graph = factories.question_set(3), factories.graph()
    fields = {"question_set": questions.pk, "knowledge_graph": graph.pk, "samples": 1, "seed": 0}
    return fields | {"configuration": "demonstration", "limit": "", "name": ""} | changes


def test_a_lead_starts_a_batch_and_watches_it(
    client, rung, settings, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(reverse("pipeline:batch_new"), form_data(limit=2, samples=2))
    batch = Batch.objects.get()
    assert response.headers["Location"] == reverse("pipeline:batch", args=[batch.pk])
    assert (batch.traces.count(), batch.started_by.username) == (4, "lead")
    assert rung == [batch.pk] * settings.PUMPS_PER_BATCH
    assert "0 of 4 traces settled" in page(client, batch)


def test_a_form_with_errors_comes_back_as_422_and_starts_nothing(client):
    response = client.post(reverse("pipeline:batch_new"), form_data(samples=0, name="Mine"))
    assert response.status_code == 422
    assert 'value="Mine"' in response.content.decode()
    assert not Batch.objects.exists()


def test_a_set_without_questions_is_an_error_on_the_form(client):
    empty = factories.question_set(0, name="empty")
    response = client.post(reverse("pipeline:batch_new"), form_data(question_set=empty.pk))
    assert response.status_code == 422
    assert "has no questions" in response.content.decode()


def test_a_link_may_choose_the_question_set(client):
    questions = factories.question_set(1)
    response = client.get(reverse("pipeline:batch_new"), {"question_set": questions.pk})
    assert f'<option value="{questions.pk}" selected>' in response.content.decode()


def model_form(**changes: object) -> dict[str, object]:
    both = {"reasoner_endpoint": endpoint().pk, "reader_endpoint": reader().pk, "replay": "on"}
    return form_data(**({"configuration": "lexical"} | both | changes))


def test_a_batch_of_language_models_is_started_with_its_budget(client):
    price("model-r")
    price("model-s")
    data = model_form(budget_money="1.5", budget_tokens=90_000, temperature="0.5", replay="")
    response = client.post(reverse("pipeline:batch_new"), data)
    batch = Batch.objects.get()
    assert response.status_code == 302
    assert (float(batch.budget_money), batch.budget_tokens, batch.replay) == (1.5, 90_000, False)
    assert batch.config["model"]["temperature"] == 0.5
    shown = " ".join(page(client, batch).split())
    assert "0.0000 of 1.5000 USD spent" in shown
    assert "0 of 90,000 tokens spent" in shown


def test_the_same_model_on_both_sides_is_warned_of(client):
    data = model_form(reader_endpoint=reader("own", model="model-r").pk)
    response = client.post(reverse("pipeline:batch_new"), data, follow=True)
    assert "tends to agree with itself" in str(next(iter(response.context["messages"])))


def test_the_temperature_may_be_left_to_the_model(client):
    client.post(reverse("pipeline:batch_new"), model_form(own_temperature="on"))
    batch = Batch.objects.get()
    assert batch.config["model"]["temperature"] is None
    assert "the model's own" in page(client, batch)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"reasoner_endpoint": ""}, "reasoner_endpoint"),
        ({"configuration": "paper", "similarity": "lexical"}, "similarity"),
        ({"reader_endpoint": ""}, "reader_endpoint"),
        ({"temperature": "3"}, "temperature"),
        ({"temperature": "1", "own_temperature": "on"}, "temperature"),
        ({"budget_tokens": "0"}, "budget_tokens"),
        ({"budget_money": "1"}, "budget_money"),
        ({"samples": 2}, "temperature"),
    ],
    ids=str,
)
def test_what_a_model_batch_lacks_is_an_error_and_starts_nothing(client, changes, field):
    response = client.post(reverse("pipeline:batch_new"), model_form(**changes))
    assert response.status_code == 422
    assert field in response.context["form"].errors
    shown = response.content.decode().partition(f'for="id_{field}"')[2].partition("</label>")[0]
    assert "(optional)" not in shown or changes.get(field)
    assert not Batch.objects.exists()


def test_endpoints_that_cannot_be_asked_are_errors_at_their_fields(client, settings):
    settings.LLM_HOSTS = ["192.0.2.7"]
    away = endpoint("away", base_url="https://192.0.2.7/v1")
    untested = reader("untested", tested=False)
    data = model_form(reasoner_endpoint=away.pk, reader_endpoint=untested.pk)
    errors = client.post(reverse("pipeline:batch_new"), data).context["form"].errors
    assert "stays on this machine" in errors["reasoner_endpoint"][0]
    assert "has not been tested" in errors["reader_endpoint"][0]


def test_model_presets_are_offered_once_both_roles_have_an_endpoint(client):
    def offered() -> str:
        content: str = client.get(reverse("pipeline:batch_new")).content.decode()
        return content

    endpoint()
    assert 'value="default"' not in offered()
    assert "/endpoints/" in offered()
    reader()
    assert 'value="default"' in offered()


def test_an_estimate_is_shown_and_nothing_is_started(client):
    response = client.post(reverse("pipeline:batch_new"), model_form(estimate="yes", name="Mine"))
    content = response.content.decode()
    assert response.status_code == 200
    for told in ("Output tokens", "no price for model-r and model-s", 'value="Mine"'):
        assert told in content
    assert not Batch.objects.exists()
    assert not LLMCall.objects.exists()


def test_the_demonstration_has_nothing_to_estimate(client):
    response = client.post(reverse("pipeline:batch_new"), form_data(estimate="yes"))
    assert response.status_code == 422
    assert "costs nothing" in response.content.decode()
