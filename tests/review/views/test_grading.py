"""Grading in the browser: the next item, submit once, lose no text, be told nothing."""

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from pipeline import store
from review.grading.submission import step_numbers
from review.grading.submit import graded_paths
from review.models import Grade, Reviewer, Slot, Study
from review.queue.claim import next_slot
from review.studies.lifecycle import close_study, pause_study
from tests import actors, factories

pytestmark = pytest.mark.django_db

COMMENT = "Step 2 names <b>no</b> dose."


@pytest.fixture
def lead():
    return actors.lead()


@pytest.fixture
def ann() -> Reviewer:
    return actors.reviewer("ann")


@pytest.fixture
def study(lead, ann) -> Study:
    return factories.study(ann, opened_by=lead, size=3)


@pytest.fixture
def slot(study, ann) -> Slot:
    return next_slot(study, reviewer=ann)


@pytest.fixture
def client(ann) -> Client:
    return actors.signed_in(ann.user)


def url(slot: Slot) -> str:
    return reverse("review:grade", args=[slot.item.code])


def filled_in(slot: Slot, **changes: Any) -> dict[str, Any]:
    """The form as a reviewer sends it; a change to None leaves the field out."""
    fields = {
        "fence": slot.fence,
        "key": str(uuid.uuid4()),
        "cot_precision": 4,
        "cot_coherence": 5,
        "decision": "revise",
        "comment": COMMENT,
    }
    for step in steps(slot):
        fields[f"step_{step}"] = "correct"
    for path in graded_paths(slot.item):
        fields |= {f"path_{path}_precision": 3, f"path_{path}_coherence": 2}
    return {name: value for name, value in (fields | changes).items() if value is not None}


def steps(slot: Slot) -> tuple[int, ...]:
    return step_numbers(store.trace_record(slot.item.trace))


def next_item(client: Client, study: Study):
    return client.post(reverse("review:next_item", args=[study.pk]))


def test_the_desk_shows_what_is_done_and_what_is_left(client, study, slot, ann):
    client.post(url(slot), filled_in(slot))
    shown = client.get(reverse("review:desk")).content.decode()
    assert "1 graded by you, of 3 items in the study" in shown
    assert "Continue grading" in shown


def test_the_desk_shows_only_ones_own_studies(study):
    stranger = actors.signed_in(actors.reviewer("stranger").user)
    assert list(stranger.get(reverse("review:desk")).context["studies"]) == []
    assert next_item(stranger, study).status_code == 404


def test_the_next_item_is_the_same_until_it_is_graded(client, study, slot):
    assert next_item(client, study).headers["Location"] == url(slot)
    assert next_item(client, study).headers["Location"] == url(slot)


def test_a_grade_holds_what_was_entered_and_leads_to_the_next_item(client, study, slot, ann):
    response = client.post(url(slot), filled_in(slot))
    grade = Grade.objects.get()
    assert (grade.cot_precision, grade.cot_coherence, grade.decision) == (4, 5, "revise")
    assert (grade.comment, grade.reviewer) == (COMMENT, ann)
    assert set(grade.path_grades.values_list("precision", "coherence")) == {(3, 2)}
    following = Slot.objects.get(reviewer=ann, state=Slot.State.LEASED)
    assert response.headers["Location"] == url(following)
    assert following.item != slot.item


def test_after_the_last_item_the_desk_says_thank_you(client, study, ann):
    while (slot := next_slot(study, reviewer=ann)) is not None:
        response = client.post(url(slot), filled_in(slot), follow=True)
    assert "Nothing is left for you in study. Thank you." in response.content.decode()
    assert Grade.objects.count() == 3


