"""The placebo arms: which questions, made towards which option, and kept out of every result."""

import pytest
from django.db import IntegrityError, transaction

from pipeline import access, store
from pipeline.batches import lifecycle
from pipeline.batches.costs import cost_per_kept
from pipeline.batches.funnel import current_traces, funnel_of
from pipeline.core.config import preset
from pipeline.core.errors import InvalidConfiguration, Refusal
from pipeline.core.records import Option
from pipeline.jobs.costs import costs_of
from pipeline.jobs.progress import progress_of
from pipeline.models import Batch, Event, LLMCall, Trace
from review.exports.jsonl import batch_lines
from review.grading.controls import ExpectedGrade, mark_control
from review.sampling.draw import population
from review.studies.lifecycle import StudyPlan, open_study
from tests import actors, factories
from tests.factories.endpoints import call

pytestmark = [pytest.mark.django_db, pytest.mark.database_dialect]
Arm = Trace.Arm


def start(size: int = 4, *, share: float = 1.0, **changes: object) -> Batch:
    name = str(changes.setdefault("name", "placebo"))
    return lifecycle.start_batch(
        factories.question_set(size, name=f"{name}-questions"),
        knowledge_graph=factories.graph(f"{name}-graph"),
        config=preset("demonstration"),
        placebo_share=share,
        **changes,  # type: ignore[arg-type]
    )


@pytest.fixture
def made() -> Batch:
    """Four questions, all with both placebos, all made."""
    batch = start()
    lifecycle.run_batch(batch)
    batch.refresh_from_db()
    return batch


def arms_of(batch: Batch) -> dict[str, int]:
    names = list(batch.traces.values_list("arm", flat=True))
    return {arm: names.count(arm) for arm in Arm.values}


@pytest.mark.parametrize(
    ("share", "drawn"), [(0.0, 0), (0.1, 1), (0.5, 2), (0.6, 3), (1.0, 4)], ids=range(5)
)
def test_both_placebos_are_made_for_the_share_of_questions(share, drawn):
    assert arms_of(start(share=share)) == {
        Arm.KEY: 4,
        Arm.PLACEBO_RANDOM: drawn,
        Arm.PLACEBO_NEAREST: drawn,
    }


def test_the_draw_follows_the_seed_and_grows_with_the_share():
    def drawn(name: str, share: float) -> set[str]:
        traces = start(8, share=share, name=name).traces.filter(arm=Arm.PLACEBO_RANDOM)
        return set(traces.values_list("question__id_in_source", flat=True))

    assert drawn("one", 0.25) == drawn("two", 0.25) < drawn("more", 0.75)


def test_a_question_without_a_wrong_option_has_no_placebo():
    questions = factories.question_set(1)
    free = factories.question(5, options=(), answer_label=None)
    twice = (Option("A", "Salbutamol"), Option("B", "salbutamol"))
    double = factories.question(6, options=twice, answer_label="A", answer_text="Salbutamol")
    for record in (free, double):
        store.question_row(questions, record).save()
    batch = lifecycle.start_batch(
        questions,
        knowledge_graph=factories.graph(),
        config=preset("demonstration"),
        samples=2,
        placebo_share=1,
    )
    assert arms_of(batch) == {Arm.KEY: 6, Arm.PLACEBO_RANDOM: 2, Arm.PLACEBO_NEAREST: 2}


@pytest.mark.parametrize("share", [-0.1, 1.5])
def test_a_share_that_is_none_is_refused(share):
    with pytest.raises(InvalidConfiguration, match="must be 0 to 1"):
        start(share=share)


def test_a_set_without_options_is_refused_a_placebo():
    questions = factories.question_set(0)
    free = factories.question(0, options=(), answer_label=None)
    store.question_row(questions, free).save()
    config = preset("demonstration")
    with pytest.raises(InvalidConfiguration, match="a placebo needs a wrong one"):
        lifecycle.start_batch(
            questions, knowledge_graph=factories.graph(), config=config, placebo_share=0.5
        )


