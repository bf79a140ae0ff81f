"""Stuck items: places that nobody in the study is left to fill."""

import pytest

from review.models import Decline, StudyReviewer
from review.queue.claim import next_slot
from review.studies.extend import extend_study
from review.studies.stuck_items import stuck_items
from tests import actors, factories
from tests.review.submitting import submit

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead():
    return actors.lead()


@pytest.fixture
def people():
    return [actors.reviewer(name) for name in ("ann", "ben", "cat")]


@pytest.fixture
def study(lead, people):
    return factories.study(*people, opened_by=lead, size=2, overlap=2)


def test_a_fresh_study_has_none(study):
    assert stuck_items(study).count == 0


def test_an_item_is_stuck_once_more_places_are_open_than_people_left(study, people):
    item = study.items.first()
    Decline.objects.create(item=item, reviewer=people[0])
    assert stuck_items(study).count == 0
    Decline.objects.create(item=item, reviewer=people[1])
    found = stuck_items(study)
    assert (found.count, found.first[0].missing, found.first[0].declines) == (1, 1, 2)
    assert found.first[0].question == item.trace.question.text


def test_a_new_reviewer_gets_it_unstuck(study, lead, people):
    for person in people[:2]:
        Decline.objects.create(item=study.items.first(), reviewer=person)
    extend_study(study, reviewers=[actors.reviewer("dan")], by=lead)
    assert stuck_items(study).count == 0


def test_who_is_at_the_cap_or_has_left_the_house_is_no_longer_counted_on(study, people):
    submit(next_slot(study, reviewer=people[0]), people[0])
    StudyReviewer.objects.filter(reviewer=people[0]).update(cap=1)
    people[1].user.is_active = False
    people[1].user.save()
    assert stuck_items(study).count == 1


def test_a_complete_item_is_not_stuck(study, people):
    for person in people[:2]:
        while (slot := next_slot(study, reviewer=person)) is not None:
            submit(slot, person)
    for person in people:
        person.user.is_active = False
        person.user.save()
    assert stuck_items(study).count == 0
