"""One evaluation in the browser: watch it, steer it, read what it came to."""

from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from pipeline import tasks
from pipeline.accounts.roles import Role
from pipeline.core.errors import Refused, TruncatedOutput
from pipeline.evaluations.imported.held_against import OthersFile
from pipeline.evaluations.imported.importing import ImportPlan, import_outputs
from pipeline.evaluations.page.funnel import funnel_of
from pipeline.evaluations.results import scores_of
from pipeline.evaluations.starting import start_evaluation
from pipeline.jobs.lifecycle import cancel_job, pause_job
from pipeline.models import Evaluation, EvaluationItem, Event
from pipeline.sources.key_corrections import correct_key
from tests import actors
from tests.pipeline.evaluations.scripted import CASES, answered, benchmark, plan, said

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def rung(monkeypatch) -> list[int]:
    heard: list[int] = []
    monkeypatch.setattr(tasks.pump_evaluation, "delay", heard.append)
    return heard


@pytest.fixture
def client() -> Client:
    return actors.signed_in(actors.lead())


def page(client: Client, evaluation: Evaluation, **headers: str) -> str:
    response = client.get(reverse("pipeline:evaluation", args=[evaluation.pk]), headers=headers)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def send(client: Client, name: str, evaluation: Evaluation, *more: str, **data: Any):
    url = reverse(f"pipeline:evaluation_{name}", args=[evaluation.pk, *more])
    return client.post(url, data, follow=True)


