"""Grading: one grade a slot, complete, idempotent, fenced, in the audit."""

import threading
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from pipeline.core.errors import Refusal
from pipeline.models import Event
from review.grading.submit import (
    GradeSubmission,
    PathSubmission,
    StaleLease,
    graded_paths,
    submit_grade,
)
from review.models import Grade, Slot
from review.queue.claim import next_slot
from tests import actors, factories

pytestmark = [pytest.mark.django_db, pytest.mark.database_dialect]


@pytest.fixture
def lead():
    return actors.lead()


@pytest.fixture
def ann():
    return actors.reviewer("ann")


@pytest.fixture
def slot(lead, ann):
    return next_slot(factories.study(ann, opened_by=lead), reviewer=ann)


def entry(slot: Slot, **changes) -> GradeSubmission:
    fields: dict[str, Any] = {
        "cot_precision": 4,
        "cot_coherence": 5,
        "decision": "accept",
        "paths": {path: PathSubmission(5, 4) for path in graded_paths(slot.item)},
    }
    return GradeSubmission(**(fields | changes))


def submit(slot: Slot, reviewer, **changes) -> Grade:
    fields: dict[str, Any] = {"fence": slot.fence, "key": uuid.uuid4(), "entry": entry(slot)}
    return submit_grade(slot, reviewer=reviewer, **(fields | changes))


def test_a_submitted_grade_fills_the_slot_and_holds_what_was_entered(slot, ann):
    grade = submit(slot, ann)
    slot.refresh_from_db()
    assert slot.state == Slot.State.FILLED
    assert (grade.cot_precision, grade.cot_coherence, grade.decision) == (4, 5, "accept")
    paths = grade.path_grades.values_list("path", "precision", "coherence")
    assert list(paths) == [(path, 5, 4) for path in graded_paths(slot.item)]
    assert list(paths)
    assert grade.rubric_version == slot.item.study.rubric_version


def test_submitting_twice_gives_one_grade(slot, ann):
    key = uuid.uuid4()
    assert submit(slot, ann, key=key) == submit(slot, ann, key=key)
    assert Grade.objects.count() == 1


def test_a_key_of_another_item_saves_nothing_and_loses_nothing(lead, ann):
    first = next_slot(factories.study(ann, opened_by=lead, size=2), reviewer=ann)
    key = uuid.uuid4()
    submit(first, ann, key=key)
    second = next_slot(first.item.study, reviewer=ann)
    with pytest.raises(StaleLease, match="another item"):
        submit(second, ann, key=key)
    second.refresh_from_db()
    assert second.state == Slot.State.LEASED
    assert Grade.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_the_same_moment_give_one_grade(slot, ann):
    key, grades, errors = uuid.uuid4(), [], []
    together = threading.Barrier(4)

    def click():
        together.wait()
        try:
            grades.append(submit(slot, ann, key=key).pk)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=click) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(grades) == 4
    assert len(set(grades)) == 1


def test_a_second_tab_cannot_grade_the_item_again(slot, ann):
    submit(slot, ann)
    with pytest.raises(StaleLease):
        submit(slot, ann)
    assert Grade.objects.count() == 1


def test_a_stale_fence_saves_nothing(slot, ann):
    with pytest.raises(StaleLease):
        submit(slot, ann, fence=slot.fence - 1)
    assert not Grade.objects.exists()


def test_somebody_elses_slot_cannot_be_filled(slot):
    with pytest.raises(StaleLease):
        submit(slot, actors.reviewer("ben"))
    assert not Grade.objects.exists()


def test_a_late_submit_counts_while_nobody_else_took_the_slot(slot, ann):
    Slot.objects.update(lease_until=timezone.now() - timedelta(hours=1))
    assert submit(slot, ann).pk


def test_every_cited_path_must_be_graded_and_no_other(slot, ann):
    with pytest.raises(Refusal, match="Path 1"):
        submit(slot, ann, entry=entry(slot, paths={}))
    foreign = dict(entry(slot).paths) | {9: PathSubmission(1, 1)}
    with pytest.raises(Refusal, match="does not cite"):
        submit(slot, ann, entry=entry(slot, paths=foreign))
    slot.refresh_from_db()
    assert slot.state == Slot.State.LEASED


def test_a_grade_is_in_the_studys_own_audit_chain(slot, ann):
    grade = submit(slot, ann)
    event = Event.objects.get(action="grade.submitted")
    assert event.chain.name == slot.item.study.event_chain
    assert (event.actor, event.subject_id) == (ann.user, str(grade.pk))
    assert event.digest == event.computed_digest()


def test_a_grade_counts_though_the_lease_ran_out_while_a_place_is_free(lead, ann):
    ben = actors.reviewer("ben")
    study = factories.study(ann, ben, opened_by=lead, size=1, overlap=2)
    late = next_slot(study, reviewer=ann)
    assert late is not None
    Slot.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    next_slot(study, reviewer=ben)
    assert submit(late, ann).slot.reviewer == ann
    assert Slot.objects.filter(state=Slot.State.FILLED).count() == 1


def test_a_grade_is_refused_once_every_place_has_passed_to_others(lead, ann):
    ben = actors.reviewer("ben")
    study = factories.study(ann, ben, opened_by=lead, size=1)
    late = next_slot(study, reviewer=ann)
    assert late is not None
    Slot.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    taken = next_slot(study, reviewer=ben)
    assert taken is not None
    with pytest.raises(StaleLease, match="dealt anew"):
        submit(late, ann)
    assert submit(taken, ben).pk
