"""In the browser: three questions tried first, then the batch; another batch like one there is."""

import pytest
from django.test import Client
from django.urls import reverse

from pipeline import tasks
from pipeline.accounts.roles import Role
from pipeline.batches.lifecycle import run_batch
from pipeline.endpoints.registry import set_active
from pipeline.models import Batch, LLMCall
from tests import actors, factories
from tests.factories.endpoints import call, endpoint, price, reader

pytestmark = pytest.mark.django_db
NEW = "/batches/new/"


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
    return " ".join(content.split())


def form_data(**changes: object) -> dict[str, object]:
    questions, graph = factories.question_set(8), factories.graph()
    fields = {"question_set": questions.pk, "knowledge_graph": graph.pk, "samples": 2, "seed": 5}
    return fields | {"configuration": "demonstration", "limit": "7", "name": "Pilot"} | changes


def tried(client: Client, **changes: object) -> Batch:
    client.post(NEW, form_data(**changes) | {"trial": "yes"})
    batch = Batch.objects.get()
    assert batch.is_trial
    return batch


def sent_on(client: Client, batch: Batch):
    """What the page's own form sends: its hidden fields, as they stand there."""
    form = client.get(reverse("pipeline:batch", args=[batch.pk])).context["settings"]
    hidden = {field.name: field.value() for field in form}
    data = {name: "" if value is None else value for name, value in hidden.items()}
    return client.post(f"{NEW}?like={batch.pk}", data, follow=True)


def test_three_are_tried_shown_and_the_batch_is_started_with_the_very_settings(client):
    trial = tried(client, placebo_percent="25")
    assert trial.traces.count() == 3
    run_batch(trial)
    shown = page(client, trial)
    assert shown.count("Conclusion.") == 3
    assert "drawn by seed 5" in shown
    assert "Start the batch with these settings" in shown
    assert "Open a study" not in shown
    assert "Start another like this" not in shown
    sent_on(client, trial)
    batch = Batch.objects.get(is_trial=False)
    assert (batch.name, batch.samples, batch.question_limit) == ("Pilot", 2, 7)
    assert (batch.placebo_share, batch.config) == (0.25, trial.config)


def test_sent_on_twice_there_is_one_batch_and_a_suggestion(client):
    trial = tried(client)
    sent_on(client, trial)
    again = sent_on(client, trial)
    assert again.status_code == 422
    assert "Pilot, 2" in again.content.decode()
    assert Batch.objects.filter(is_trial=False).count() == 1


def test_the_settings_may_be_changed_first(client):
    trial = tried(client)
    url = f"{NEW}?like={trial.pk}"
    assert url in page(client, trial)
    form = client.get(url).content.decode()
    for filled in ('value="Pilot"', 'value="7"', 'value="5"'):
        assert filled in form


def test_trials_stand_apart_in_the_list(client):
    listed = client.get(reverse("pipeline:batches")).content.decode()
    assert "Trials" not in listed
    trial = tried(client)
    factories.batch(1, name="Whole")
    url = reverse("pipeline:batch", args=[trial.pk])
    assert url not in client.get(reverse("pipeline:batches")).content.decode()
    trials = client.get(reverse("pipeline:batches") + "?trials").content.decode()
    assert url in trials
    assert "Whole" not in trials


def test_what_a_trace_cost_is_told(client):
    price("model-r")
    price("model-s")
    models = {"reasoner_endpoint": endpoint().pk, "reader_endpoint": reader().pk, "replay": "on"}
    trial = tried(client, configuration="lexical", temperature="0.5", **models)
    call(trial, trace=trial.traces.first())
    shown = page(client, trial)
    assert "1 call; 1,200 tokens; 0.0016 USD" in shown
    assert "not paid for twice" in shown
    Batch.objects.update(replay=False)
    assert "pays for these questions again" in page(client, trial)
    LLMCall.objects.update(cost=None, currency="")
    assert "cost unknown" in page(client, trial)


def test_another_like_one_there_is(client):
    batch = factories.model_batch(3, limit=2, budget_tokens=70_000, temperature=0.25)
    link = f"{NEW}?like={batch.pk}"
    assert link in page(client, batch)
    filled = client.get(link).content.decode()
    for value in ("modelled, 2", "70000", "0.25"):
        assert f'value="{value}"' in filled
    assert 'id="changed"' not in filled
    set_active(batch.reasoner_endpoint, active=False)
    gone = client.get(link).content.decode()
    assert "reasoner is no longer in use" in gone


@pytest.mark.parametrize("like", ["0", "999", "x", "9" * 40, "%00"])
def test_a_batch_that_is_not_there_fills_nothing(client, like):
    assert client.get(f"{NEW}?like={like}").status_code in (200, 404)


def test_an_auditor_looks_and_starts_nothing(client):
    trial = tried(client)
    auditor = actors.signed_in(actors.person("auditor", Role.AUDITOR))
    assert "Start the batch with these settings" not in page(auditor, trial)
    assert auditor.post(NEW, {}).status_code == 403
