"""A model is asked a benchmark through the ledger: nothing is asked twice, nothing is lost."""

from dataclasses import replace

import pytest
from django.db.models import Sum

from pipeline import tasks
from pipeline.benchmarks.extraction import EXTRACTOR_VERSION
from pipeline.benchmarks.scoring.comparison import compare
from pipeline.core.errors import EndpointUnavailable, InvalidConfiguration, NoAnswer, Refused
from pipeline.evaluations import answering, reading
from pipeline.evaluations.estimate import estimate_evaluation
from pipeline.evaluations.lifecycle import retry_failed, run_evaluation
from pipeline.evaluations.reading_again import read_again
from pipeline.evaluations.results import answers_of, scores_of
from pipeline.evaluations.starting import start_evaluation
from pipeline.jobs.claims import claim_item, release_claim, return_expired_leases
from pipeline.jobs.lifecycle import cancel_job, pause_job, resume_job
from pipeline.ledger.call import ItemCalls
from pipeline.ledger.ledgered_model import LedgeredModel
from pipeline.models import Evaluation, EvaluationItem, LLMCall
from tests.peers.scripted import Time
from tests.pipeline.evaluations import scripted as factories
from tests.pipeline.evaluations.scripted import said

pytestmark = [pytest.mark.django_db, pytest.mark.database_dialect]


def test_each_question_is_asked_once_and_what_was_read_is_kept(monkeypatch):
    answers = [said(f"Answer: {letter}") for letter in "ABDD"]
    evaluation, model = factories.answered(monkeypatch, *answers)
    assert evaluation.state == Evaluation.State.FINISHED
    assert [item.letter for item in evaluation.answers.all()] == ["A", "B", "D", "D"]
    assert len(model.asked) == evaluation.questions == 4
    assert all(request.answer_type is None for request in model.asked)
    headline = scores_of(evaluation).accuracy.headline
    assert (headline.value, headline.n) == (0.75, 4)
    calls = LLMCall.objects.filter(evaluation=evaluation)
    assert {call.evaluation_item.question_id for call in calls} == set(
        evaluation.question_set.questions.values_list("pk", flat=True)
    )
    assert evaluation.spent_tokens == 4 * 72


def test_other_keys_change_no_letter_that_is_read(monkeypatch):
    evaluation, _ = factories.answered(monkeypatch, said("Answer: B"))
    turned = [(text, "ABCD"[3 - number]) for number, (text, _) in enumerate(factories.CASES)]
    other, _ = factories.answered(
        monkeypatch,
        said("Answer: B"),
        question_set=factories.benchmark("turned", turned),
        endpoint=evaluation.endpoint,
    )
    letters = [list(one.answers.values_list("letter", "stage")) for one in (evaluation, other)]
    assert letters[0] == letters[1]
    assert other.items_sha256 != evaluation.items_sha256


def test_letters_of_a_permuted_order_come_back_to_the_sources_labels(monkeypatch):
    evaluation, _ = factories.answered(monkeypatch, said("Answer: A"), orders=4)
    items = list(evaluation.answers.all())
    assert len(items) == 16
    assert all(item.label == item.shown[0] for item in items)
    assert {item.shown[0] for item in items if item.question_id == items[0].question_id} == {
        *"ABCD"
    }
    following = scores_of(evaluation).letter_following
    assert (following.letter.value, following.content.value) == (1.0, 0.0)


def test_a_cut_text_and_a_refusal_are_outcomes_and_count_as_wrong(monkeypatch):
    evaluation, _ = factories.answered(
        monkeypatch,
        factories.cut("The patient most likely needs"),
        Refused("declined", stage="evaluation", text="I cannot help with that."),
        said("Answer: C"),
        said("Answer: D"),
    )
    assert [item.stage for item in evaluation.answers.all()][:2] == ["truncated", "refused"]
    accuracy = scores_of(evaluation).accuracy
    assert accuracy.headline.value == 0.5
    assert (accuracy.where_read.value, accuracy.unread) == (1.0, 2)


def test_an_endpoint_that_fails_costs_the_headline_and_is_asked_again(monkeypatch):
    gone = EndpointUnavailable("It is gone.", stage="evaluation", may_be_prompt=False)
    evaluation, model = factories.answered(monkeypatch, gone)
    assert evaluation.state == Evaluation.State.PAUSED
    assert "It is gone" in evaluation.pause_reason
    assert not evaluation.answers.exclude(state=EvaluationItem.State.PENDING).exists()
    model.outcomes = [said("Answer: A")]
    resume_job(evaluation)
    run_evaluation(evaluation, threads=1)
    evaluation.refresh_from_db()
    assert evaluation.state == Evaluation.State.FINISHED
    assert answers_of(evaluation).question_ids


