"""Control items: marked by a lead, scored with a tolerance, retired without a trace left."""

import pytest
from django.test import Client
from django.urls import reverse

from pipeline.accounts.roles import Role
from pipeline.core.errors import Refusal
from pipeline.models import Event, Trace
from review.grading.controls import ExpectedGrade, mark_control, meets, retire_control
from review.models import Control, Item
from review.queue.claim import next_slot
from review.studies.lifecycle import StudyPlan, open_study
from review.studies.progress import board_of
from tests import actors, factories
from tests.review.submitting import submit

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead():
    return actors.lead()


@pytest.fixture
def trace(lead) -> Trace:
    return factories.made_batch(2, name="checks", first=100).traces.first()


@pytest.mark.parametrize(
    ("grade", "met"),
    [
        ((4, 4, "accept"), True),
        ((5, 3, "accept"), True),
        ((4, 2, "accept"), False),
        ((2, 4, "accept"), False),
        ((4, 4, "revise"), False),
        ((None, None, ""), False),
    ],
)
def test_a_grade_meets_within_the_tolerance(grade, met):
    expected = {"precision": 4, "coherence": 4, "decision": "accept", "tolerance": 1}
    precision, coherence, decision = grade
    assert meets(expected, precision=precision, coherence=coherence, decision=decision) is met
    anything = expected | {"decision": ""}
    assert meets(anything, precision=4, coherence=4, decision="reject")


def test_marking_again_changes_what_is_expected_and_both_are_events(lead, trace):
    mark_control(trace, expected=ExpectedGrade(4, 4), by=lead)
    control = mark_control(
        trace, expected=ExpectedGrade(2, 3, "reject", 0, "no indication"), by=lead
    )
    assert Control.objects.get() == control
    assert control.expected == {
        "precision": 2,
        "coherence": 3,
        "decision": "reject",
        "tolerance": 0,
    }
    retire_control(control, by=lead)
    retire_control(control, by=lead)
    actions = Event.objects.filter(action__startswith="control").values_list("action", flat=True)
    assert list(actions) == ["control.marked", "control.marked", "control.retired"]


def test_a_trace_without_a_chain_of_thought_is_refused(lead, trace):
    Trace.objects.filter(pk=trace.pk).update(state="failed", kept=None, failure_reason="no_path")
    trace.refresh_from_db()
    with pytest.raises(Refusal):
        mark_control(trace, expected=ExpectedGrade(4, 4), by=lead)


def plan(people, trace, lead, **changes) -> StudyPlan:
    control = mark_control(trace, expected=ExpectedGrade(1, 1), by=lead)
    fields = {"name": "s", "batches": [factories.made_batch(3)], "reviewers": people}
    return StudyPlan(**{**fields, "overlap": 1, "controls": [control], **changes})


def test_the_item_keeps_what_was_expected_then(lead, trace):
    study = open_study(plan([actors.reviewer()], trace, lead), opened_by=lead)
    mark_control(trace, expected=ExpectedGrade(5, 5), by=lead)
    assert study.items.get(kind=Item.Kind.CONTROL).expected["precision"] == 1


def test_a_control_that_the_sample_drew_stays_an_ordinary_item(lead, trace):
    study = open_study(
        plan([actors.reviewer()], trace, lead, batches=[trace.batch]), opened_by=lead
    )
    assert not study.items.filter(kind=Item.Kind.CONTROL).exists()
    assert study.items.get(trace=trace).inclusion_probability == 1


def test_controls_of_another_kind_of_reasoner_are_refused(lead, trace):
    asked = plan([actors.reviewer()], trace, lead)
    asked.controls[0].trace.batch.reasoner_kind = "language_model"
    with pytest.raises(Refusal, match="cannot mix"):
        open_study(asked, opened_by=lead)


def test_the_board_scores_raters_and_keeps_checks_out_of_the_estimates(lead, trace):
    ann = actors.reviewer()
    study = open_study(plan([ann], trace, lead), opened_by=lead)
    while (slot := next_slot(study, reviewer=ann)) is not None:
        submit(slot, ann)
    board = board_of(study)
    assert (board.items, board.grades, board.grades_needed) == (3, 3, 3)
    assert (board.checks, board.checks_needed) == (1, 1)
    assert (board.reviewers[0].checks_met, board.reviewers[0].checks) == (0, 1)
    hidden = board.without_checks()
    assert (hidden.reviewers[0].checks_met, hidden.reviewers[0].checks) == (None, None)
    assert hidden.checks_needed == 0


def test_a_lead_marks_from_the_traces_page_and_retires(lead, trace):
    client: Client = actors.signed_in(lead)
    mark = reverse("review:control_mark", args=[trace.key])
    assert mark in client.get(reverse("pipeline:trace", args=[trace.key])).content.decode()
    entered = {"precision": 2, "coherence": 3, "decision": "", "tolerance": 1, "note": "<b>why"}
    page = client.post(mark, entered, follow=True).content.decode()
    assert "2 / 3 / any" in page
    assert "&lt;b&gt;why" in page
    assert 'value="2" selected' in client.get(mark).content.decode()
    client.post(reverse("review:control_retire", args=[Control.objects.get().pk]))
    assert not Control.objects.get().is_active


@pytest.mark.parametrize("wrong", [{"precision": 6}, {"tolerance": 3}, {"decision": "perfect"}])
def test_what_no_scale_has_is_refused(lead, trace, wrong):
    entered = {"precision": 2, "coherence": 3, "decision": "", "tolerance": 1} | wrong
    response = actors.signed_in(lead).post(
        reverse("review:control_mark", args=[trace.key]), entered
    )
    assert response.status_code == 422
    assert not Control.objects.exists()


def test_an_auditor_sees_the_list_and_is_offered_nothing(lead, trace):
    mark_control(trace, expected=ExpectedGrade(4, 4), by=lead)
    page = actors.signed_in(actors.person("auditor", Role.AUDITOR)).get(reverse("review:controls"))
    assert "4 / 4 / any" in page.content.decode()
    assert "Retire" not in page.content.decode()
