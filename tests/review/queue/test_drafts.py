"""Drafts: every change kept, by one tab at a time, and the slot back while there is room."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from review.grading.submit import StaleLease
from review.models import Draft, Grade, Reviewer, Slot, Study
from review.queue.claim import next_slot
from review.queue.drafts import DraftContent, DraftSave, OtherTab, reclaim_draft, save_draft
from review.studies.lifecycle import pause_study
from tests import actors, factories
from tests.review.submitting import sent, submit

pytestmark = [pytest.mark.django_db, pytest.mark.database_dialect]


@pytest.fixture
def ann() -> Reviewer:
    return actors.reviewer("ann")


@pytest.fixture
def ben() -> Reviewer:
    return actors.reviewer("ben")


@pytest.fixture
def study(ann, ben) -> Study:
    return factories.study(ann, ben, opened_by=actors.lead(), size=1)


@pytest.fixture
def slot(study, ann) -> Slot:
    return next_slot(study, reviewer=ann)


@pytest.fixture
def client(ann) -> Client:
    return actors.signed_in(ann.user)


def save(slot, reviewer, version=0, fence=None, tab=None, number=0, **content) -> Draft:
    return save_draft(
        slot,
        reviewer=reviewer,
        fence=slot.fence if fence is None else fence,
        save=DraftSave(version, tab, number),
        entered=DraftContent(content, 7),
    )


def expire() -> None:
    Slot.objects.update(lease_until=timezone.now() - timedelta(seconds=1))


def page(slot: Slot) -> str:
    return reverse("review:grade", args=[slot.item.code])


def draft_page(slot: Slot) -> str:
    return reverse("review:draft", args=[slot.item.code])


def test_a_draft_grows_by_versions_and_renews_the_lease(slot, ann):
    expire()
    first = save(slot, ann, comment="a")
    second = save(slot, ann, version=first.version, comment="b")
    assert (first.version, second.version) == (1, 2)
    assert second.content == {"comment": "b"}
    slot.refresh_from_db()
    assert slot.lease_until > timezone.now() + timedelta(minutes=29)


@pytest.mark.parametrize("version", [0, 5])
def test_a_tab_that_wrote_on_an_older_version_saves_nothing(slot, ann, version):
    save(slot, ann, comment="the other tab")
    with pytest.raises(OtherTab) as told:
        save(slot, ann, version=version, comment="this tab")
    assert told.value.version == 1
    assert Draft.objects.get().content == {"comment": "the other tab"}


def test_a_tab_goes_on_from_its_own_save_whose_answer_was_lost(slot, ann):
    tab = uuid4()
    save(slot, ann, tab=tab, number=1, comment="a")
    goes_on = save(slot, ann, tab=tab, number=2, comment="ab")
    assert (goes_on.version, goes_on.content) == (2, {"comment": "ab"})


def test_a_tabs_save_that_comes_late_takes_nothing_back(slot, ann):
    tab = uuid4()
    save(slot, ann, tab=tab, number=2, comment="ab")
    with pytest.raises(OtherTab):
        save(slot, ann, tab=tab, number=1, comment="a")
    assert Draft.objects.get().content == {"comment": "ab"}


def test_a_tab_that_another_has_saved_after_is_told(slot, ann):
    tab = uuid4()
    first = save(slot, ann, tab=tab, number=1, comment="a")
    save(slot, ann, version=first.version, tab=uuid4(), number=1, comment="the other tab")
    with pytest.raises(OtherTab):
        save(slot, ann, version=first.version, tab=tab, number=2, comment="ab")


def test_a_stale_fence_a_strangers_slot_and_a_graded_item_take_no_draft(slot, ann, ben):
    with pytest.raises(StaleLease, match="ran out"):
        save(slot, ann, fence=slot.fence - 1)
    with pytest.raises(StaleLease):
        save(slot, ben)
    submit(slot, ann)
    with pytest.raises(StaleLease, match="submitted"):
        save(slot, ann)
    assert not Draft.objects.exists()


def test_submitting_ends_the_draft(slot, ann):
    save(slot, ann, comment="a")
    submit(slot, ann)
    assert not Draft.objects.exists()


def test_a_lost_item_comes_back_with_its_draft_while_it_is_free(study, slot, ann):
    draft = save(slot, ann, comment="kept")
    Slot.objects.update(state="open", reviewer=None, lease_until=None)
    back = reclaim_draft(draft)
    assert back is not None
    assert (back.item, back.fence, back.reviewer) == (slot.item, slot.fence + 1, ann)
    assert reclaim_draft(draft).fence == back.fence  # one active lease


def test_nothing_is_given_back_to_someone_who_holds_another_item(ann):
    study = factories.study(ann, opened_by=actors.lead("other"), size=2, name="of two")
    slot = next_slot(study, reviewer=ann)
    draft = save(slot, ann)
    Slot.objects.filter(pk=slot.pk).update(state="open", reviewer=None, lease_until=None)
    other = study.items.exclude(pk=slot.item_id).get().slots.get()
    Slot.objects.filter(pk=other.pk).update(
        state="leased", reviewer=ann, lease_until="2999-01-01T00:00Z"
    )
    assert reclaim_draft(draft) is None


def test_nothing_is_given_back_while_the_study_pauses(study, slot, ann):
    draft = save(slot, ann)
    Slot.objects.update(state="open", reviewer=None, lease_until=None)
    pause_study(study, by=study.created_by)
    assert reclaim_draft(draft) is None


def test_the_page_fills_in_the_draft(client, slot):
    data = sent(slot, cot_precision=2, comment="Dose?", draft_version=0, active_seconds=33)
    answer = client.post(draft_page(slot), data | {"path_0_invalid": ["0"]}).json()
    assert answer["version"] == 1
    content = client.get(page(slot)).content.decode()
    assert "Dose?</textarea>" in content
    assert 'value="33"' in content
    assert 'data-version="1"' in content
    assert Draft.objects.get().content["path_0_invalid"] == ["0"]
    assert {"fence", "key", "active_seconds", "csrfmiddlewaretoken", "draft_version"}.isdisjoint(
        Draft.objects.get().content
    )


@pytest.mark.parametrize("change", [{"fence": 99}, {"fence": "x"}, {"fence": "9" * 40}])
def test_a_stale_write_is_told_409_and_why(client, slot, change):
    response = client.post(draft_page(slot), sent(slot) | change)
    assert response.status_code == 409
    assert response.json()["why"] == "lease"


def test_a_second_tab_is_told_409_and_the_newer_version(client, slot):
    client.post(draft_page(slot), sent(slot, draft_version=0))
    response = client.post(draft_page(slot), sent(slot, draft_version=0, comment="Other."))
    assert response.status_code == 409
    assert response.json() == {
        "why": "tab",
        "reason": "This item is open in another tab, which has saved since.",
        "version": 1,
    }


def test_the_same_draft_again_is_saved_already(client, slot):
    """A page that is loaded anew while it saves sends its draft on the older version."""
    first = client.post(draft_page(slot), sent(slot, draft_version=0))
    again = client.post(draft_page(slot), sent(slot, draft_version=0))
    assert (first.json()["version"], again.status_code, again.json()["version"]) == (1, 200, 1)


def test_a_draft_takes_known_fields_of_bounded_length_only(client, slot):
    data = sent(slot, comment="c" * 9000, is_staff="1", expected="5", step_99="correct")
    client.post(draft_page(slot), data)
    content = Draft.objects.get().content
    assert len(content["comment"]) == 4000
    assert {"is_staff", "expected", "step_99"}.isdisjoint(content)


def test_a_nul_in_a_draft_is_left_out(client, slot):
    response = client.post(draft_page(slot), sent(slot, comment="Do\0se", decision="\0"))
    assert response.status_code == 200
    assert Draft.objects.get().content["comment"] == "Dose"


def test_an_expired_item_is_given_back_or_shown_read_only_with_its_text(client, study, slot, ben):
    client.post(draft_page(slot), sent(slot, comment="My doubt."))
    expire()
    taken = next_slot(study, reviewer=ben)
    content = client.get(page(slot)).content.decode()
    assert "Your time on this item ran out" in content
    assert "My doubt.</textarea>" in content
    assert "submit-grade" not in content
    Slot.objects.filter(pk=taken.pk).update(state="open", reviewer=None, lease_until=None)
    content = client.get(page(slot), follow=True).content.decode()
    assert "it is yours again" in content
    assert "My doubt.</textarea>" in content
    assert "submit-grade" in content


def test_an_item_without_a_draft_that_went_to_others_is_not_there(client, study, slot, ben):
    expire()
    next_slot(study, reviewer=ben)
    assert client.get(page(slot)).status_code == 404


def test_keys_are_switched_off_for_the_reviewer_everywhere(client, slot, ann):
    switch = 'data-url="/grade/keys/" checked'
    assert switch in " ".join(client.get(page(slot)).content.decode().split())
    assert client.post(reverse("review:keys"), {"keys": "off"}).status_code == 204
    assert switch not in " ".join(client.get(page(slot)).content.decode().split())
    assert not Reviewer.objects.get(pk=ann.pk).keys_on


def test_active_seconds_are_kept_with_the_grade_within_a_day(client, slot):
    client.post(page(slot), sent(slot, active_seconds=999_999))
    assert Grade.objects.get().active_seconds == 24 * 60 * 60
