"""What was judged and is not taken is frozen for training, unless nothing of it may be used."""

import pytest

from pipeline import store
from pipeline.models import Batch, QuestionSet, Trace
from review.models import Study
from review.releases.selection.choices import Choices
from review.releases.selection.select import select
from review.studies.lifecycle import StudyPlan, open_study
from tests import actors, factories
from tests.review.disagreeing import grade_row
from tests.review.releases.whole_batches import KEPT

pytestmark = pytest.mark.django_db


@pytest.fixture
def batch() -> Batch:
    return factories.made_batch(4)


@pytest.fixture
def study(batch) -> Study:
    """Every trace sampled and rejected."""
    ann = actors.reviewer("ann")
    plan = StudyPlan("pilot", [batch], [ann], overlap=1, seed=3)
    opened = open_study(plan, opened_by=actors.lead())
    for item in opened.items.all():
        grade_row(item, ann, decision="reject")
    return opened


def frozen(batch: Batch, study: Study) -> set[int]:
    selection = select(Choices([batch], [study], KEPT))
    return {one.trace for one in selection.frozen_traces()}


def asked_by_a_benchmark(trace: Trace) -> None:
    exam = QuestionSet.objects.create(name="exam", source="x", licence="MIT", is_benchmark=True)
    store.question_row(exam, store.question_record(trace.question)).save()


def kept_from_publication(trace: Trace) -> None:
    QuestionSet.objects.filter(pk=trace.question.question_set_id).update(may_be_released=False)


def test_what_was_rejected_is_frozen(batch, study):
    assert frozen(batch, study) == set(study.items.values_list("trace", flat=True))


@pytest.mark.parametrize("harm", [asked_by_a_benchmark, kept_from_publication])
def test_what_may_not_be_published_is_not_frozen_either(batch, study, harm):
    trace = study.items.filter(trace__kept=True).first().trace
    harm(trace)
    assert trace.pk not in frozen(batch, study)
