"""Blindness: no page, fragment or header tells a reviewer what would sway the grade."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from pipeline.core.records import Judgement
from pipeline.models import Batch, Trace
from review.models import Grade, Item, Reviewer, Slot, Study
from review.queue.claim import next_slot
from tests import actors
from tests.review.submitting import entry, submit
from tests.security.blindness.planted import FIGURES, PLANTED, SECRETS, planted_study

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead():
    return actors.lead()


@pytest.fixture
def ann() -> Reviewer:
    return actors.reviewer("ann")


@pytest.fixture
def peer() -> Reviewer:
    return actors.reviewer(f"{PLANTED}-peer-name")


@pytest.fixture
def study(lead, ann, peer) -> Study:
    return planted_study(lead, ann, peer)


def everything_sent(client: Client, study: Study, reviewer: Reviewer) -> str:
    """Bodies and headers of every page on a reviewer's whole way through the study."""
    responses = [client.get(reverse("review:desk"))]
    while (slot := next_slot(study, reviewer=reviewer)) is not None:
        page = reverse("review:grade", args=[slot.item.code])
        responses += [client.post(reverse("review:next_item", args=[study.pk])), client.get(page)]
        responses += [client.post(page, {}), client.get(page, headers={"HX-Request": "true"})]
        draft, decline = f"{page}draft/", f"{page}decline/"
        responses += [client.post(draft, {"fence": slot.fence}), client.post(draft, {"fence": 0})]
        responses += [client.post(decline, {"fence": 0, "reason": "x"}), client.get(page)]
        submit(slot, reviewer)
        amended = {"key": "1" * 32, "reason": "A slip."}
        responses += [client.get(f"{page}amend/"), client.post(f"{page}amend/", amended)]
        stale = {"fence": 0, "key": "0" * 32, "decision": "accept", "cot_precision": 3}
        responses.append(client.post(page, stale))
    responses += [client.get(reverse("review:history", args=[study.pk]))]
    responses.append(client.get(reverse("review:desk")))
    assert {response.status_code for response in responses} == {200, 302, 409, 422}
    return "".join(
        response.content.decode() + str(dict(response.headers)) + str(response.cookies)
        for response in responses
    )


def test_nothing_planted_reaches_the_reviewer(study, ann):
    sent = everything_sent(actors.signed_in(ann.user), study, ann)
    found = [secret for secret in SECRETS if f"{PLANTED}-{secret}" in sent]
    assert found == []
    assert PLANTED not in sent
    assert not [figure for figure in FIGURES if figure in sent]
    assert Grade.objects.filter(reviewer=ann).count() == 5


def test_the_marks_are_where_the_test_believes_them(study):
    stored = [Trace.objects.first().record, *Grade.objects.values_list("comment", flat=True)]
    assert all(PLANTED in text for text in stored)
    assert all(PLANTED in batch.config["preset"] for batch in Batch.objects.all())


def masked(client: Client, slot: Slot) -> str:
    """The grading page without what differs from one item to the next anyway."""
    content = client.get(reverse("review:grade", args=[slot.item.code])).content.decode()
    for changing in (slot.item.code, r'"X-CSRFToken": "\w+"', r'value="[\w-]{36,}"'):
        content = re.sub(changing, "", content)
    return content


def test_a_control_item_looks_like_the_item_of_the_same_trace(study, ann):
    control = study.items.get(kind=Item.Kind.CONTROL)
    twin = study.items.get(kind=Item.Kind.SAMPLED, trace=control.trace)
    pages = []
    for item in (control, twin):
        Slot.objects.filter(reviewer=ann).update(state="open", reviewer=None, lease_until=None)
        slot = item.slots.filter(state=Slot.State.OPEN).first()
        Slot.objects.filter(pk=slot.pk).update(
            state="leased", reviewer=ann, fence=1, lease_until="2999-01-01T00:00Z"
        )
        slot.refresh_from_db()
        pages.append(masked(actors.signed_in(ann.user), slot))
    assert pages[0] == pages[1]


def test_a_grading_page_is_never_cached(study, ann):
    slot = next_slot(study, reviewer=ann)
    response = actors.signed_in(ann.user).get(reverse("review:grade", args=[slot.item.code]))
    assert "no-store" in response.headers["Cache-Control"]
    assert "ETag" not in response.headers


def test_a_reviewer_reaches_none_of_the_pages_that_tell(study, ann):
    client = actors.signed_in(ann.user)
    row = study.items.first().trace
    for page in (
        reverse("pipeline:trace", args=[row.key]),
        reverse("pipeline:batch", args=[row.batch_id]),
        reverse("review:study", args=[study.pk]),
        reverse("review:releases"),
    ):
        assert client.get(page).status_code == 403


def test_a_judges_words_are_no_part_of_an_entry(study, ann):
    slot = next_slot(study, reviewer=ann)
    assert PLANTED not in repr(entry(slot))
    assert Judgement.__dataclass_fields__.keys() == {"correct", "explanation"}