def test_failed_items_are_asked_again_and_others_are_not(monkeypatch):
    evaluation, model = factories.answered(monkeypatch, said("Answer: A"))
    item = evaluation.answers.first()
    EvaluationItem.objects.filter(pk=item.pk).update(
        state="failed", stage="", letter="", label="", failure_reason="no_answer"
    )
    LLMCall.objects.filter(evaluation_item=item).delete()
    assert scores_of(evaluation).accuracy.not_answered == 1
    assert retry_failed(evaluation, reason="no_answer") == 1
    asked = len(model.asked)
    run_evaluation(evaluation, threads=1)
    assert len(model.asked) == asked + 1
    assert scores_of(evaluation).accuracy.not_answered == 0


def test_another_run_of_the_same_questions_replays_what_is_settled(monkeypatch):
    evaluation, model = factories.answered(monkeypatch, said("Answer: A"))
    plan = factories.plan(evaluation.question_set, endpoint=evaluation.endpoint)
    estimate = estimate_evaluation(plan)
    assert (estimate.calls, estimate.answered, estimate.output_tokens) == (4, 4, 0)
    again = start_evaluation(plan)
    assert again.items_sha256 == evaluation.items_sha256
    assert again.name != evaluation.name
    run_evaluation(again, threads=1)
    assert len(model.asked) == 4
    assert LLMCall.objects.filter(evaluation=again, status="replayed").count() == 4


def test_a_killed_workers_item_comes_back_and_its_settled_call_is_not_paid_twice(monkeypatch):
    model = factories.scripted(said("Answer: A"))
    monkeypatch.setattr(answering, "open_model", lambda endpoint, question_set: model)
    evaluation = start_evaluation(factories.plan())
    claim_item(evaluation)
    row = evaluation.answers.get(state="claimed")
    answering.open_answerer(evaluation)(row, ItemCalls())  # and dies before it saves
    EvaluationItem.objects.filter(pk=row.pk).update(lease_until="2020-01-01T00:00Z")
    assert return_expired_leases() == 1
    run_evaluation(evaluation, threads=1)
    assert len(model.asked) == 4
    assert not evaluation.answers.exclude(state="made").exists()


def test_an_equal_call_of_a_dead_worker_keeps_nobody_waiting(monkeypatch):
    model = factories.scripted(said("Answer: A"))
    monkeypatch.setattr(answering, "open_model", lambda endpoint, question_set: model)
    evaluation = start_evaluation(factories.plan())
    dead = claim_item(evaluation)
    row = evaluation.answers.get(pk=dead.pk)
    model.outcomes = [KeyboardInterrupt()]
    with pytest.raises(KeyboardInterrupt):
        answering.open_answerer(evaluation)(row, ItemCalls())
    EvaluationItem.objects.filter(pk=dead.pk).update(lease_until="2020-01-01T00:00Z")
    LLMCall.objects.update(status="in_flight", settled_at=None)
    model.outcomes = [said("Answer: A")]
    other = start_evaluation(factories.plan(evaluation.question_set, endpoint=evaluation.endpoint))
    run_evaluation(other, threads=1)
    assert not other.answers.exclude(state="made").exists()
    assert LLMCall.objects.filter(status="uncertain").count() == 1


def test_an_equal_call_of_a_cancelled_evaluation_keeps_nobody_waiting_for_long(monkeypatch):
    evaluation, model = factories.answered(monkeypatch, said("Answer: A"))
    EvaluationItem.objects.update(state="cancelled", stage="", letter="", label="")
    LLMCall.objects.update(status="in_flight", settled_at=None)
    reserved = LLMCall.objects.aggregate(sum=Sum("reserved_tokens"))["sum"]
    Evaluation.objects.update(state="cancelled", reserved_tokens=reserved)
    time = Time()
    other = start_evaluation(factories.plan(evaluation.question_set, endpoint=evaluation.endpoint))
    item = other.answers.first()
    ledgered = replace(answering.open_answerer(other).model, clock=time.clock)
    answering.ItemAnswerer(other, ledgered)(item, ItemCalls())
    assert LLMCall.objects.filter(status="uncertain").count() == 1
    assert len(model.asked) == 5
    limit = evaluation.endpoint.dialect.timeout_seconds
    assert limit < sum(time.slept) < 1.1 * limit


