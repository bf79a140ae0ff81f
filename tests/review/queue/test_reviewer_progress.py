"""Progress, pace, breaks and one's own history; the page's queries do not grow with rows."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from review.models import Grade, Item, Slot, StudyReviewer
from review.queue.claim import next_slot, reclaim_slot
from review.queue.reviewer_progress import own_grades, own_progress
from tests import actors, factories
from tests.factories.screen import three_paths_and_steps
from tests.review.submitting import grade_all, submit

pytestmark = pytest.mark.django_db
MOST_QUERIES = 12


@pytest.fixture
def ann():
    return actors.reviewer("ann")


@pytest.fixture
def lead():
    return actors.lead()


@pytest.fixture
def study(lead, ann):
    return factories.study(ann, opened_by=lead, size=4)


def test_without_a_grade_there_is_no_pace(study, ann):
    pace = own_progress(study, reviewer=ann)
    assert (pace.done, pace.size, pace.seconds, pace.minutes_left) == (0, 4, None, None)
    assert not pace.break_due


def test_the_rest_takes_the_median_of_the_active_seconds(study, ann):
    submit(next_slot(study, reviewer=ann), ann, active_seconds=100)
    submit(next_slot(study, reviewer=ann), ann, active_seconds=140)
    pace = own_progress(study, reviewer=ann)
    assert (pace.done, pace.position, pace.seconds, pace.minutes_left) == (2, 3, 120, 4)


def test_nothing_left_takes_no_minutes(study, ann):
    client = actors.signed_in(ann.user)
    history = reverse("review:history", args=[study.pk])
    submit(next_slot(study, reviewer=ann), ann, active_seconds=100)
    assert "minutes left" in client.get(history).content.decode()
    grade_all(study, ann)
    assert own_progress(study, reviewer=ann).minutes_left is None
    assert "minutes left" not in client.get(history).content.decode()


def test_size_is_bounded_by_the_cap_and_by_what_others_leave(lead, study, ann):
    StudyReviewer.objects.update(cap=3)
    assert own_progress(study, reviewer=ann).size == 3
    ben = actors.reviewer("ben")
    shared = factories.study(ann, ben, opened_by=lead, size=4, name="shared")
    for _ in range(3):
        submit(next_slot(shared, reviewer=ben), ben)
    assert own_progress(shared, reviewer=ann).size == 1


@pytest.mark.usefixtures("unguarded")
def test_a_break_is_due_when_the_work_went_on_without_a_pause(study, ann, monkeypatch):
    monkeypatch.setattr("review.queue.reviewer_progress.BREAK_AFTER", timedelta(minutes=30))
    for grade in grade_all(study, ann):
        minutes = 9 * (5 - grade.study_position)
        Grade.objects.filter(pk=grade.pk).update(
            submitted_at=timezone.now() - timedelta(minutes=minutes)
        )
    assert own_progress(study, reviewer=ann).break_due
    Grade.objects.filter(study_position=3).update(
        submitted_at=timezone.now() - timedelta(minutes=26)
    )
    assert not own_progress(study, reviewer=ann).break_due  # a pause of 17 minutes before the last


def test_a_break_hint_is_on_the_page(study, ann, monkeypatch):
    submit(next_slot(study, reviewer=ann), ann)
    monkeypatch.setattr("review.queue.reviewer_progress.BREAK_AFTER", timedelta(0))
    slot = next_slot(study, reviewer=ann)
    page = actors.signed_in(ann.user).get(reverse("review:grade", args=[slot.item.code]))
    assert "time for a short break" in page.content.decode()


def test_an_earlier_twin_stays_out_of_the_history_until_its_repeat_is_graded(study, ann):
    grades = grade_all(study, ann)
    twin = grades[0].item
    repeat = Item.objects.create(
        study=study, trace=twin.trace, kind=Item.Kind.REPEAT, repeat_of=twin
    )
    Slot.objects.create(item=repeat, number=1)
    assert twin.pk not in own_grades(study, reviewer=ann).values_list("item", flat=True)
    assert own_grades(study, reviewer=ann).count() == 3
    submit(reclaim_slot(repeat, reviewer=ann), ann)
    assert own_grades(study, reviewer=ann).count() == 5


def test_the_history_shows_ones_own_grades_only(lead, ann):
    ben = actors.reviewer("ben")
    study = factories.study(ann, ben, opened_by=lead, size=2, overlap=2, name="two")
    grade_all(study, ben, decision="reject")
    grade_all(study, ann)
    content = actors.signed_in(ann.user).get(reverse("review:history", args=[study.pk]))
    grades = content.context["page"].object_list
    assert {grade.reviewer for grade in grades} == {ann}
    assert "badge--reject" not in content.content.decode()


def queries(client, address) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_the_page_takes_as_many_queries_for_30_rows_as_for_3(lead, ann):
    """Rows of steps on the page, and of items and grades behind it."""
    counted = {}
    for rows in (3, 30):
        study = factories.study(ann, opened_by=lead, size=rows + 1, name=f"of {rows}")
        for _ in range(rows):
            submit(next_slot(study, reviewer=ann), ann)
        slot = next_slot(study, reviewer=ann)
        three_paths_and_steps(slot.item.trace, steps=rows)
        client = actors.signed_in(ann.user)
        address = reverse("review:grade", args=[slot.item.code])
        client.post(reverse("review:draft", args=[slot.item.code]), {"fence": slot.fence})
        counted[rows] = queries(client, address)
    assert counted[3] == counted[30] <= MOST_QUERIES


@pytest.mark.usefixtures("unguarded")
def test_a_session_goes_on_in_another_study_and_ends_with_a_long_pause(lead, study, ann):
    submit(next_slot(study, reviewer=ann), ann)
    other = factories.study(ann, opened_by=lead, size=1, name="other")
    submit(next_slot(other, reviewer=ann), ann)
    Grade.objects.update(submitted_at=timezone.now() - timedelta(minutes=31))
    submit(next_slot(study, reviewer=ann), ann)
    places = Grade.objects.order_by("pk").values_list("study_position", "session_position")
    assert list(places) == [(1, 1), (1, 2), (2, 1)]


@pytest.mark.usefixtures("unguarded")
def test_a_place_in_the_session_is_not_guessed_from_grades_without_one(study, ann):
    submit(next_slot(study, reviewer=ann), ann)
    Grade.objects.update(session_position=None)
    submit(next_slot(study, reviewer=ann), ann)
    assert Grade.objects.latest("pk").session_position is None
