"""Extending a study in the browser: more reviewers and grades, more items."""

import pytest
from django.test import Client
from django.urls import reverse

from review.models import Study
from review.studies.lifecycle import StudyPlan, open_study
from tests import actors, factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead():
    return actors.lead()


@pytest.fixture
def people():
    return [actors.reviewer(name) for name in ("ann", "ben")]


@pytest.fixture
def client(lead) -> Client:
    return actors.signed_in(lead)


@pytest.fixture
def study(lead, people) -> Study:
    return factories.study(*people, opened_by=lead, size=2, overlap=2)


def extend_page(client: Client, study: Study) -> str:
    return client.get(reverse("review:study_extend", args=[study.pk])).content.decode()


def test_a_lead_adds_reviewers_and_grades(client, study):
    cat = actors.reviewer("cat")
    address = reverse("review:study_extend", args=[study.pk])
    assert "cat" in client.get(address).content.decode()
    response = client.post(address, {"reviewers": [cat.pk], "overlap": 3}, follow=True)
    assert "0 of 6 grades" in response.content.decode()
    assert study.places.count() == 3
    refused = client.post(address, {"overlap": 1})
    assert refused.status_code == 422
    assert "already asks for 3 grades per item" in refused.content.decode()


def draw(client: Client, study: Study, **changes: object):
    entered = {"draw-items": "2", "draw-where": "random", "draw-after": "1"} | changes
    return client.post(reverse("review:study_draw", args=[study.pk]), entered, follow=True)


@pytest.fixture
def sampled(lead, people) -> Study:
    plan = StudyPlan("sampled", [factories.made_batch(6)], people, size=3, seed=3)
    return open_study(plan, opened_by=lead)


def test_more_items_are_drawn(client, sampled):
    page = extend_page(client, sampled)
    assert "from the 3 traces of the batch" in page
    assert "Phase 2 of the sample was drawn." in draw(client, sampled).content.decode()
    assert sampled.items.filter(phase=2).count() == 2


def test_a_form_sent_twice_draws_once(client, sampled):
    draw(client, sampled)
    again = draw(client, sampled)
    assert again.status_code == 422
    assert "Phase 2 was drawn after you opened this page" in again.content.decode()
    assert sampled.items.filter(phase__gt=1).count() == 2


def test_where_every_trace_has_a_place_nothing_is_offered(client, sampled):
    draw(client, sampled, **{"draw-items": "3"})
    page = extend_page(client, sampled)
    assert "there is nothing left to draw" in page
    assert 'id="draw"' not in page


def test_who_is_in_the_study_already_is_said(client, sampled):
    page = extend_page(client, sampled)
    assert "Everyone who may grade is in the study already." in page
    actors.reviewer("zoe")
    page = extend_page(client, sampled)
    assert "Everyone who may grade" not in page


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"draw-items": "9"}, "Only 3 traces are left"),
        ({"draw-items": "0"}, "greater than or equal to 1"),
        ({"draw-where": "undecided"}, "needs at least 30 graded items"),
        ({"draw-where": "best"}, "Select a valid choice"),
    ],
    ids=str,
)
def test_what_cannot_be_drawn_says_why(client, sampled, change, reason):
    response = draw(client, sampled, **change)
    assert response.status_code == 422
    assert reason in response.content.decode()
    assert sampled.items.count() == 3
