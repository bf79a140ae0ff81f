"""Coverage: which traces an estimate is of, and what a graded one stands for."""

import numpy as np
import pytest
from django.utils import timezone

from pipeline import store
from pipeline.models import Batch, QuestionSet, Trace
from review.models import Item, Study
from review.releases.selection.choices import Choices
from review.releases.selection.coverage import Coverage
from review.releases.selection.select import select
from review.studies.lifecycle import StudyPlan, open_study
from tests import actors, factories
from tests.review.disagreeing import grade_row
from tests.review.releases.whole_batches import KEPT

pytestmark = pytest.mark.django_db


@pytest.fixture
def batch() -> Batch:
    return factories.made_batch(16)


@pytest.fixture
def study(batch) -> Study:
    """Ten of sixteen, of each stratum at least one: with unequal chances, all graded."""
    ann = actors.reviewer("ann")
    plan = StudyPlan("pilot", [batch], [ann], overlap=1, size=10, seed=3)
    opened = open_study(plan, opened_by=actors.lead())
    for item in opened.items.all():
        grade_row(item, ann)
    return opened


def coverage_of(study: Study, *batches: Batch) -> Coverage:
    (coverage,) = select(Choices(batches, [study], KEPT)).coverages
    return coverage


def domain_of(coverage: Coverage) -> set[int]:
    rows = np.asarray(coverage.domain, dtype=np.int64)
    return set(coverage.drawn_from.traces[rows].tolist())


def test_what_more_than_grades_speaks_against_is_no_part_of_the_domain(batch, study):
    kept = set(batch.traces.filter(kept=True).values_list("pk", flat=True))
    assert domain_of(coverage_of(study, batch)) == kept
    ungraded = batch.traces.filter(kept=True).exclude(items__study=study).first()
    exam = QuestionSet.objects.create(name="exam", source="x", licence="MIT", is_benchmark=True)
    asked = store.question_record(ungraded.question)
    store.question_row(exam, asked).save()
    found = domain_of(coverage_of(study, batch))
    assert ungraded.pk not in found
    assert found < kept


def test_a_graded_trace_stands_for_more_where_its_chance_was_smaller(batch, study):
    """Of two in one stratum, drawn with different chances in different phases."""
    first, second, *_ = study.items.filter(trace__kept=True).order_by("pk")
    assert first.stratum == second.stratum
    for item, chance in ((first, 0.25), (second, 0.5)):
        Item.objects.filter(pk=item.pk).update(inclusion_probability=chance)
    weights = coverage_of(study, batch).weights()
    assert weights[first.pk] == pytest.approx(2 * weights[second.pk])


def test_where_a_study_s_items_alone_are_released_each_counts_once(study):
    Item.objects.filter(study=study).update(inclusion_probability=0.25)
    coverage = coverage_of(study)
    assert {answer.probability for answer in coverage.answers} == {1.0}
    assert set(coverage.weights().values()) == {1.0}


def test_rows_of_a_batch_that_no_study_sampled_are_counted_apart(batch, study):
    other = factories.made_batch(4, name="other", first=16)
    alone = select(Choices([batch], [study], KEPT)).quality
    both = select(Choices([batch, other], [study], KEPT)).quality
    assert alone.without_evidence == 0
    assert both.without_evidence == other.traces.filter(kept=True).count() > 0
    assert both.sample == alone.sample


def test_a_trace_made_after_the_study_opened_is_counted_apart(batch):
    late, *_ = batch.traces.filter(kept=True).order_by("pk")
    made = {"state": late.state, "kept": True}
    batch.traces.filter(pk=late.pk).update(
        state=Trace.State.FAILED, kept=None, failure_reason="no_path"
    )
    plan = StudyPlan("pilot", [batch], [actors.reviewer("ann")], overlap=1, size=4, seed=3)
    study = open_study(plan, opened_by=actors.lead())
    batch.traces.filter(pk=late.pk).update(**made, failure_reason="", settled_at=timezone.now())
    selection = select(Choices([batch], [study], KEPT))
    assert selection.quality.without_evidence == 1
    assert late.pk not in domain_of(selection.coverages[0])
