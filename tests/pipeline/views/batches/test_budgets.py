"""The budget of a batch at work, changed by its lead on the batch's page."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from pipeline.accounts.roles import Role
from pipeline.jobs.lifecycle import cancel_job, pause_job
from pipeline.ledger.budgets import Cost, shortage
from pipeline.models import Batch, Event
from tests import actors, factories
from tests.factories.endpoints import price

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead() -> User:
    return actors.lead()


@pytest.fixture
def client(lead) -> Client:
    return actors.signed_in(lead)


@pytest.fixture
def batch() -> Batch:
    price("model-r")
    price("model-s")
    return factories.model_batch(1, budget_money=Decimal("1.5"), budget_tokens=9000)


def page(batch: Batch) -> str:
    return reverse("pipeline:batch", args=[batch.pk])


def change(client: Client, batch: Batch, **fields: object):
    return client.post(reverse("pipeline:batch_budget", args=[batch.pk]), fields)


def budgets(batch: Batch) -> tuple[Decimal | None, int | None]:
    batch.refresh_from_db()
    return batch.budget_money, batch.budget_tokens


def test_the_page_offers_the_budgets_as_they_are(client, batch):
    content = client.get(page(batch)).content.decode()
    assert 'value="1.500000"' in content
    assert 'value="9000"' in content


def test_what_htmx_exchanges_holds_no_field(client, batch):
    fragment = client.get(page(batch), headers={"HX-Request": "true"}).content.decode()
    assert "budget_money" not in fragment


@pytest.mark.parametrize("paused", [False, True])
def test_a_lead_raises_the_budget_of_a_batch_at_work(client, lead, batch, paused):
    if paused:
        pause_job(batch, by=lead)
    state = batch.state
    response = change(client, batch, budget_money="20.25", budget_tokens="")
    assert response.headers["Location"] == page(batch)
    assert budgets(batch) == (Decimal("20.25"), None)
    assert batch.state == state
    event = Event.objects.get(action="batch.budget_changed")
    assert event.actor == lead
    assert event.payload["money"] == "20.25"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"budget_tokens": "500"}, "500 is already spent"),
        ({"budget_money": "0.25"}, "0.250000 is already spent"),
        ({"budget_tokens": "x"}, "Enter a whole number"),
        ({"budget_money": "-1"}, "greater than or equal to 0"),
        ({"budget_money": "NaN"}, "Enter a number"),
    ],
)
def test_a_budget_that_cannot_be_kept_is_refused_with_the_reason(client, batch, fields, said):
    Batch.objects.update(spent_tokens=500, spent_money=Decimal("0.25"))
    response = change(client, batch, **fields)
    assert response.status_code == 422
    assert said in response.content.decode()
    assert budgets(batch) == (Decimal("1.5"), 9000)
    assert not Event.objects.filter(action="batch.budget_changed").exists()


def test_an_ended_batch_and_a_demonstration_have_none_to_change(client, lead, batch):
    cancel_job(batch, by=lead)
    assert "change-budget" not in client.get(page(batch)).content.decode()
    response = change(client, batch, budget_tokens="99999")
    assert response.status_code == 422
    assert "The batch is cancelled." in response.content.decode()
    demonstration = factories.batch(1)
    assert "change-budget" not in client.get(page(demonstration)).content.decode()
    response = change(client, demonstration, budget_tokens="99999")
    assert "The demonstration costs nothing" in response.content.decode()
    assert budgets(demonstration) == (None, None)


def test_an_auditor_reads_the_page_and_is_offered_no_change(batch):
    auditor = actors.signed_in(actors.person("auditor", Role.AUDITOR))
    assert "change-budget" not in auditor.get(page(batch)).content.decode()
    assert change(auditor, batch, budget_tokens="99999").status_code == 403


def test_a_raised_budget_takes_the_reason_from_the_page_and_says_what_to_press(client, batch):
    need = Cost(9500, None, "USD")
    pause_job(batch, reason=shortage(batch.traces.first(), need))
    paused = client.get(page(batch)).content.decode()
    assert "Paused: Budget spent" in paused
    assert "Raise the budget" in paused
    change(client, batch, budget_money="1.5", budget_tokens="20000")
    raised = client.get(page(batch)).content.decode()
    assert "Budget spent" not in raised
    assert "press Resume" in raised
    auditor = actors.signed_in(actors.person("auditor", Role.AUDITOR))
    assert "press Resume" not in auditor.get(page(batch)).content.decode()


def test_the_estimate_is_held_against_the_budget_entered(client, batch):
    data = {
        **{"question_set": batch.question_set.pk, "knowledge_graph": batch.knowledge_graph.pk},
        **{"configuration": "lexical", "samples": 1, "seed": 0, "estimate": "yes"},
        **{"reasoner_endpoint": batch.reasoner_endpoint.pk},
        **{"reader_endpoint": batch.reader_endpoint.pk, "budget_tokens": "10"},
    }
    estimated = client.post(reverse("pipeline:batch_new"), data).content.decode()
    assert "Budget of 10 tokens" in estimated
    assert "lasts for about 0 of 1 questions" in estimated
    without = client.post(reverse("pipeline:batch_new"), data | {"budget_tokens": ""})
    assert "none entered" in without.content.decode()
