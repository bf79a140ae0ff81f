"""The queue: leases, fences, one grade by one person, nothing over-assigned."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from review.models import Decline, Item, Slot, StudyReviewer
from review.queue.claim import free_expired_slots, next_slot
from review.studies.lifecycle import close_study, pause_study, resume_study
from tests import actors, factories

pytestmark = [pytest.mark.django_db, pytest.mark.database_dialect]


@pytest.fixture
def lead():
    return actors.lead()


@pytest.fixture
def ann():
    return actors.reviewer("ann")


@pytest.fixture
def ben():
    return actors.reviewer("ben")


def test_a_reload_gives_the_same_item_back(lead, ann):
    study = factories.study(ann, opened_by=lead)
    first, again = next_slot(study, reviewer=ann), next_slot(study, reviewer=ann)
    assert first is not None
    assert again is not None
    assert (first.pk, first.fence) == (again.pk, again.fence)
    assert Slot.objects.filter(state=Slot.State.LEASED).count() == 1


def test_overlap_gives_an_item_to_two_people_and_never_twice_to_one(lead, ann, ben):
    study = factories.study(ann, ben, opened_by=lead, size=2, overlap=2)
    seen = {person: _drain(study, person) for person in (ann, ben)}
    assert sorted(seen[ann]) == sorted(seen[ben])
    assert len(set(seen[ann])) == 2
    assert not Slot.objects.exclude(state=Slot.State.FILLED).exists()


def test_a_declined_item_is_never_dealt_again(lead, ann):
    study = factories.study(ann, opened_by=lead, size=2)
    declined = study.items.first()
    Decline.objects.create(item=declined, reviewer=ann)
    assert declined.pk not in _drain(study, ann)


def test_an_expired_lease_frees_the_slot_under_a_new_fence(lead, ann, ben):
    study = factories.study(ann, ben, opened_by=lead, size=1)
    held = next_slot(study, reviewer=ann)
    assert next_slot(study, reviewer=ben) is None
    Slot.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    taken = next_slot(study, reviewer=ben)
    assert taken.pk == held.pk
    assert taken.fence == held.fence + 1


def test_nothing_is_dealt_outside_an_open_study_or_to_strangers(lead, ann, ben):
    study = factories.study(ann, opened_by=lead)
    assert next_slot(study, reviewer=ben) is None
    pause_study(study, by=lead)
    assert next_slot(study, reviewer=ann) is None
    resume_study(study, by=lead)
    assert next_slot(study, reviewer=ann) is not None
    close_study(study, by=lead)
    assert next_slot(study, reviewer=ann) is None


def test_a_cap_ends_the_dealing(lead, ann):
    study = factories.study(ann, opened_by=lead, size=3)
    StudyReviewer.objects.update(cap=1)
    assert len(_drain(study, ann)) == 1


@pytest.mark.django_db(transaction=True)
def test_eight_people_at_once_over_assign_nothing(lead):
    people = [actors.reviewer(f"r{n}") for n in range(8)]
    study = factories.study(*people, opened_by=lead, size=4, overlap=2)
    errors: list[Exception] = []

    def work(person):
        try:
            _drain(study, person)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert Slot.objects.filter(state=Slot.State.FILLED).count() == 8
    for item in Item.objects.all():
        assert item.slots.values("reviewer").distinct().count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_slot_filled_at_the_last_moment_is_not_opened_again(lead, ann, ben):
    study = factories.study(ann, opened_by=lead, size=1)
    slot = next_slot(study, reviewer=ann)
    Slot.objects.update(lease_until=timezone.now() - timedelta(seconds=1))

    def work():
        free_expired_slots(study, except_for=ben)
        connection.close()

    freeing = threading.Thread(target=work)
    with transaction.atomic():
        Slot.objects.filter(pk=slot.pk).update(state=Slot.State.FILLED, lease_until=None)
        freeing.start()
        # Long enough for the other one to look at the slot and wait for this transaction.
        freeing.join(0.5)
    freeing.join()
    slot.refresh_from_db()
    assert (slot.state, slot.reviewer) == (Slot.State.FILLED, ann)


def _drain(study, person) -> list[int]:
    """Take and fill every slot the queue deals the reviewer; item ids in order."""
    seen = []
    while (slot := next_slot(study, reviewer=person)) is not None:
        Slot.objects.filter(pk=slot.pk, fence=slot.fence).update(
            state=Slot.State.FILLED, lease_until=None
        )
        seen.append(slot.item_id)
    return seen
