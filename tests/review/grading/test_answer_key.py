"""A hidden answer key: nowhere before the coherence is on the server, and the first one kept."""

import json
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from pipeline.models import Trace
from review.models import Draft, Grade, Reviewer, Slot, Study
from review.queue.claim import next_slot
from tests import actors, factories
from tests.review.disagreeing import evidence_of
from tests.review.submitting import sent, submit

pytestmark = pytest.mark.django_db

KEY = "✓ Answer key"


@pytest.fixture
def ann() -> Reviewer:
    return actors.reviewer("ann")


@pytest.fixture
def study(ann) -> Study:
    study = factories.study(ann, opened_by=actors.lead(), size=2)
    Study.objects.update(hide_answer_key=True)
    study.refresh_from_db()
    return study


@pytest.fixture
def slot(study, ann) -> Slot:
    return next_slot(study, reviewer=ann)


@pytest.fixture
def client(ann) -> Client:
    return actors.signed_in(ann.user)


def address(name: str, slot: Slot) -> str:
    return reverse(f"review:{name}", args=[slot.item.code])


def page(client: Client, slot: Slot) -> str:
    return client.get(address("grade", slot)).content.decode()


def save(client: Client, slot: Slot, version: int = 0, **changes: Any) -> dict[str, Any]:
    data = sent(slot, **changes) | {"draft_version": version}
    answer: dict[str, Any] = client.post(address("draft", slot), data).json()
    return answer


def test_a_study_that_does_not_hide_it_shows_it_and_keeps_no_blind_coherence(client, slot, ann):
    Study.objects.update(hide_answer_key=False)
    assert KEY in page(client, slot)
    assert "options" not in save(client, slot)
    submit(next_slot(slot.item.study, reviewer=ann), ann)
    assert Draft.objects.count() == 0
    assert Grade.objects.get().blind_coherence is None


def test_before_coherence_is_graded_neither_page_nor_draft_nor_context_holds_the_key(client, slot):
    answer = save(client, slot, cot_coherence=None)
    assert set(answer) == {"version", "saved_at"}
    response = client.get(address("grade", slot))
    content = response.content.decode()
    assert KEY not in content
    assert "option--key" not in content
    question = response.context["view"].question
    assert (question.answer_label, question.answer_text, question.long_answer) == (None, "", "")
    assert "once you have graded the coherence" in content


def test_the_draft_that_brings_the_coherence_gets_the_key_and_a_reload_keeps_it(client, slot):
    answer = save(client, slot, cot_coherence=2)
    assert answer["options"].count(KEY) == 1
    assert Draft.objects.get().blind_coherence == 2
    content = page(client, slot)
    assert KEY in content
    assert "once you have graded" not in content


def test_a_free_text_answer_waits_too(client, slot):
    record = json.loads(slot.item.trace.record)
    record["question"] |= {"options": [], "answer_label": None, "answer_text": "Salbutamol."}
    Trace.objects.filter(pk=slot.item.trace_id).update(record=json.dumps(record))
    assert "Answer key." not in page(client, slot)
    assert "Answer key.</strong> <bdi>Salbutamol.</bdi>" in save(client, slot)["options"]


@pytest.mark.parametrize("point", ["0", "6", "x", ""])
def test_what_is_no_point_of_the_scale_brings_no_key(client, slot, point):
    assert "options" not in save(client, slot, cot_coherence=point)
    assert Draft.objects.get().blind_coherence is None


def test_the_first_coherence_stays_the_blind_one_whatever_is_changed_later(client, slot):
    version = save(client, slot, cot_coherence=2)["version"]
    save(client, slot, version, cot_coherence=5)
    assert KEY in page(client, slot)
    client.post(address("grade", slot), sent(slot, cot_coherence=5))
    grade = Grade.objects.get()
    assert (grade.blind_coherence, grade.cot_coherence) == (2, 5)


def test_a_coherence_taken_away_again_does_not_make_the_grade_blind(client, slot):
    version = save(client, slot, cot_coherence=2)["version"]
    save(client, slot, version, cot_coherence=None)
    assert KEY in page(client, slot)
    client.post(address("grade", slot), sent(slot, cot_coherence=4))
    assert Grade.objects.get().blind_coherence == 2


def test_a_grade_sent_without_ever_seeing_the_key_is_blind(client, slot):
    client.post(address("grade", slot), sent(slot, cot_coherence=3))
    assert Grade.objects.get().blind_coherence == 3


def test_a_refused_draft_brings_no_key(client, slot):
    save(client, slot, cot_coherence=None)
    refused = client.post(address("draft", slot), sent(slot) | {"draft_version": 0})
    assert refused.status_code == 409
    assert "options" not in refused.json()
    assert client.post(address("draft", slot), sent(slot, fence=99)).status_code == 409
    assert KEY not in page(client, slot)


def test_an_incomplete_grade_comes_back_without_the_key(client, slot):
    response = client.post(address("grade", slot), sent(slot, decision=None))
    assert response.status_code == 422
    assert KEY not in response.content.decode()


def test_without_script_a_button_saves_and_brings_the_key(client, slot):
    assert f'formaction="{address("answer_key", slot)}"' in page(client, slot)
    data = sent(slot, cot_coherence=2, comment="Dose?") | {"draft_version": 0}
    content = client.post(address("answer_key", slot), data, follow=True).content.decode()
    assert KEY in content
    assert "Dose?</textarea>" in content
    assert Draft.objects.get().blind_coherence == 2


def test_without_script_and_coherence_the_button_saves_and_says_what_is_missing(client, slot):
    data = sent(slot, cot_coherence=None, comment="Dose?") | {"draft_version": 0}
    content = client.post(address("answer_key", slot), data, follow=True).content.decode()
    assert "Grade the coherence of the chain of thought first." in content
    assert KEY not in content
    assert "Dose?</textarea>" in content


def test_without_script_a_stale_page_is_told_and_keeps_its_text(client, slot):
    save(client, slot, cot_coherence=None)
    data = sent(slot, comment="Dose?") | {"draft_version": 0}
    response = client.post(address("answer_key", slot), data)
    assert response.status_code == 409
    content = response.content.decode()
    assert "open in another tab" in content
    assert "Dose?</textarea>" in content
    assert KEY not in content


def test_the_key_of_one_item_does_not_open_the_next(client, study, slot, ann):
    save(client, slot)
    submit(slot, ann)
    assert KEY not in page(client, next_slot(study, reviewer=ann))


def test_a_revision_keeps_the_blind_coherence_and_shows_the_key(client, slot):
    save(client, slot, cot_coherence=2)
    client.post(address("grade", slot), sent(slot, cot_coherence=5))
    assert KEY in client.get(address("amend", slot)).content.decode()
    client.post(address("amend", slot), sent(slot, cot_coherence=1, reason="Step 2 again."))
    newest = Grade.objects.get(is_current=True)
    assert (newest.revision, newest.cot_coherence, newest.blind_coherence) == (2, 1, 2)


def test_the_database_refuses_a_blind_coherence_off_the_scale(client, slot):
    save(client, slot)
    with pytest.raises(IntegrityError), transaction.atomic():
        Draft.objects.update(blind_coherence=6)


def test_agreement_rests_on_the_blind_coherence_and_consensus_on_what_stands(client, slot):
    save(client, slot, cot_coherence=2)
    client.post(address("grade", slot), sent(slot, cot_coherence=5))
    evidence = evidence_of(slot.item)
    assert [one.rating.coherence for one in evidence.independent if one.rating] == [2]
    assert evidence.consensus is not None
    assert evidence.consensus.coherence == 5
