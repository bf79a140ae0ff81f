"""One lease a reviewer, whatever the study: opening another study puts the item aside, kept."""

import threading
from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from review.grading.submit import StaleLease
from review.models import Draft, Grade, Reviewer, Slot, Study
from review.queue import claim
from review.queue.claim import leased_slot, next_slot
from review.queue.drafts import DraftContent, DraftSave, reclaim_draft, save_draft
from review.studies.lifecycle import pause_study
from tests import actors, factories
from tests.review.submitting import grade_all, sent, submit

pytestmark = pytest.mark.database_dialect


@pytest.fixture
def lead(db):
    return actors.lead()


@pytest.fixture
def ann(lead) -> Reviewer:
    return actors.reviewer("ann")


@pytest.fixture
def studies(lead, ann) -> tuple[Study, Study]:
    return (
        factories.study(ann, opened_by=lead, size=3, name="first"),
        factories.study(ann, opened_by=lead, size=3, name="second"),
    )


def note(slot: Slot, reviewer: Reviewer, comment: str) -> Draft:
    entered = DraftContent({"comment": comment})
    return save_draft(slot, reviewer=reviewer, fence=slot.fence, save=DraftSave(0), entered=entered)


def test_opening_another_study_frees_the_item_and_keeps_its_draft(studies, ann):
    first, second = studies
    before = next_slot(first, reviewer=ann)
    note(before, ann, "half done")
    opened = next_slot(second, reviewer=ann)
    assert leased_slot(ann) == opened
    before.refresh_from_db()
    assert (before.state, before.reviewer) == (Slot.State.OPEN, None)
    again = next_slot(first, reviewer=ann)
    assert (again.item, again.fence) == (before.item, before.fence + 1)
    assert Draft.objects.get(item=again.item).content == {"comment": "half done"}


def test_an_item_on_which_nothing_was_entered_comes_first_on_return_too(studies, ann):
    first, second = studies
    submit(next_slot(first, reviewer=ann), ann)
    before = next_slot(first, reviewer=ann)
    next_slot(second, reviewer=ann)
    assert next_slot(first, reviewer=ann).item == before.item


def test_someone_else_may_take_what_was_put_aside(lead, ann):
    ben = actors.reviewer("ben")
    shared = factories.study(ann, ben, opened_by=lead, size=1, name="shared")
    other = factories.study(ann, opened_by=lead, size=1, name="other")
    slot = next_slot(shared, reviewer=ann)
    draft = note(slot, ann, "kept to read")
    next_slot(other, reviewer=ann)
    assert next_slot(shared, reviewer=ben).pk == slot.pk
    assert reclaim_draft(draft) is None
    assert leased_slot(ann).item.study == other  # what she holds stays hers


def test_what_passed_to_someone_else_in_this_moment_stays_theirs(lead, ann, monkeypatch):
    ben = actors.reviewer("ben")
    shared = factories.study(ann, ben, opened_by=lead, size=1, name="shared")
    other = factories.study(ann, opened_by=lead, size=1, name="other")
    read = next_slot(shared, reviewer=ann)
    Slot.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    taken = next_slot(shared, reviewer=ben)
    monkeypatch.setattr(claim, "leased_slot", lambda _: read)
    assert next_slot(shared, reviewer=ann) is None
    assert next_slot(other, reviewer=ann) is not None
    assert leased_slot(ben) == taken


@pytest.mark.parametrize("why", ["nothing is left", "the study is paused", "the cap is reached"])
def test_the_item_stays_where_the_other_study_deals_nothing(studies, ann, why):
    first, second = studies
    if why == "nothing is left":
        grade_all(second, ann)
    elif why == "the study is paused":
        pause_study(second, by=second.created_by)
    else:
        second.places.update(cap=0)
    held = next_slot(first, reviewer=ann)
    assert next_slot(second, reviewer=ann) is None
    assert leased_slot(ann) == held
    assert leased_slot(ann).fence == held.fence
    assert not Draft.objects.exists()


def test_going_back_to_the_item_takes_it_again_and_puts_the_other_aside(studies, ann):
    first, second = studies
    client = actors.signed_in(ann.user)
    before = next_slot(first, reviewer=ann)
    response = client.post(reverse("review:next_item", args=[second.pk]), follow=True)
    assert "Your item in first was put aside." in response.content.decode()
    page = reverse("review:grade", args=[before.item.code])
    assert "it is yours again" in client.get(page, follow=True).content.decode()
    assert leased_slot(ann).item == before.item


def test_the_tab_that_was_left_is_told_why_and_its_grade_still_counts(studies, ann):
    first, second = studies
    client = actors.signed_in(ann.user)
    left = next_slot(first, reviewer=ann)
    next_slot(second, reviewer=ann)
    response = client.post(reverse("review:draft", args=[left.item.code]), sent(left))
    assert response.status_code == 409
    assert response.json()["reason"] == "You opened an item in second: this one was put aside."
    client.post(reverse("review:grade", args=[left.item.code]), sent(left))
    assert Grade.objects.get().item == left.item


def test_the_database_itself_refuses_a_second_lease(studies, ann):
    next_slot(studies[0], reviewer=ann)
    other = Slot.objects.filter(item__study=studies[1]).first()
    with pytest.raises(IntegrityError), transaction.atomic():
        Slot.objects.filter(pk=other.pk).update(
            state="leased", reviewer=ann, lease_until="2999-01-01T00:00Z"
        )


def test_of_leases_in_several_studies_the_migration_keeps_the_latest(studies, ann):
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX slot_one_lease_a_reviewer")
    early, late = (study.items.first().slots.get() for study in studies)
    for slot, year in ((early, 2030), (late, 2031)):
        Slot.objects.filter(pk=slot.pk).update(
            state="leased", reviewer=ann, lease_until=f"{year}-01-01T00:00Z"
        )
    migration = import_module("review.migrations.0003_blind_coherence_and_one_lease")
    migration.keep_the_latest_lease(apps, None)
    early.refresh_from_db()
    assert (early.state, early.reviewer) == (Slot.State.OPEN, None)
    assert leased_slot(ann) == late


@pytest.mark.django_db(transaction=True)
def test_tabs_in_two_studies_at_once_never_hold_two_items_and_lose_no_grade():
    lead, people = actors.lead(), [actors.reviewer(f"r{number}") for number in range(4)]
    both = [factories.study(*people, opened_by=lead, size=8, name=name) for name in ("a", "b")]
    errors: list[Exception] = []
    tabs = [(study, person) for study in both for person in people]
    start = threading.Barrier(len(tabs))

    def work(study: Study, person: Reviewer) -> None:
        try:
            start.wait()
            while (slot := next_slot(study, reviewer=person)) is not None:
                assert Slot.objects.filter(reviewer=person, state="leased").count() <= 1
                submit_if_still_mine(slot, person)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=tab) for tab in tabs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    for study in both:
        for person in people:
            grade_all(study, person)
        slots = Slot.objects.filter(item__study=study)
        assert set(slots.values_list("state", flat=True)) == {"filled"}
        assert Grade.objects.filter(item__study=study).count() == slots.count()


def submit_if_still_mine(slot: Slot, person: Reviewer) -> None:
    try:
        submit(slot, person)
    except StaleLease:
        return  # put aside by the other tab, and taken by someone else since
