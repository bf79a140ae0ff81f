"""Requests no screen would send: each gets an answer, none an error page."""

import pytest
from django.urls import reverse

from pipeline.models import Batch
from tests import actors, factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def client():
    return actors.signed_in(actors.lead())


@pytest.mark.parametrize("limit", ["99999999999999999999", "9000000000", "-1", "1e9", "\0"])
def test_a_limit_out_of_range_is_a_field_error(client, limit):
    question_set, graph = factories.question_set(1), factories.graph()
    sent = {
        "question_set": question_set.pk,
        "knowledge_graph": graph.pk,
        "configuration": "demonstration",
        "limit": limit,
        "samples": 1,
        "seed": 0,
    }
    assert client.post(reverse("pipeline:batch_new"), sent).status_code == 422
    assert not Batch.objects.exists()


def test_a_reason_with_a_nul_is_no_error(client):
    batch = factories.made_batch(1)
    traces = reverse("pipeline:traces", args=[batch.pk])
    assert client.get(traces, {"reason": "no\0path"}).status_code == 200
    retry = reverse("pipeline:batch_retry", args=[batch.pk])
    assert client.post(retry, {"reason": "no\0path"}).status_code == 302


def test_an_item_code_of_strange_characters_is_not_found():
    client = actors.signed_in(actors.reviewer("ann").user)
    assert client.get("/grade/items/%00/").status_code == 404
    assert client.get("/grade/items/" + "a" * 40 + "/").status_code == 404
