"""Batches: what start, pump, pause, cancel and retry do to the rows."""

import pytest

from pipeline import store
from pipeline.batches import lifecycle, worker
from pipeline.batches.funnel import funnel_of
from pipeline.core.config import preset
from pipeline.core.errors import InvalidConfiguration, Refusal
from pipeline.jobs.claims import claim_item
from pipeline.jobs.lifecycle import cancel_job, finish_if_done, pause_job, resume_job
from pipeline.models import Batch, Event, Trace
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.database_dialect]


def test_start_makes_one_pending_trace_for_each_question_and_sample():
    batch = factories.batch(3, samples=2)
    assert batch.state == Batch.State.RUNNING
    pending = batch.traces.filter(state=Trace.State.PENDING)
    assert pending.count() == 6
    assert set(pending.values_list("sample_index", flat=True)) == {0, 1}


def test_limit_takes_the_first_questions():
    questions = factories.question_set(4)
    batch = lifecycle.start_batch(
        questions, knowledge_graph=factories.graph(), config=preset("demonstration"), limit=2
    )
    taken = batch.traces.values_list("question__id_in_source", flat=True)
    assert sorted(taken) == ["q0", "q1"]


def test_an_empty_set_cannot_be_started():
    with pytest.raises(InvalidConfiguration, match="no questions"):
        lifecycle.start_batch(
            factories.question_set(0),
            knowledge_graph=factories.graph(),
            config=preset("demonstration"),
        )
    assert not Batch.objects.exists()


def test_pump_settles_every_trace_and_finishes_the_batch():
    batch = factories.made_batch(4)
    assert batch.state == Batch.State.FINISHED
    assert batch.finished_at is not None
    funnel = funnel_of(batch)
    assert (funnel.total, funnel.settled, funnel.failed) == (4, 4, 0)
    assert funnel.kept >= 3


def test_a_settled_row_repeats_its_record():
    row = factories.made_batch(1).traces.get()
    trace = store.trace_record(row)
    assert trace.cot is not None
    assert row.kept is trace.kept
    assert trace.graph_checksum == row.batch.knowledge_graph.checksum
    assert trace.config_fingerprint == row.batch.config_fingerprint


def test_the_same_seed_gives_byte_identical_traces():
    first, second = factories.made_batch(4, name="one"), factories.made_batch(4, name="two")
    first_records, second_records = (
        list(batch.traces.order_by("pk").values_list("record", flat=True))
        for batch in (first, second)
    )
    assert first_records == second_records
    assert all(first_records)


def test_a_paused_batch_hands_out_nothing_until_resumed():
    batch = factories.batch(2)
    pause_job(batch, reason="lunch")
    assert lifecycle.run_batch(batch) == 0
    assert batch.traces.filter(state=Trace.State.PENDING).count() == 2
    resume_job(batch)
    assert lifecycle.run_batch(batch) == 2


def test_cancel_ends_open_traces_and_keeps_made_ones():
    batch = factories.batch(3)
    row = claim_item(batch)
    assert row is not None
    cancel_job(batch)
    assert batch.traces.filter(state=Trace.State.CANCELLED).count() == 3
    with pytest.raises(Refusal, match="cancelled"):
        resume_job(batch)


def test_retry_makes_a_new_attempt_and_keeps_the_earlier_one():
    batch = _batch_with_a_failure()
    failed = batch.traces.get(state=Trace.State.FAILED)
    assert failed.failure_reason == "answer_not_mapped"
    assert lifecycle.retry_failed(batch, reason="answer_not_mapped") == 1
    attempts = batch.traces.filter(question=failed.question).order_by("attempt")
    assert [(a.attempt, a.is_current, a.state) for a in attempts] == [
        (1, False, Trace.State.FAILED),
        (2, True, Trace.State.PENDING),
    ]
    batch.refresh_from_db()
    assert batch.state == Batch.State.RUNNING
    assert lifecycle.retry_failed(batch, reason="no_path") == 0


def test_a_defect_becomes_a_typed_failure_and_stops_nothing(monkeypatch):
    def broken(*_):
        raise RuntimeError("boom")

    batch = factories.batch(2)
    monkeypatch.setattr(worker, "make_trace", broken)
    assert lifecycle.run_batch(batch) == 2
    row = batch.traces.first()
    assert (row.failure_reason, row.failure_detail) == ("unexpected_error", "RuntimeError: boom")


def test_a_trace_lost_to_another_worker_stops_none_of_the_others(monkeypatch):
    lost: list[int] = []
    make = worker._make_or_fail

    def lose_the_first(row, question, tools, calls):
        if not lost:
            lost.append(row.pk)
            calls.halt_reason = ""
        return make(row, question, tools, calls)

    monkeypatch.setattr(worker, "_make_or_fail", lose_the_first)
    assert lifecycle.run_batch(factories.batch(3)) == 3


def test_a_batch_whose_graph_is_gone_pauses_with_the_reason(settings, tmp_path):
    batch = factories.batch(1)
    settings.KNOWLEDGE_GRAPH_DIR = tmp_path
    assert lifecycle.run_batch(batch) == 0
    batch.refresh_from_db()
    assert batch.state == Batch.State.PAUSED
    assert batch.pause_reason


def test_every_change_is_in_the_audit():
    batch = factories.batch(1)
    pause_job(batch)
    resume_job(batch)
    cancel_job(batch)
    actions = Event.objects.filter(subject_type="pipeline.batch").values_list("action", flat=True)
    assert list(actions) == ["batch.started", "batch.paused", "batch.resumed", "batch.cancelled"]


def _batch_with_a_failure() -> Batch:
    questions = factories.question_set(1)
    number = factories.question(
        9,
        options=(),
        answer_label=None,
        answer_text="17 mmol/l",
        text="A child with asthma has wheezing. What is the value?",
    )
    store.question_row(questions, number).save()
    batch = lifecycle.start_batch(
        questions, knowledge_graph=factories.graph(), config=preset("demonstration")
    )
    lifecycle.run_batch(batch)
    return batch


def test_a_retry_leaves_a_paused_batch_paused():
    batch = _batch_with_a_failure()
    Batch.objects.update(state=Batch.State.PAUSED, pause_reason="lunch")
    lifecycle.retry_failed(batch, reason="answer_not_mapped")
    batch.refresh_from_db()
    assert (batch.state, batch.pause_reason) == (Batch.State.PAUSED, "lunch")


def test_a_batch_with_a_fresh_attempt_is_not_finished():
    batch = _batch_with_a_failure()
    lifecycle.retry_failed(batch, reason="answer_not_mapped")
    assert not finish_if_done(batch)
    batch.refresh_from_db()
    assert batch.state == Batch.State.RUNNING
