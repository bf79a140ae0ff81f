"""Entries: steps, invalid edges, flags, and what "complete" means."""

import pytest
from django.urls import reverse

from pipeline import store
from pipeline.core.errors import Refusal
from review.grading.submission import PathSubmission, StepSubmission, step_numbers
from review.grading.submit import graded_paths
from review.models import Grade, StepLabel
from review.queue.claim import next_slot
from tests import actors, factories
from tests.review.submitting import sent, submit

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann():
    return actors.reviewer("ann")


@pytest.fixture
def slot(ann):
    return next_slot(factories.study(ann, opened_by=actors.lead(), size=1), reviewer=ann)


@pytest.fixture
def numbers(slot):
    return step_numbers(store.trace_record(slot.item.trace))


def post(slot, ann, **changes):
    address = reverse("review:grade", args=[slot.item.code])
    return actors.signed_in(ann.user).post(address, sent(slot, **changes))


def test_step_labels_and_corrections_are_kept_and_the_first_error_known(slot, ann, numbers):
    first = numbers[0]
    wrong = {f"step_{first}": "incorrect", f"step_{first}_correction": "Not in children."}
    post(slot, ann, **wrong)
    grade = Grade.objects.get()
    assert grade.first_incorrect_step == first
    label = grade.step_labels.get(step=first)
    assert (label.label, label.correction) == ("incorrect", "Not in children.")
    assert grade.step_labels.count() == len(numbers)


def test_no_incorrect_step_is_0_and_no_labels_at_all_is_unknown(slot, ann):
    post(slot, ann)
    assert Grade.objects.get().first_incorrect_step == 0
    assert submit_elsewhere(ann).first_incorrect_step is None


def submit_elsewhere(ann):
    study = factories.study(ann, opened_by=actors.lead("other"), size=1, name="other")
    return submit(next_slot(study, reviewer=ann), ann)


def test_all_steps_or_none(slot, ann, numbers):
    with pytest.raises(Refusal, match="every step"):
        submit(slot, ann, steps={numbers[0] + 90: StepSubmission("correct")})
    assert not StepLabel.objects.exists()


def test_invalid_edges_are_positions_in_the_path(slot, ann):
    path = graded_paths(slot.item)[0]
    post(slot, ann, **{f"path_{path}_invalid": ["0"]})
    assert Grade.objects.get().path_grades.get(path=path).invalid_edges == [0]


def test_an_invalid_edge_that_is_not_there_is_refused(slot, ann):
    paths = {path: PathSubmission(5, 5, (77,)) for path in graded_paths(slot.item)}
    with pytest.raises(Refusal, match="not there"):
        submit(slot, ann, paths=paths)
    assert post(slot, ann, path_0_invalid=["77"]).status_code == 422


def test_flags_are_kept_beside_the_scales(slot, ann):
    post(slot, ann, safety_flag="severe", answer_key_disputed="on")
    grade = Grade.objects.get()
    assert (grade.safety_flag, grade.answer_key_disputed) == ("severe", True)


def test_nothing_is_flagged_that_was_not_flagged(slot, ann):
    post(slot, ann)
    grade = Grade.objects.get()
    assert (grade.safety_flag, grade.answer_key_disputed, grade.cannot_judge) == ("", False, "")


def test_who_cannot_judge_gives_a_reason_and_no_grades(slot, ann):
    post(slot, ann, cannot_judge="context_missing", cot_precision=None, decision=None)
    grade = Grade.objects.get()
    assert grade.cannot_judge == "context_missing"
    assert (grade.cot_precision, grade.cot_coherence, grade.decision) == (None, None, "")
    assert not grade.path_grades.exists()
    assert not grade.step_labels.exists()


@pytest.mark.parametrize("change", [{"safety_flag": "fatal"}, {"cannot_judge": "tired"}])
def test_what_no_form_could_send_is_refused(slot, ann, change):
    assert post(slot, ann, **change).status_code == 422
    assert not Grade.objects.exists()


def test_a_reason_beside_grades_is_refused(slot, ann):
    with pytest.raises(Refusal):
        submit(slot, ann, cannot_judge="context_missing")
