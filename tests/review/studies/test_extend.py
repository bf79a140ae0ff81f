"""Extending a study: more raters, more grades an item, nothing taken back."""

import pytest

from pipeline.accounts.roles import Role, grant_role
from pipeline.core.errors import Refusal
from pipeline.models import Event
from review.grading.controls import ExpectedGrade, mark_control
from review.models import Item, Slot
from review.queue.claim import next_slot
from review.studies.extend import extend_study
from review.studies.lifecycle import StudyPlan, close_study, open_study
from tests import actors, factories
from tests.review.submitting import grade_all

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


@pytest.fixture
def study(lead, ann):
    check = factories.made_batch(1, name="checks", first=100).traces.get()
    plan = StudyPlan(
        "study",
        [factories.made_batch(4)],
        [ann],
        overlap=1,
        repeat_share=0.5,
        controls=[mark_control(check, expected=ExpectedGrade(4, 4), by=lead)],
    )
    return open_study(plan, opened_by=lead)


def places(study, kind) -> set[int]:
    return {item.slots.count() for item in study.items.filter(kind=kind)}


def test_a_new_rater_has_work_and_every_control_item(study, lead, ann, ben):
    grade_all(study, ann)
    assert next_slot(study, reviewer=ben) is None
    extend_study(study, reviewers=[ben], by=lead)
    assert places(study, Item.Kind.CONTROL) == {2}
    assert places(study, Item.Kind.SAMPLED) == {1}
    assert next_slot(study, reviewer=ben).item.kind == Item.Kind.CONTROL


def test_a_higher_overlap_opens_places_and_keeps_grades(study, lead, ann, ben):
    graded = len(grade_all(study, ann))
    extend_study(study, reviewers=[ben], overlap=2, by=lead)
    study.refresh_from_db()
    assert study.overlap == 2
    assert places(study, Item.Kind.SAMPLED) == places(study, Item.Kind.REPEAT) == {2}
    assert Slot.objects.filter(state=Slot.State.FILLED).count() == graded
    assert len(grade_all(study, ben)) == 5
    event = Event.objects.get(action="study.extended")
    assert event.payload["reviewers"] == [ben.pseudonym]
    assert event.payload["slots"] == 4 + 1 + 2


def test_a_new_rater_has_the_cap_of_the_others(study, lead, ben):
    study.places.update(cap=2)
    extend_study(study, reviewers=[ben], by=lead)
    assert len(grade_all(study, ben)) == 2


def test_extending_twice_adds_nobody_twice(study, lead, ben):
    extend_study(study, reviewers=[ben], by=lead)
    extend_study(study, reviewers=[ben], by=lead)
    assert study.places.count() == 2
    assert places(study, Item.Kind.CONTROL) == {2}


@pytest.mark.parametrize("overlap", [0, 3])
def test_an_overlap_that_falls_or_exceeds_the_raters_is_refused(study, lead, ben, overlap):
    with pytest.raises(Refusal):
        extend_study(study, reviewers=[ben], overlap=overlap, by=lead)
    assert study.places.count() == 1


def test_who_sees_grades_cannot_join(study, lead, ben):
    grant_role(ben.user, Role.ADJUDICATOR)
    with pytest.raises(Refusal, match="sees grades"):
        extend_study(study, reviewers=[ben], by=lead)


def test_a_closed_study_is_not_extended(study, lead, ben):
    close_study(study, by=lead)
    with pytest.raises(Refusal):
        extend_study(study, reviewers=[ben], by=lead)
