"""Amending, declining, the reveal: revisions stay, the blind grade stays the current one."""

import uuid

import pytest
from django.urls import reverse

from pipeline.core.errors import Refusal
from pipeline.models import Event
from review.grading.amend import CannotAmend, amend_grade, latest_grade
from review.grading.reveal import peers_shown, reveal_next, reveal_of, verdict_shown
from review.grading.submit import StaleLease
from review.models import Decline, Grade, Reveal, Slot, Study
from review.queue.claim import next_slot
from review.queue.decline import decline_item
from review.studies.lifecycle import close_study, pause_study
from tests import actors, factories
from tests.review.submitting import entry, sent, submit

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead():
    return actors.lead()


@pytest.fixture
def ann():
    return actors.reviewer("ann")


@pytest.fixture
def ben():
    return actors.reviewer("ben")


@pytest.fixture
def study(lead, ann, ben) -> Study:
    study = factories.study(ann, ben, opened_by=lead, size=2, overlap=2)
    Study.objects.update(reveal_after_submit=True)
    study.refresh_from_db()
    return study


@pytest.fixture
def slot(study, ann) -> Slot:
    slot = next_slot(study, reviewer=ann)
    submit(slot, ann)
    return slot


def amend(slot, reviewer, *, reason="A slip.", key=None, **changes) -> Grade:
    key = key or uuid.uuid4()
    return amend_grade(
        slot, reviewer=reviewer, key=key, reason=reason, entry=entry(slot, **changes)
    )


def test_an_amendment_is_a_new_revision_and_the_old_one_stays(slot, ann):
    amend(slot, ann, decision="reject")
    first, second = Grade.objects.order_by("revision")
    assert (first.decision, first.is_current) == ("accept", False)
    assert (second.decision, second.is_current, second.revision) == ("reject", True, 2)
    assert second.amend_reason == "A slip."
    assert second.session_position == first.session_position
    assert second.path_grades.count() == first.path_grades.count()
    event = Event.objects.get(action="grade.amended")
    assert (event.payload["reason"], event.payload["revision"]) == ("A slip.", 2)


def test_amending_twice_with_one_key_gives_one_revision(slot, ann):
    key = uuid.uuid4()
    assert amend(slot, ann, key=key) == amend(slot, ann, key=key)
    assert Grade.objects.count() == 2


def test_a_key_of_another_grade_amends_nothing(slot, ann):
    first = Grade.objects.get(slot=slot)
    other = next_slot(slot.item.study, reviewer=ann)
    key = submit(other, ann).idempotency_key
    with pytest.raises(CannotAmend, match="another item"):
        amend(slot, ann, key=key)
    first.refresh_from_db()
    assert first.is_current


def test_an_amendment_needs_a_reason_a_grade_and_an_open_study(lead, study, slot, ann, ben):
    with pytest.raises(CannotAmend, match="why"):
        amend(slot, ann, reason="  ")
    with pytest.raises(CannotAmend, match="no grade"):
        amend(slot, ben)
    with pytest.raises(Refusal):
        amend(slot, ann, paths={})
    pause_study(study, by=lead)
    with pytest.raises(CannotAmend, match="paused"):
        amend(slot, ann)
    close_study(study, by=lead)
    with pytest.raises(CannotAmend, match="closed"):
        amend(slot, ann)
    assert Grade.objects.count() == 1


def test_the_amend_page_shows_the_grade_and_takes_a_change(slot, ann):
    client = actors.signed_in(ann.user)
    address = reverse("review:amend", args=[slot.item.code])
    content = " ".join(client.get(address).content.decode().split())
    assert 'name="cot_coherence" value="5" checked' in content
    assert client.post(address, sent(slot, decision="revise")).status_code == 422
    assert Grade.objects.count() == 1
    response = client.post(address, sent(slot, decision="revise", reason="Read again."))
    assert response.headers["Location"] == reverse("review:history", args=[slot.item.study_id])
    assert Grade.objects.get(is_current=True).decision == "revise"


def test_a_change_comes_back_to_the_item_in_hand(study, slot, ann):
    client = actors.signed_in(ann.user)
    address = reverse("review:amend", args=[slot.item.code])
    assert "Back to your item" not in client.get(address).content.decode()
    in_hand = reverse("review:grade", args=[next_slot(study, reviewer=ann).item.code])
    assert f'href="{in_hand}">Back to your item' in client.get(address).content.decode()
    response = client.post(address, sent(slot, decision="revise", reason="Read again."))
    assert response.headers["Location"] == in_hand


