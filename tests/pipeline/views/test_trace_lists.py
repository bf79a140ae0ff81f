"""Lists of traces: searched, counted by outcome, marked where they are a demonstration's."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from pipeline.batches import lifecycle
from pipeline.core.config import preset
from pipeline.models import Batch, Question, Trace
from tests import actors, factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    return actors.signed_in(actors.lead())


@pytest.fixture
def batch() -> Batch:
    """Two kept traces, one discarded, one failed, one open."""
    made = factories.batch(5)
    rows = list(made.traces.order_by("pk"))
    lifecycle.run_batch(made, seconds=None)
    discard, fail, reopen = rows[2:]
    Trace.objects.filter(pk__in=[rows[0].pk, rows[1].pk]).update(kept=True, rejections="")
    Trace.objects.filter(pk=discard.pk).update(kept=False, rejections="leakage")
    failure = {"failure_stage": "search", "failure_reason": "no_path", "failure_detail": "None."}
    Trace.objects.filter(pk=fail.pk).update(state="failed", kept=None, rejections="", **failure)
    Trace.objects.filter(pk=reopen.pk).update(state="pending", kept=None, record="")
    return made


def listed(client: Client, batch: Batch, **query: Any) -> list[str]:
    response = client.get(reverse("pipeline:traces", args=[batch.pk]), query)
    assert response.status_code == 200
    return [row.question.id_in_source for row in response.context["page"]]


def all_listed(client: Client, **query: Any) -> list[str]:
    response = client.get(reverse("pipeline:all_traces"), query)
    assert response.status_code == 200
    return [row.question.id_in_source for row in response.context["page"]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["q0", "q1", "q2", "q3", "q4"]),
        ({"outcome": "kept"}, ["q0", "q1"]),
        ({"outcome": "discarded"}, ["q2"]),
        ({"outcome": "failed"}, ["q3"]),
        ({"outcome": "open"}, ["q4"]),
        ({"outcome": "failed", "reason": "no_path"}, ["q3"]),
        ({"outcome": "failed", "reason": "refused"}, []),
        ({"outcome": "batch__started_by__password__startswith"}, ["q0", "q1", "q2", "q3", "q4"]),
    ],
)
def test_the_list_shows_what_is_asked_for(client, batch, query, expected):
    assert listed(client, batch, **query) == expected


def test_the_list_shows_current_attempts_only(client, batch):
    lifecycle.retry_failed(batch, reason="no_path")
    assert listed(client, batch, outcome="failed") == []
    assert sorted(listed(client, batch, outcome="open")) == ["q3", "q4"]


def test_a_hostile_reason_is_text(client, batch):
    url = reverse("pipeline:traces", args=[batch.pk])
    content = client.get(url, {"reason": "<script>alert(1)</script>"}).content.decode()
    assert "<script>alert" not in content


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"text": "ASTHMA"}, ["q0", "q3", "q4"]),
        ({"text": "q1"}, ["q1"]),
        ({"text": "q1", "outcome": "discarded"}, []),
        ({"text": "%"}, []),
        ({"text": "a\0b"}, []),
        ({"text": "a" * 201}, []),
        ({"rejected_by": "leakage"}, ["q2"]),
        ({"rejected_by": "margin"}, []),
        ({"rejected_by": "leak"}, []),
        ({"specialty": "cardiology"}, ["q1"]),
        ({"specialty": "cardiology", "text": "q0"}, []),
        ({"reason": "no_path", "text": "q3"}, ["q3"]),
        ({"source": "nothing a batch's own list asks for"}, ["q0", "q1", "q2", "q3", "q4"]),
        ({"question__question_set__created_by__password": "x"}, ["q0", "q1", "q2", "q3", "q4"]),
        ({"order_by": "batch__started_by__password"}, ["q0", "q1", "q2", "q3", "q4"]),
    ],
)
def test_the_list_is_searched(client, batch, query, expected):
    Question.objects.filter(id_in_source="q1").update(specialty="cardiology")
    Trace.objects.exclude(rejections="").update(rejections="leakage,margin_of_more")
    assert listed(client, batch, **query) == expected


def test_the_outcomes_are_counted_within_the_search(client, batch):
    url = reverse("pipeline:traces", args=[batch.pk])
    counts = {"all": 5, "kept": 2, "discarded": 1, "failed": 1, "open": 1}
    assert dict(client.get(url).context["outcomes"]) == counts
    asked = client.get(url, {"text": "asthma", "outcome": "kept"})
    counts = {"all": 3, "kept": 1, "discarded": 0, "failed": 1, "open": 1}
    assert dict(asked.context["outcomes"]) == counts
    assert asked.context["page"].paginator.count == 1
    assert "?text=asthma&amp;outcome=failed" in asked.content.decode()


def test_cancelled_traces_are_a_list_of_their_own(client, batch):
    batch.traces.filter(state="pending").update(state="cancelled")
    assert listed(client, batch, outcome="cancelled") == ["q4"]


def test_one_list_holds_all_batches_by_source(client, batch):
    other = factories.question_set(2, name="other", source="medqa")
    lifecycle.start_batch(
        other, knowledge_graph=batch.knowledge_graph, config=preset("demonstration")
    )
    assert len(all_listed(client)) == 7
    assert all_listed(client, source="medqa") == ["q0", "q1"]
    assert all_listed(client, source="medqa", outcome="kept") == []
    assert all_listed(client, source="house", text="q1") == ["q1"]
    assert all_listed(client, source="of no set") == []


def test_traces_of_the_demonstration_are_marked_in_every_list(client, batch):
    mark = '<span class="badge badge--neutral">demonstration</span>'
    addresses = (reverse("pipeline:traces", args=[batch.pk]), reverse("pipeline:all_traces"))
    for url in addresses:
        assert client.get(url).content.decode().count(mark) == 5
    Batch.objects.update(reasoner_kind="language_model")
    for url in addresses:
        assert mark not in client.get(url).content.decode()


def test_a_row_of_the_list_costs_no_query(client, batch):
    url = reverse("pipeline:all_traces")
    with CaptureQueriesContext(connection) as few:
        client.get(url, {"outcome": "discarded"})
    with CaptureQueriesContext(connection) as many:
        client.get(url)
    assert len(many) == len(few) <= 12
