"""Changing a grade is autosaved like grading: the change begun outlives page, tab and network."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from review.models import Draft, Grade, Reviewer, Slot, Study
from review.queue.claim import next_slot
from review.studies.lifecycle import close_study
from tests import actors, factories
from tests.review.submitting import sent, submit

pytestmark = [pytest.mark.django_db, pytest.mark.database_dialect]


@pytest.fixture
def ann() -> Reviewer:
    return actors.reviewer("ann")


@pytest.fixture
def study(ann) -> Study:
    return factories.study(ann, opened_by=actors.lead(), size=2)


@pytest.fixture
def slot(study, ann) -> Slot:
    slot = next_slot(study, reviewer=ann)
    submit(slot, ann, comment="As first given.", answer_key_disputed=True)
    return slot


@pytest.fixture
def client(ann) -> Client:
    return actors.signed_in(ann.user)


def address(name: str, slot: Slot) -> str:
    return reverse(f"review:{name}", args=[slot.item.code])


def save(client: Client, slot: Slot, version: int = 0, **changes: Any):
    data = sent(slot, **changes) | {"draft_version": version}
    return client.post(address("amend_draft", slot), data)


def test_a_change_begun_is_there_on_return_with_its_reason(client, slot):
    assert save(client, slot, comment="On second thought.", reason="Dose.").json()["version"] == 1
    content = client.get(address("amend", slot)).content.decode()
    assert "On second thought.</textarea>" in content
    assert 'value="Dose."' in content
    assert 'data-version="1"' in content
    assert Grade.objects.get().comment == "As first given."


def test_what_was_unticked_in_the_change_stays_unticked(client, slot):
    page = client.get(address("amend", slot))
    assert page.context["form"]["answer_key_disputed"].value()
    save(client, slot)
    page = client.get(address("amend", slot))
    assert not page.context["form"]["answer_key_disputed"].value()


def test_the_revision_ends_the_draft_and_what_the_browser_keeps(client, slot):
    save(client, slot, comment="On second thought.")
    data = sent(slot, comment="On second thought.", reason="Dose.")
    response = client.post(address("amend", slot), data, follow=True)
    assert not Draft.objects.exists()
    assert f'data-settled="{slot.item.code}"' in response.content.decode()
    assert Grade.objects.get(is_current=True).comment == "On second thought."


def test_a_second_tab_is_told(client, slot):
    save(client, slot)
    response = save(client, slot, comment="Other.")
    assert (response.status_code, response.json()["why"]) == (409, "tab")


def test_a_second_tab_is_told_that_the_first_has_submitted(client, slot):
    version = save(client, slot).json()["version"]
    client.post(address("amend", slot), sent(slot, reason="Dose."))
    response = save(client, slot, version=version, comment="Other.")
    assert (response.status_code, response.json()["why"]) == (409, "tab")
    assert not Draft.objects.exists()


def test_a_closed_study_takes_no_change(client, study, slot):
    close_study(study, by=study.created_by)
    response = save(client, slot)
    assert (response.status_code, response.json()["why"]) == (409, "study")
    assert response.json()["reason"] == "The study is closed: grades cannot be changed."
    assert not Draft.objects.exists()
    assert "data-draft-url" not in client.get(address("amend", slot)).content.decode()


def test_an_item_still_to_be_graded_takes_none_and_a_graded_one_no_first_draft(
    client, study, slot, ann
):
    following = next_slot(study, reviewer=ann)
    assert save(client, following).status_code == 404
    response = client.post(address("draft", slot), sent(slot) | {"draft_version": 0})
    assert response.status_code == 409
    assert not Draft.objects.exists()


def test_a_change_begun_does_not_come_back_as_an_item_to_grade(client, study, slot, ann):
    save(client, slot)
    assert next_slot(study, reviewer=ann).item != slot.item
