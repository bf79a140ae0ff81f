"""Batches in the browser: start, watch, steer."""

import pytest
from django.test import Client
from django.urls import reverse

from pipeline import tasks
from pipeline.accounts.roles import Role
from pipeline.batches import lifecycle
from pipeline.models import Batch, Event, LLMCall, Trace
from tests import actors, factories
from tests.factories.endpoints import call, endpoint, price, reader

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def rung(monkeypatch) -> list[int]:
    heard: list[int] = []
    monkeypatch.setattr(tasks.pump, "delay", heard.append)
    return heard


@pytest.fixture
def client() -> Client:
    return actors.signed_in(actors.lead())


def page(client: Client, batch: Batch, **headers: str) -> str:
    response = client.get(reverse("pipeline:batch", args=[batch.pk]), headers=headers)
    assert response.status_code == 200
    return response.content.decode()


def steer(client: Client, batch: Batch, action: str):
    return client.post(reverse("pipeline:batch_steer", args=[batch.pk, action]), follow=True)


def said(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def test_the_list_is_newest_first_and_in_pages(client):
    assert "No batch yet" in client.get(reverse("pipeline:batches")).content.decode()
    for name in ("older", "newer"):
        factories.batch(1, name=name)
    listed = client.get(reverse("pipeline:batches"), {"page": "nonsense"}).content.decode()
    assert listed.index("newer") < listed.index("older")


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


def test_the_fragment_polls_while_the_batch_runs_and_then_stops(client):
    batch = factories.batch(2)
    running = page(client, batch, HX_Request="true")
    assert "<html" not in running
    assert 'hx-trigger="every 2s"' in running
    lifecycle.run_batch(batch)
    finished = page(client, batch, HX_Request="true")
    assert "hx-get" not in finished
    assert "2 of 2 traces settled" in finished


def test_a_paused_batch_does_not_poll_and_says_why(client):
    batch = factories.batch(2)
    lifecycle.pause_batch(batch, reason="No <b>model</b> here.")
    shown = page(client, batch)
    assert "hx-get" not in shown
    assert "Paused: No &lt;b&gt;model&lt;/b&gt; here." in shown


def test_pause_resume_and_cancel(client, rung, django_capture_on_commit_callbacks):
    batch = factories.batch(2)
    assert "Resume" in steer(client, batch, "pause").content.decode()
    assert rung == []
    with django_capture_on_commit_callbacks(execute=True):
        assert "Pause" in steer(client, batch, "resume").content.decode()
    assert set(rung) == {batch.pk}
    cancelled = steer(client, batch, "cancel").content.decode()
    assert "2 cancelled" in cancelled
    actors_of = Event.objects.filter(action__startswith="batch.").values_list("actor__username")
    assert set(actors_of[1:]) == {("lead",)}


@pytest.mark.parametrize("action", ["pause", "resume", "cancel"])
def test_what_the_state_does_not_allow_is_a_message(client, action):
    batch = factories.batch(1)
    lifecycle.cancel_batch(batch)
    response = steer(client, batch, action)
    assert response.status_code == 200
    assert said(response) == ["The batch is cancelled."]


def test_cancelling_twice_is_a_message_and_one_event(client):
    batch = factories.batch(1)
    assert said(steer(client, batch, "cancel")) == []
    assert said(steer(client, batch, "cancel")) == ["The batch is cancelled."]
    assert Event.objects.filter(action="batch.cancelled").count() == 1


def failed_batch() -> Batch:
    batch = factories.made_batch(3)
    failure = {"state": "failed", "kept": None, "failure_stage": "search"}
    rows = batch.traces.order_by("pk")[:2]
    batch.traces.filter(pk__in=[row.pk for row in rows]).update(
        failure_reason="no_path", rejections="", **failure
    )
    return batch


def retry(client: Client, batch: Batch, reason: str):
    url = reverse("pipeline:batch_retry", args=[batch.pk])
    return client.post(url, {"reason": reason}, follow=True)


def test_failed_traces_are_tried_again_by_reason(client, rung, django_capture_on_commit_callbacks):
    batch = failed_batch()
    assert 'id="retry-no_path"' in page(client, batch)
    with django_capture_on_commit_callbacks(execute=True):
        response = retry(client, batch, "no_path")
    assert said(response) == ["Traces that will be tried again: 2."]
    assert batch.traces.filter(attempt=2, state=Trace.State.PENDING).count() == 2
    assert set(rung) == {batch.pk}


def test_a_reason_nobody_failed_for_changes_nothing(client):
    batch = failed_batch()
    retry(client, batch, "no such reason")
    batch.refresh_from_db()
    assert (batch.state, batch.traces.count()) == (Batch.State.FINISHED, 3)


def test_a_cancelled_batch_is_not_tried_again(client):
    batch = failed_batch()
    Batch.objects.update(state=Batch.State.CANCELLED)
    assert "retry-no_path" not in page(client, batch)
    assert said(retry(client, batch, "no_path")) == ["The batch is cancelled."]


def test_an_auditor_sees_everything_and_may_steer_nothing():
    batch = failed_batch()
    auditor = actors.signed_in(actors.person("auditor", Role.AUDITOR))
    shown = page(auditor, batch)
    assert "no path" in shown
    assert 'method="post" action="/batches' not in shown


@pytest.mark.parametrize("number", [0, 10**30])
def test_a_batch_that_is_not_there_is_not_found(client, number):
    assert client.get(f"/batches/{number}/").status_code == 404
    assert client.post(f"/batches/{number}/pause/").status_code == 404
    assert client.get(f"/batches/{number}/restart/").status_code == 404


def test_looking_is_not_steering(client):
    batch = factories.batch(1)
    for name in ("pause", "cancel"):
        url = reverse("pipeline:batch_steer", args=[batch.pk, name])
        assert client.get(url).status_code == 405


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
    assert "tends to agree with itself" in said(response)[0]


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


def test_calls_and_cost_are_told_and_an_unknown_price_is_said(client):
    batch = factories.model_batch(1)
    call(batch)
    assert "0.0016 USD" in " ".join(page(client, batch).split())
    call(batch, cost=None, currency="")
    shown = " ".join(page(client, batch).split())
    assert "The cost of 1 call is not known" in shown


def test_a_demonstration_tells_of_no_calls(client):
    assert "Calls and cost" not in page(client, factories.batch(1))