def test_the_audit_holds_the_share():
    started = Event.objects.filter(action="batch.started")
    assert started.get(subject_id=start(share=0.5).pk).payload["placebo_share"] == 0.5
    plain = start(share=0, name="plain")
    assert "placebo_share" not in started.get(subject_id=plain.pk).payload


def test_a_placebo_is_made_towards_a_wrong_option_and_says_nothing_else(made):
    assert made.state == Batch.State.FINISHED
    for row in made.traces.exclude(arm=Arm.KEY).select_related("question"):
        record = store.trace_record(row)
        assert record.question.answer_label != row.question.answer_label
        texts = dict(row.question.options)
        assert record.question.answer_text == texts[record.question.answer_label]
        assert row.kept is (record.kept if record.failure is None else None)
        assert "placebo" not in row.record


def test_a_placebo_without_a_wrong_option_is_a_typed_failure():
    batch = start(1)
    batch.question_set.questions.update(options=[])
    lifecycle.run_batch(batch)
    placebo = batch.traces.filter(arm=Arm.PLACEBO_RANDOM).get()
    assert placebo.failure_reason == "unexpected_error"
    assert "no wrong option" in placebo.failure_detail


def test_one_current_trace_for_each_question_sample_and_arm():
    row = start(1).traces.get(arm=Arm.PLACEBO_RANDOM)
    for attempt in (1, 2):
        row.pk, row.attempt = None, attempt
        row.key = f"00000000-0000-4000-8000-00000000000{attempt}"
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save(force_insert=True)


def test_a_retry_keeps_the_arm(made):
    failed = made.traces.filter(arm=Arm.PLACEBO_NEAREST).first()
    failure = {"state": "failed", "failure_reason": "refused", "kept": None}
    Trace.objects.filter(pk=failed.pk).update(**failure)
    assert lifecycle.retry_failed(made, reason="refused") == 1
    again = made.traces.get(attempt=2)
    assert (again.arm, again.question_id) == (Arm.PLACEBO_NEAREST, failed.question_id)
    attempts = access.attempts_of(again)
    assert [row.attempt for row in attempts] == [1, 2]


def test_progress_counts_every_arm_and_results_only_the_key(made):
    progress = progress_of(current_traces(made))
    assert (progress.total, progress.settled) == (12, 12)
    assert funnel_of(made).total == 4
    kept = funnel_of(made).kept
    made.traces.exclude(arm=Arm.KEY).filter(state="made").update(kept=True)
    assert funnel_of(made).kept == kept


def test_no_placebo_is_sampled_exported_or_marked(made):
    keys = {str(key) for key in made.traces.of_key().values_list("key", flat=True)}
    strata = population([made], include_discarded=True).strata
    assert sum(map(len, strata.values())) == len(keys) == 4
    lines = list(batch_lines(made, only_kept=False))
    assert len(lines) == 4
    assert all(any(key in line for key in keys) for line in lines)
    placebo = made.traces.exclude(arm=Arm.KEY).filter(state="made").first()
    with pytest.raises(Refusal, match="argues for a wrong option"):
        mark_control(placebo, expected=ExpectedGrade(1, 1), by=actors.lead())


def test_a_study_over_the_batch_holds_no_placebo(made):
    plan = StudyPlan(
        name="s", batches=[made], reviewers=[actors.reviewer("ann")], overlap=1, seed=7
    )
    study = open_study(plan, opened_by=actors.lead())
    assert set(study.items.values_list("trace__arm", flat=True)) == {Arm.KEY}


def test_the_cost_of_a_kept_trace_leaves_the_placebos_out(made):
    of_key, placebo = made.traces.of_key().first(), made.traces.exclude(arm=Arm.KEY).first()
    made.traces.of_key().update(kept=True, state="made")
    for trace in (of_key, None, placebo, placebo):
        call(made, trace=trace)
    costs = costs_of(LLMCall.objects.of_job(made))
    assert costs.sent == 4
    per_kept = cost_per_kept(made, costs)
    assert f"{costs.total[1]:.4f} {per_kept[1]:.4f}" == "0.0064 0.0008"