def test_a_budget_pauses_it_and_a_larger_one_goes_on(monkeypatch):
    evaluation, _ = factories.answered(monkeypatch, said("Answer: A"), budget_tokens=100)
    assert evaluation.state == Evaluation.State.PAUSED
    assert "Budget spent" in evaluation.pause_reason
    assert evaluation.answers.filter(state="pending").exists()


def test_the_doorbell_answers_everything_and_the_reaper_rings_for_what_is_left(monkeypatch):
    heard: list[int] = []
    monkeypatch.setattr(tasks.pump_evaluation, "delay", heard.append)
    model = factories.scripted(said("Answer: A"))
    monkeypatch.setattr(answering, "open_model", lambda endpoint, question_set: model)
    evaluation = start_evaluation(factories.plan())
    release_claim(claim_item(evaluation))
    tasks.requeue_expired()
    assert heard == [evaluation.pk]


def test_a_cancelled_evaluation_asks_nothing_more(monkeypatch):
    evaluation = start_evaluation(factories.plan())
    pause_job(evaluation)
    cancel_job(evaluation)
    assert claim_item(evaluation) is None
    assert set(evaluation.answers.values_list("state", flat=True)) == {"cancelled"}


@pytest.mark.parametrize(
    ("choices", "sentence"),
    [
        ({"samples": 3}, "Several samples of a question need a temperature above 0"),
        ({"orders": 25}, "The orders must be 1 to 24"),
        ({"limit": 0}, "The limit must be at least 1"),
        ({"budget_money": 3}, "A budget in money needs a price"),
    ],
)
def test_what_cannot_be_run_is_said_in_a_sentence(choices, sentence):
    with pytest.raises(InvalidConfiguration, match=sentence):
        start_evaluation(factories.plan(**choices))
    assert not Evaluation.objects.exists()


def test_only_a_benchmark_is_evaluated():
    questions = factories.benchmark()
    questions.is_benchmark = False
    questions.save()
    with pytest.raises(InvalidConfiguration, match="is not marked as a benchmark"):
        start_evaluation(factories.plan(questions))


def test_the_same_questions_in_another_set_are_paired(monkeypatch):
    first, _ = factories.answered(monkeypatch, said("Answer: A"))
    turned = factories.benchmark("copy", reversed(factories.CASES))
    second, _ = factories.answered(
        monkeypatch, said("Answer: D"), question_set=turned, endpoint=first.endpoint, replay=False
    )
    pair = compare(answers_of(first), answers_of(second))
    assert (pair.questions, pair.left_out) == (4, 0)
    assert (pair.only_first, pair.only_second) == (1, 1)


def test_outputs_are_read_again_by_a_later_extractor(monkeypatch):
    evaluation, model = factories.answered(
        monkeypatch, said("Answer: A"), factories.cut("It is ("), said("Answer: A")
    )
    evaluation.answers.update(extractor="v0", stage="open_ended", letter="", label="")
    assert read_again(evaluation) == 3
    assert [item.stage for item in evaluation.answers.all()][1] == "truncated"
    assert {item.extractor for item in evaluation.answers.all()} == {EXTRACTOR_VERSION}
    assert len(model.asked) == 4
    assert read_again(evaluation) == 0


def test_what_was_withheld_is_not_read_again_by_a_later_extractor(monkeypatch):
    refused = Refused("declined", stage="evaluation", text="The answer is B.")
    evaluation, _ = factories.answered(monkeypatch, refused, said("Answer: A"))
    monkeypatch.setattr(reading, "EXTRACTOR_VERSION", "v9")
    assert read_again(evaluation) == 0
    withheld, *others = evaluation.answers.all()
    assert (withheld.stage, withheld.letter, withheld.output) == ("refused", "", "The answer is B.")
    assert {item.extractor for item in others} == {"v9"}


def test_a_model_that_says_nothing_each_time_has_answered_with_nothing(monkeypatch):
    nothing = NoAnswer("It is empty.", stage="evaluation", finish_reason="stop", may_be_prompt=True)
    monkeypatch.setattr(LedgeredModel, "ask", _raising(nothing))
    evaluation = start_evaluation(factories.plan())
    run_evaluation(evaluation, threads=1)
    assert {(item.state, item.stage) for item in evaluation.answers.all()} == {("made", "empty")}
    assert scores_of(evaluation).accuracy.not_answered == 0


def _raising(failure):
    def ask(self, request):
        raise failure

    return ask