def test_verdict_first_then_peers_under_letters(study, slot, ann, ben):
    theirs = slot.item.slots.get(state=Slot.State.OPEN)
    Slot.objects.filter(pk=theirs.pk).update(
        state="leased", reviewer=ben, fence=1, lease_until="2999-01-01T00:00Z"
    )
    theirs.refresh_from_db()
    submit(theirs, ben, comment="peer's words")
    assert verdict_shown(slot.item, None) == ()
    reveal_next(slot.item, reviewer=ann)
    shown = reveal_of(slot.item, reviewer=ann)
    assert verdict_shown(slot.item, shown)
    assert peers_shown(slot.item, shown) == []
    shown = reveal_next(slot.item, reviewer=ann)
    (peer,) = peers_shown(slot.item, shown)
    assert (peer.letter, peer.grade.comment) == ("A", "peer's words")


def test_the_reveal_freezes_the_blind_grade(slot, ann):
    reveal_next(slot.item, reviewer=ann)
    later = amend(slot, ann, decision="reject")
    assert (later.after_reveal, later.is_current) == (True, False)
    assert Grade.objects.get(is_current=True).decision == "accept"
    assert latest_grade(slot.item, reviewer=ann) == later


def test_nothing_is_revealed_before_the_grade_or_where_the_study_does_not(study, slot, ann, ben):
    with pytest.raises(Refusal):
        reveal_next(slot.item, reviewer=ben)
    Study.objects.update(reveal_after_submit=False)
    slot.item.study.refresh_from_db()
    with pytest.raises(Refusal):
        reveal_next(slot.item, reviewer=ann)
    client = actors.signed_in(ann.user)
    assert client.get(reverse("review:reveal", args=[slot.item.code])).status_code == 404
    assert not Reveal.objects.exists()


def test_the_reveal_page_shows_nothing_until_asked(study, slot, ann):
    client = actors.signed_in(ann.user)
    address = reverse("review:reveal", args=[slot.item.code])
    assert "passed" not in client.get(address).content.decode()
    client.post(address)
    content = client.get(address).content.decode()
    assert "passed" in content
    assert "No one else" not in content
    client.post(address, {"show": "peers"})
    assert "No one else has graded this item yet." in client.get(address).content.decode()
    following = next_slot(study, reviewer=ann)
    page = client.get(reverse("review:grade", args=[following.item.code])).content.decode()
    assert "data-reopen" not in page  # nothing is reopened after a reveal


def test_two_clicks_for_the_verdict_show_no_peers(slot, ann):
    client = actors.signed_in(ann.user)
    address = reverse("review:reveal", args=[slot.item.code])
    for _ in range(2):
        client.post(address)
    assert Reveal.objects.get().peers_at is None
    client.post(address, {"show": "peers"})
    assert Reveal.objects.get().peers_at is not None
    seen = Event.objects.filter(action="grade.revealed").order_by("pk")
    assert [event.payload["shown"] for event in seen] == ["verdict", "peers"]


def test_a_submit_in_a_revealing_study_leads_to_the_reveal(study, slot, ann):
    following = next_slot(study, reviewer=ann)
    response = actors.signed_in(ann.user).post(
        reverse("review:grade", args=[following.item.code]), sent(following)
    )
    assert response.headers["Location"] == reverse("review:reveal", args=[following.item.code])


def test_a_declined_item_goes_to_others_and_never_comes_back(study, slot, ann):
    held = next_slot(study, reviewer=ann)
    client = actors.signed_in(ann.user)
    address = reverse("review:decline", args=[held.item.code])
    client.post(address, {"fence": held.fence, "reason": ""})
    assert not Decline.objects.exists()
    client.post(address, {"fence": held.fence, "reason": "My own patient"})
    held.refresh_from_db()
    assert (held.state, held.reviewer) == (Slot.State.OPEN, None)
    assert Decline.objects.get().reason == "My own patient"
    assert next_slot(study, reviewer=ann) is None
    assert Event.objects.filter(action="item.declined").count() == 1


def test_declining_twice_is_one_and_a_stale_fence_declines_nothing(study, slot, ann):
    held = next_slot(study, reviewer=ann)
    with pytest.raises(StaleLease):
        decline_item(held, reviewer=ann, fence=held.fence - 1, reason="x")
    for _ in range(2):
        decline_item(held, reviewer=ann, fence=held.fence, reason="x")
    assert Decline.objects.count() == 1