def told(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def imported() -> Evaluation:
    lines = "\n".join(f'{{"id": "drugs-{n}", "output": "Answer: A"}}' for n in (1, 2, 9))
    file = OthersFile(BytesIO(lines.encode()), "theirs.jsonl")
    return import_outputs(ImportPlan("theirs", benchmark(), "their/model"), file)


def test_the_fragment_polls_while_it_runs_and_then_stops_with_the_figures(client, monkeypatch):
    running = start_evaluation(plan())
    shown = page(client, running, HX_Request="true")
    assert "<html" not in shown
    assert 'hx-trigger="every 2s"' in shown
    assert "0 of 4 answers settled, 4 pending" in shown
    finished, _ = answered(
        monkeypatch, said("Answer: A"), question_set=benchmark("b"), endpoint=running.endpoint
    )
    shown = page(client, finished, HX_Request="true")
    assert "hx-get" not in shown
    assert "Accuracy, three ways" in shown


def test_while_it_runs_neither_accuracy_nor_right_answers_are_told(client, monkeypatch):
    evaluation, _ = answered(monkeypatch, said("Answer: A"))
    Evaluation.objects.update(state=Evaluation.State.RUNNING)
    shown = page(client, evaluation)
    assert "Accuracy, three ways" not in shown
    assert ">Right<" not in shown
    assert "How the outputs were read" in shown


def test_the_funnel_counts_every_answer_once_and_agrees_with_the_scoring(client, monkeypatch):
    evaluation, _ = answered(
        monkeypatch,
        TruncatedOutput("cut", stage="evaluation", text="Most likely", finish_reason="length"),
        Refused("declined", stage="evaluation", text="I cannot help with that."),
        said(""),
        *(said(f"Answer: {letter}") for letter in "ABCDABCD"),
        orders=2,
    )
    EvaluationItem.objects.filter(pk=evaluation.answers.last().pk).update(
        state="failed", stage="", letter="", label="", failure_reason="timed_out"
    )
    funnel = funnel_of(evaluation)
    assert funnel == scores_of(evaluation).funnel
    assert sum(row.items for row in funnel.rows) == funnel.items == 8
    shown = page(client, evaluation)
    for words in ("refused, or said not to know", "broken off before an answer", "No output"):
        assert words in shown
    assert "There is no output for" not in shown  # that one was not under the order as stated
    assert "The same question under several orders of its options" in shown


def test_accuracy_three_ways_with_chance_and_method_in_words(client, monkeypatch):
    outputs = [said("Answer: A"), said("Answer: B"), said("Who knows."), said("Answer: A")]
    evaluation, _ = answered(monkeypatch, *outputs)
    shown = page(client, evaluation)
    for figure in ("50.0 %", "66.7 %", "75.0 %", "25.0 %", "15.0 to 85.0"):
        assert f">{figure}<" in shown, figure
    assert "1 of 4 answers could not be read" in shown
    assert "Wilson's score interval, 95 %" in shown.replace("&#x27;", "'")
    assert "fewer than 20 items" in shown


def test_pause_resume_and_cancel(client, rung, django_capture_on_commit_callbacks):
    evaluation = start_evaluation(plan())
    assert "Resume" in send(client, "steer", evaluation, "pause").content.decode()
    assert rung == []
    with django_capture_on_commit_callbacks(execute=True):
        assert 'id="pause"' in send(client, "steer", evaluation, "resume").content.decode()
    assert rung == [evaluation.pk]
    question = client.get(reverse("pipeline:evaluation_cancel", args=[evaluation.pk]))
    assert "4 pending answers will never be asked for" in question.content.decode()
    assert "4 cancelled" in " ".join(send(client, "cancel", evaluation).content.decode().split())
    assert told(send(client, "cancel", evaluation)) == ["The evaluation is cancelled."]
    assert Event.objects.filter(action="evaluation.cancelled").count() == 1


def test_a_paused_one_says_why_as_text_and_does_not_poll(client):
    evaluation = start_evaluation(plan())
    pause_job(evaluation, reason="No <b>model</b> here.")
    shown = page(client, evaluation)
    assert "hx-get" not in shown
    assert "Paused: No &lt;b&gt;model&lt;/b&gt; here." in shown


def test_the_budget_is_changed_and_one_that_is_spent_is_refused(client, monkeypatch):
    evaluation, _ = answered(monkeypatch, said("Answer: A"), budget_tokens=2300)
    Evaluation.objects.update(spent_tokens=2200)
    assert evaluation.state == Evaluation.State.PAUSED
    assert "Raise the budget" in page(client, evaluation)
    wrong = send(client, "budget", evaluation, budget_tokens=1)
    assert wrong.status_code == 422
    assert "cancel the evaluation" in wrong.content.decode()
    assert told(send(client, "budget", evaluation, budget_tokens=90_000)) == [
        "The budget is changed."
    ]
    evaluation.refresh_from_db()
    assert evaluation.budget_tokens == 90_000


def failed(monkeypatch) -> Evaluation:
    evaluation, _ = answered(monkeypatch, said("Answer: A"))
    evaluation.answers.filter(question__id_in_source__in=["drugs-1", "drugs-2"]).update(
        state="failed", stage="", letter="", label="", failure_reason="timed_out"
    )
    return evaluation


def test_failures_stand_by_reason_and_are_asked_again(
    client, monkeypatch, rung, django_capture_on_commit_callbacks
):
    evaluation = failed(monkeypatch)
    shown = page(client, evaluation)
    assert "There is no output for 2 of 4 items: they count as wrong." in shown
    assert 'id="retry-timed_out"' in shown
    with django_capture_on_commit_callbacks(execute=True):
        response = send(client, "retry", evaluation, reason="timed_out")
    assert told(response) == ["Answers that will be asked for again: 2."]
    assert evaluation.answers.filter(state="pending").count() == 2
    assert set(rung) == {evaluation.pk}


def test_a_cancelled_one_is_not_asked_again(client, monkeypatch):
    evaluation = failed(monkeypatch)
    Evaluation.objects.update(state=Evaluation.State.CANCELLED)
    assert "retry-timed_out" not in page(client, evaluation)
    assert told(send(client, "retry", evaluation, reason="timed_out")) == [
        "The evaluation is cancelled."
    ]


def test_calls_and_an_unknown_price_are_told(client, monkeypatch):
    evaluation, _ = answered(monkeypatch, said("Answer: A"))
    shown = page(client, evaluation)
    assert "The cost of 4 calls is not known" in shown
    assert "Cost per answer" in shown


def test_a_corrected_key_and_new_questions_are_told(client, monkeypatch):
    evaluation, _ = answered(monkeypatch, said("Answer: A"))
    assert "The benchmark is still the same." in page(client, evaluation)
    first = evaluation.question_set.questions.first()
    correct_key(first, label="B", text="", reason="Ruled.", by=actors.person("second", Role.LEAD))
    shown = page(client, evaluation)
    assert "1 key was corrected" in shown
    assert "A then, B now" in shown
    assert "it asks" not in shown
    benchmark(cases=[("Another?", "A")], id_in_source="drugs-5")
    assert "it asks 5 questions now" in page(client, evaluation)


def test_questions_without_options_are_counted_as_left_out(client):
    drugs = benchmark()
    benchmark(cases=[("What else?", "A")], options=[], id_in_source="open")
    assert "1 question without options or without a key" in page(
        client, start_evaluation(plan(drugs))
    )


def test_outputs_read_by_an_earlier_extractor_are_pointed_out(client, monkeypatch):
    evaluation, _ = answered(monkeypatch, said("Answer: A"))
    assert 'id="outdated"' not in page(client, evaluation)
    evaluation.answers.update(extractor="v0", stage="an_earlier_stage")
    shown = page(client, evaluation)
    assert "read by extractor v0" in shown
    assert "an earlier stage" in shown


def test_an_imported_one_says_where_it_is_from_and_cannot_be_steered(client):
    evaluation = imported()
    shown = page(client, evaluation)
    assert "theirs.jsonl" in shown
    assert "3, of which 2 fit a question, 1 fit none" in shown
    assert "not in file" in shown
    assert "Calls and cost" not in shown
    for control in ("Ask again", 'id="pause"', 'id="like-this"', "Change the budget"):
        assert control not in shown
    response = send(client, "retry", evaluation, reason="not_in_file")
    assert told(response) == ["The evaluation theirs was imported: nothing can be asked again."]
    assert told(send(client, "steer", evaluation, "pause")) == ["The evaluation is finished."]


def test_an_auditor_sees_everything_and_may_steer_nothing(monkeypatch):
    evaluation = failed(monkeypatch)
    shown = page(actors.signed_in(actors.person("auditor", Role.AUDITOR)), evaluation)
    assert "timed out" in shown
    assert 'method="post" action="/evaluations' not in shown


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.ADJUDICATOR])
def test_clinicians_see_no_key_and_no_output_of_a_benchmark(monkeypatch, role):
    evaluation, _ = answered(monkeypatch, said("Answer: A"))
    clinician = actors.signed_in(actors.person("clinician", role))
    item = evaluation.answers.first()
    for url in (
        reverse("pipeline:evaluations"),
        reverse("pipeline:evaluation", args=[evaluation.pk]),
        reverse("pipeline:answers", args=[evaluation.pk]),
        reverse("pipeline:answer", args=[item.key]),
    ):
        response = clinician.get(url)
        assert response.status_code == 403
        assert CASES[0][0] not in response.content.decode()


@pytest.mark.parametrize("number", [0, 10**30])
def test_an_evaluation_that_is_not_there_is_not_found(client, number):
    assert client.get(f"/evaluations/{number}/").status_code == 404
    assert client.post(f"/evaluations/{number}/pause/").status_code == 404


def test_looking_is_not_steering(client):
    evaluation = start_evaluation(plan())
    url = reverse("pipeline:evaluation_steer", args=[evaluation.pk, "pause"])
    assert client.get(url).status_code == 405
    cancel_job(evaluation)
    assert "asked first" not in page(client, evaluation)
