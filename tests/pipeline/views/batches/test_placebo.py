"""Placebos in the browser: asked for, seen apart, and told what they say of the filters."""

import pytest
from django.test import Client
from django.urls import reverse

from pipeline import store, tasks
from pipeline.batches import lifecycle
from pipeline.core.config import preset
from pipeline.models import Batch, Trace
from tests import actors, factories

pytestmark = pytest.mark.django_db
Arm = Trace.Arm
TITLE = "What the filters are worth"


@pytest.fixture
def client() -> Client:
    return actors.signed_in(actors.lead())


@pytest.fixture
def made() -> Batch:
    batch = lifecycle.start_batch(
        factories.question_set(4),
        knowledge_graph=factories.graph(),
        config=preset("demonstration"),
        placebo_share=1,
    )
    lifecycle.run_batch(batch)
    return batch


def shown(client: Client, view: str, *arguments: object, **query: str) -> str:
    response = client.get(reverse(f"pipeline:{view}", args=arguments), query)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def send(client: Client, questions, **changes: object):
    fields = {
        "question_set": questions.pk,
        "knowledge_graph": factories.graph().pk,
        "configuration": "demonstration",
        "samples": 1,
        "seed": 0,
    }
    return client.post(reverse("pipeline:batch_new"), fields | changes)


def test_a_lead_asks_for_placebos_in_percent(client, monkeypatch):
    monkeypatch.setattr(tasks.pump, "delay", lambda pk: None)
    send(client, factories.question_set(4), placebo_percent=50)
    batch = Batch.objects.get()
    assert (batch.placebo_share, batch.traces.count()) == (0.5, 8)
    assert "50 % of the questions with options" in shown(client, "batch", batch.pk)


@pytest.mark.parametrize("percent", [101, -1, "half"])
def test_what_is_no_percentage_is_an_error_at_the_field(client, percent):
    response = send(client, factories.question_set(1), placebo_percent=percent)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["placebo_percent"]


def test_a_set_without_options_is_an_error_at_the_field(client):
    questions = factories.question_set(0)
    free = factories.question(0, options=(), answer_label=None)
    store.question_row(questions, free).save()
    response = send(client, questions, placebo_percent=10)
    assert "a placebo needs a wrong one" in str(response.context["form"].errors["placebo_percent"])
    assert not Batch.objects.exists()


def test_the_page_compares_the_arms_and_marks_the_demonstration(client, made):
    page = shown(client, "batch", made.pk)
    assert TITLE in page
    assert "Where both chains of thought were made" in page
    assert "They say nothing of the method on a language model." in page
    assert "12 of 12 traces settled, placebo traces included" in page
    assert '<span class="figure">all that reject</span>' in page


def test_a_batch_without_placebo_or_check_has_no_such_section(client):
    assert TITLE not in shown(client, "batch", factories.made_batch(2).pk)


def test_the_fragment_that_is_polled_counts_none_of_it(client, made):
    address = reverse("pipeline:batch", args=[made.pk])
    fragment = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert TITLE not in fragment


@pytest.mark.parametrize("arm", ["", "key", "nonsense", *Arm.values[1:]])
def test_the_list_of_traces_shows_one_arm_and_says_which(client, made, arm):
    response = client.get(reverse("pipeline:traces", args=[made.pk]), {"arm": arm})
    expected = arm if arm in Arm.values else Arm.KEY
    assert {row.arm for row in response.context["page"]} == {expected}
    warned = "argue for a wrong option" in response.content.decode()
    assert warned is (expected != Arm.KEY)


def test_a_batch_without_placebo_has_no_arms_to_choose(client):
    batch = factories.made_batch(1)
    assert "Placebo" not in shown(client, "traces", batch.pk)


def test_the_page_of_a_placebo_says_what_it_is_and_offers_no_control(client, made):
    placebo = made.traces.filter(arm=Arm.PLACEBO_NEAREST, state="made").first()
    page = shown(client, "trace", placebo.key)
    assert "placebo, nearest option" in page
    assert "This trace argues for a wrong option" in page
    assert "Use as a control item" not in page
    of_key = made.traces.of_key().filter(state="made").first()
    page = shown(client, "trace", of_key.key)
    assert "placebo" not in page
    assert "Use as a control item" in page


def test_what_only_placebos_failed_for_can_be_tried_again(client, made, monkeypatch):
    monkeypatch.setattr(tasks.pump, "delay", lambda pk: None)
    placebo = made.traces.filter(arm=Arm.PLACEBO_RANDOM).first()
    failure = {"state": "failed", "kept": None, "failure_reason": "refused"}
    Trace.objects.filter(pk=placebo.pk).update(**failure)
    assert 'id="retry-placebo-refused"' in shown(client, "batch", made.pk)
    client.post(reverse("pipeline:batch_retry", args=[made.pk]), {"reason": "refused"})
    assert made.traces.get(attempt=2).arm == Arm.PLACEBO_RANDOM
    assert 'id="retry-placebo-refused"' not in shown(client, "batch", made.pk)
