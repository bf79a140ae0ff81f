"""Batches in the browser: start, watch, steer."""

import pytest
from django.test import Client
from django.urls import reverse

from pipeline import tasks
from pipeline.accounts.roles import Role
from pipeline.batches import lifecycle
from pipeline.jobs.lifecycle import cancel_job, pause_job
from pipeline.models import Batch, Event, Trace
from tests import actors, factories
from tests.factories.endpoints import call

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
    if action == "cancel":
        return client.post(reverse("pipeline:batch_cancel", args=[batch.pk]), follow=True)
    return client.post(reverse("pipeline:batch_steer", args=[batch.pk, action]), follow=True)


def said(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def test_the_list_is_newest_first_and_in_pages(client):
    assert "No batch yet" in client.get(reverse("pipeline:batches")).content.decode()
    for name in ("older", "newer"):
        factories.batch(1, name=name)
    listed = client.get(reverse("pipeline:batches"), {"page": "nonsense"}).content.decode()
    assert listed.index("newer") < listed.index("older")


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
    pause_job(batch, reason="No <b>model</b> here.")
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
    cancel_job(batch)
    response = steer(client, batch, action)
    assert response.status_code == 200
    assert said(response) == ["The batch is cancelled."]


def test_cancelling_is_confirmed_on_a_page_that_says_what_is_lost_and_what_stays(client):
    batch = factories.made_batch(3)
    Batch.objects.update(state=Batch.State.RUNNING)
    batch.traces.filter(pk=batch.traces.first().pk).update(state="pending", kept=None)
    url = reverse("pipeline:batch_cancel", args=[batch.pk])
    assert url in page(client, batch)
    shown = " ".join(client.get(url).content.decode().split())
    assert "1 pending trace will never be made" in shown
    assert "2 traces settled so far" in shown
    assert "cannot be resumed" in shown
    assert said(client.post(url, follow=True)) == []
    batch.refresh_from_db()
    assert batch.state == Batch.State.CANCELLED


@pytest.mark.parametrize("method", ["get", "post"])
def test_cancelling_twice_is_a_message_and_one_event(client, method):
    batch = factories.batch(1)
    url = reverse("pipeline:batch_cancel", args=[batch.pk])
    assert said(client.post(url, follow=True)) == []
    again = getattr(client, method)(url, follow=True)
    assert said(again) == ["The batch is cancelled."]
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
    assert client.get(reverse("pipeline:batch_steer", args=[batch.pk, "pause"])).status_code == 405
    client.get(reverse("pipeline:batch_cancel", args=[batch.pk]))
    batch.refresh_from_db()
    assert batch.state == Batch.State.RUNNING


def test_calls_and_cost_are_told_and_an_unknown_price_is_said(client):
    batch = factories.model_batch(1)
    call(batch)
    assert "0.0016 USD" in " ".join(page(client, batch).split())
    call(batch, cost=None, currency="")
    shown = " ".join(page(client, batch).split())
    assert "The cost of 1 call is not known" in shown


def test_a_demonstration_tells_of_no_calls(client):
    assert "Calls and cost" not in page(client, factories.batch(1))
