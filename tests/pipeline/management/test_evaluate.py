"""`manage.py evaluate`: start, go on, read again, or only count."""

import io

import pytest
from django.core.management import CommandError, call_command

from pipeline.evaluations import answering
from pipeline.evaluations.starting import start_evaluation
from pipeline.jobs.claims import claim_item
from pipeline.models import Evaluation, EvaluationItem, LLMCall
from tests.factories import endpoints
from tests.pipeline.evaluations import scripted
from tests.pipeline.evaluations.scripted import said

pytestmark = pytest.mark.django_db


@pytest.fixture
def model(monkeypatch):
    model = scripted.scripted(said("Answer: A"))
    monkeypatch.setattr(answering, "open_model", lambda endpoint, question_set: model)
    return model


def evaluate(**options: object) -> str:
    told = io.StringIO()
    call_command("evaluate", stdout=told, **options)
    return told.getvalue()


def candidate():
    return endpoints.endpoint("candidate", role="evaluated", model="org/candidate-1")


def test_two_benchmarks_are_two_evaluations_and_the_figures_are_printed(model):
    candidate(), scripted.benchmark(), scripted.benchmark("more", scripted.CASES[:2])
    told = evaluate(endpoint="candidate", benchmark="drugs,more", wait=True, threads=1, orders=2)
    assert "candidate-1 on drugs, free: finished, 4 questions" in told
    assert "accuracy, unread counted wrong            25.0 % (4.6 to 69.9)" in told
    assert "same letter, other content                100.0 %" in told
    assert Evaluation.objects.filter(state="finished").count() == 2


def test_one_whose_process_was_killed_goes_on_where_it_stood(model):
    evaluation = start_evaluation(scripted.plan())
    claim_item(evaluation)
    EvaluationItem.objects.filter(state="claimed").update(lease_until="2020-01-01T00:00Z")
    assert "finished" in evaluate(resume=evaluation.name, wait=True, threads=1)
    assert LLMCall.objects.filter(status="settled").count() == 4


def test_a_paused_one_goes_on_and_one_that_pauses_says_why(model):
    candidate(), scripted.benchmark()
    with pytest.raises(CommandError, match="The evaluation paused: Budget spent"):
        evaluate(endpoint="candidate", benchmark="drugs", wait=True, threads=1, budget_tokens=9)
    evaluation = Evaluation.objects.get()
    Evaluation.objects.update(budget_tokens=None)
    assert "finished" in evaluate(resume=evaluation.name, wait=True, threads=1)


def test_a_dry_run_counts_and_writes_nothing(model):
    candidate(), scripted.benchmark()
    told = evaluate(endpoint="candidate", benchmark="drugs", dry_run=True, orders=3)
    assert "12, of which 0 are answered already" in told
    assert "unknown: no price of the model is known" in told
    assert not Evaluation.objects.exists()
    assert model.asked == []


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"endpoint": "nobody", "benchmark": "drugs"}, "There is no endpoint named nobody"),
        ({"endpoint": "candidate", "benchmark": "none"}, "There is no question set named none"),
        ({"endpoint": "candidate"}, "at least one --benchmark"),
        ({"resume": "nothing"}, "There is no evaluation named nothing"),
    ],
)
def test_what_is_not_there_is_said(model, options, sentence):
    candidate(), scripted.benchmark()
    with pytest.raises(CommandError, match=sentence):
        evaluate(**options)
