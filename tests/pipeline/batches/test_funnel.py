"""The funnel: every trace is counted once, at the stage and for the reason it left."""

import pytest

from pipeline.batches.funnel import Funnel, funnel_of
from pipeline.jobs.progress import Reason
from pipeline.models import Batch, Trace
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def batch() -> Batch:
    """Twelve traces in every state there is."""
    made = factories.batch(12)
    rows = list(made.traces.order_by("pk"))
    outcomes: list[dict[str, object]] = [
        {"state": "made", "kept": True},
        {"state": "made", "kept": True},
        {"state": "made", "kept": False, "rejections": "leakage"},
        {"state": "made", "kept": False, "rejections": "leakage,answer"},
        _failed("extraction", "no_mention_found"),
        _failed("linking", "answer_not_mapped"),
        _failed("linking", "answer_not_mapped"),
        _failed("search", "no_path"),
        _failed("generation", "refused"),
        _failed("unexpected", "unexpected_error"),
        {"state": "cancelled"},
    ]
    for row, outcome in zip(rows, outcomes, strict=False):
        Trace.objects.filter(pk=row.pk).update(**outcome)
    return made


def _failed(stage: str, reason: str) -> dict[str, object]:
    return {"state": "failed", "failure_stage": stage, "failure_reason": reason}


def passed(funnel: Funnel) -> list[int]:
    return [stage.passed for stage in funnel.stages]


def test_the_states_add_up(batch):
    funnel = funnel_of(batch)
    assert (funnel.total, funnel.pending, funnel.claimed, funnel.cancelled) == (12, 1, 0, 1)
    assert (funnel.kept, funnel.discarded, funnel.failed) == (2, 2, 6)
    assert funnel.settled + funnel.pending + funnel.claimed + funnel.cancelled == funnel.total
    assert funnel.made == 4


def test_each_stage_holds_what_did_not_leave_before_it(batch):
    funnel = funnel_of(batch)
    assert passed(funnel) == [9, 7, 6, 6, 5, 5, 4, 2]
    assert funnel.stages[1].reasons == (Reason("answer_not_mapped", 2),)


def test_what_leaves_is_the_difference_between_two_stages(batch):
    funnel = funnel_of(batch)
    remaining = funnel.settled
    for stage in funnel.stages:
        remaining -= sum(reason.count for reason in stage.reasons)
        assert remaining == stage.passed


def test_a_stage_the_list_does_not_know_is_shown_not_dropped(batch):
    unknown = funnel_of(batch).stages[-2]
    assert unknown.title == "Ended without a known stage"
    assert unknown.reasons == (Reason("unexpected_error", 1),)


def test_filter_rejections_stand_at_the_end_and_are_no_failures(batch):
    funnel = funnel_of(batch)
    rejected = funnel.stages[-1]
    assert rejected.is_filters
    assert {reason.title: reason.count for reason in rejected.reasons} == {
        "leakage": 1,
        "leakage, answer": 1,
    }
    assert "leakage" not in {reason.reason for reason in funnel.failures}


def test_failures_are_listed_largest_first(batch):
    failures = funnel_of(batch).failures
    assert failures[0] == Reason("answer_not_mapped", 2)
    assert sum(reason.count for reason in failures) == 6


def test_earlier_attempts_are_not_counted(batch):
    failed = batch.traces.filter(failure_reason="no_path")
    failed.update(is_current=False)
    assert (funnel_of(batch).total, funnel_of(batch).failed) == (11, 5)


def test_a_fresh_batch_has_a_funnel_and_a_bar(batch):
    funnel = funnel_of(factories.batch(1, name="fresh"))
    assert (funnel.settled, funnel.bar) == (0, 1)
    assert passed(funnel) == [0] * 7


def test_it_costs_one_query(batch, django_assert_num_queries):
    with django_assert_num_queries(1):
        funnel_of(batch)