@pytest.mark.parametrize(
    "missing", ["step_1", "cot_precision", "cot_coherence", "decision", "path_0_precision"]
)
def test_an_incomplete_grade_comes_back_with_everything_entered(client, slot, missing):
    response = client.post(url(slot), filled_in(slot, **{missing: None}))
    assert response.status_code == 422
    assert not Grade.objects.exists()
    form, content = response.context["form"], response.content.decode()
    assert [field.name for field in form.missing] == [missing]
    assert f'href="#id_{missing}_0"' in content
    assert "Step 2 names &lt;b&gt;no&lt;/b&gt; dose.</textarea>" in content
    asked = 3 + len(steps(slot)) + 2 * len(graded_paths(slot.item))
    keys_switch = 1
    assert content.count(" checked") == asked - 1 + keys_switch


@pytest.mark.parametrize(
    "change",
    [
        {"cot_precision": 6},
        {"cot_precision": "4.5"},
        {"decision": "perfect"},
        {"fence": "x"},
        {"fence": None},
        {"key": "x"},
        {"comment": "c" * 4001},
    ],
    ids=lambda change: str(change)[:60],
)
def test_what_no_form_could_send_is_refused(client, slot, change):
    assert client.post(url(slot), filled_in(slot, **change)).status_code == 422
    assert not Grade.objects.exists()


def test_a_double_click_gives_one_grade_and_goes_on(client, study, slot):
    data = filled_in(slot)
    first, second = client.post(url(slot), data), client.post(url(slot), data)
    assert (first.status_code, second.status_code) == (302, 302)
    assert second.headers["Location"] == first.headers["Location"]
    assert Grade.objects.count() == 1


def refused_with_text(response, sentence: str) -> None:
    content = response.content.decode()
    assert response.status_code == 409
    assert sentence in content
    assert "Step 2 names &lt;b&gt;no&lt;/b&gt; dose.</textarea>" in content
    assert re.search(r'name="cot_precision"\s+value="4"\s+checked', content)


def test_a_second_tab_is_told_and_keeps_its_text(client, slot):
    client.post(url(slot), filled_in(slot, comment="First."))
    response = client.post(url(slot), filled_in(slot))
    refused_with_text(response, "submitted a grade for this item before")
    assert Grade.objects.get().comment == "First."


@pytest.mark.parametrize("older", [1, -(10**30)])
def test_a_stale_fence_is_told_and_keeps_the_text(client, slot, older):
    refused_with_text(client.post(url(slot), filled_in(slot, fence=slot.fence - older)), "ran out")
    assert not Grade.objects.exists()


def test_an_item_dealt_anew_to_another_is_told_and_keeps_the_text(client, lead, ann):
    ben = actors.reviewer("ben")
    study = factories.study(ann, ben, opened_by=lead, size=1, name="shared")
    slot = next_slot(study, reviewer=ann)
    Slot.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    taken = next_slot(study, reviewer=ben)
    assert taken.pk == slot.pk
    refused_with_text(client.post(url(slot), filled_in(slot)), "ran out")
    assert client.get(url(slot)).status_code == 404
    taken.refresh_from_db()
    assert (taken.reviewer, taken.state) == (ben, Slot.State.LEASED)


def test_a_closed_study_is_told_and_keeps_the_text(client, lead, study, slot):
    close_study(study, by=lead)
    refused_with_text(client.post(url(slot), filled_in(slot)), "has been closed")
    response = client.post(reverse("review:next_item", args=[study.pk]), follow=True)
    assert "The study study is closed." in response.content.decode()


def test_a_paused_study_deals_nothing_and_says_so(client, lead, study):
    pause_study(study, by=lead)
    response = client.post(reverse("review:next_item", args=[study.pk]), follow=True)
    assert "The study study is paused." in response.content.decode()


def test_a_graded_item_is_not_opened_again(client, slot):
    client.post(url(slot), filled_in(slot))
    response = client.get(url(slot), follow=True)
    assert "You have already graded this item." in response.content.decode()


def test_the_page_shows_all_that_is_graded_and_every_anchor(client, slot):
    content = client.get(url(slot)).content.decode()
    question = slot.item.trace.question
    assert question.text in content
    assert content.count('<section class="anchors__set') == 6
    assert content.count('name="path_0_precision"') == 5
    assert not re.search(r'value="[1-5]"\s+checked', content)
