"""Starting evaluations in the browser: the form, what it lacks, what it would take."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from pipeline import tasks
from pipeline.forms.jobs.evaluations import EvaluationForm
from pipeline.models import Evaluation, LLMCall
from pipeline.views.evaluations import start
from tests import actors
from tests.factories import endpoints
from tests.pipeline.evaluations.scripted import answered, benchmark, said

pytestmark = pytest.mark.django_db
NEW = "pipeline:evaluation_new"


@pytest.fixture(autouse=True)
def rung(monkeypatch) -> list[int]:
    heard: list[int] = []
    monkeypatch.setattr(tasks.pump_evaluation, "delay", heard.append)
    return heard


@pytest.fixture
def client() -> Client:
    return actors.signed_in(actors.lead())


@pytest.fixture
def candidate():
    return endpoints.endpoint("candidate", role="evaluated", model="org/candidate-1")


def entered(candidate, *benchmarks, **changes: Any) -> dict[str, object]:
    """What a browser sends of the form as it opens, with these choices."""
    form = EvaluationForm()
    first = {name: form[name].value() for name in form.fields}
    chosen = {"endpoint": candidate.pk, "benchmarks": [row.pk for row in benchmarks]}
    data = {**first, "replay": "on", **chosen, **changes}
    return {name: value for name, value in data.items() if value is not None and value is not False}


def errors_of(response) -> dict[str, list[str]]:
    assert response.status_code == 422
    assert not Evaluation.objects.exists()
    errors: dict[str, list[str]] = response.context["form"].errors
    return errors


def test_a_lead_starts_an_evaluation_and_its_page_opens(
    client, candidate, rung, django_capture_on_commit_callbacks
):
    data = entered(candidate, benchmark(), prompt="strict", orders=4, seed=7, limit=3)
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(reverse(NEW), data)
    evaluation = Evaluation.objects.get()
    assert response.headers["Location"] == reverse("pipeline:evaluation", args=[evaluation.pk])
    assert (evaluation.prompt, evaluation.orders, evaluation.seed) == ("strict", 4, 7)
    assert (evaluation.questions, evaluation.answers.count()) == (3, 12)
    assert (evaluation.temperature, evaluation.replay) == (0.0, True)
    assert evaluation.started_by.username == "lead"
    assert rung == [evaluation.pk]


def test_several_benchmarks_become_an_evaluation_each(client, candidate):
    data = entered(candidate, benchmark("one"), benchmark("two"), budget_tokens=9000)
    response = client.post(reverse(NEW), data, follow=True)
    assert response.redirect_chain == [(reverse("pipeline:evaluations"), 302)]
    assert "2 evaluations are started." in response.content.decode()
    assert set(Evaluation.objects.values_list("budget_tokens", flat=True)) == {9000}
    assert Evaluation.objects.values("question_set").distinct().count() == 2


def test_a_form_that_is_sent_twice_starts_one(client, candidate):
    one, two = benchmark("one"), benchmark("two")
    data = entered(candidate, one, two)
    for _ in range(2):
        assert client.post(reverse(NEW), data).status_code == 302
    assert Evaluation.objects.count() == 2
    named = entered(candidate, one, name="Mine")
    sent = [client.post(reverse(NEW), named).headers["Location"] for _ in range(2)]
    assert sent[0] == sent[1]
    assert Evaluation.objects.count() == 3


def test_who_opens_the_form_anew_starts_another_and_so_does_another_choice(client, candidate):
    drugs = benchmark()
    first = entered(candidate, drugs)
    client.post(reverse(NEW), first)
    client.post(reverse(NEW), entered(candidate, drugs))
    client.post(reverse(NEW), first | {"prompt": "strict"})
    assert Evaluation.objects.count() == 3


def test_another_persons_evaluation_is_not_taken_for_ones_own(client, candidate):
    data = entered(candidate, benchmark())
    client.post(reverse(NEW), data)
    actors.signed_in(actors.lead("second")).post(reverse(NEW), data)
    assert Evaluation.objects.count() == 2


@pytest.mark.parametrize(
    ("changes", "field", "told"),
    [
        ({"benchmarks": []}, "benchmarks", "This field is required"),
        ({"endpoint": ""}, "endpoint", "This field is required"),
        ({"samples": 3}, "temperature", "need a temperature above 0"),
        ({"temperature": 1, "own_temperature": "on"}, "temperature", "not both"),
        ({"orders": 25}, "orders", "less than or equal to 24"),
        ({"max_output_tokens": 0}, "max_output_tokens", "greater than or equal to 1"),
        ({"budget_money": 1}, "budget_money", "is not known"),
        ({"prompt": "other"}, "prompt", "Select a valid choice"),
    ],
    ids=str,
)
def test_what_cannot_be_run_is_said_at_its_field(client, candidate, changes, field, told):
    data = entered(candidate, benchmark(), **changes)
    assert told in errors_of(client.post(reverse(NEW), data))[field][0]


def test_several_evaluations_cannot_have_one_name(client, candidate):
    data = entered(candidate, benchmark("one"), benchmark("two"), name="Mine")
    assert "leave it empty" in errors_of(client.post(reverse(NEW), data))["name"][0]


def test_only_benchmarks_and_models_that_answer_are_offered(client, candidate):
    not_one = benchmark("training")
    not_one.is_benchmark = False
    not_one.save()
    endpoints.endpoint("vectors", role="embeddings", tested=False)
    endpoints.endpoint("reasoner")
    shown = client.get(reverse(NEW)).content.decode()
    assert "No question set is marked as a benchmark yet" in shown
    assert "candidate (org/candidate-1, evaluated model)" in shown
    assert "reasoner (model-r, reasoner)" in shown
    assert "vectors" not in shown


def test_the_temperature_may_be_left_to_the_model(client, candidate):
    client.post(reverse(NEW), entered(candidate, benchmark(), own_temperature="on", samples=2))
    assert Evaluation.objects.get().temperature is None


def test_the_prompts_are_shown_as_they_are_sent(client):
    shown = client.get(reverse(NEW)).content.decode()
    assert "A. (option A)" in shown
    assert "Your last line must be &quot;Answer: &quot;" in shown


def test_what_is_missing_is_told_while_choosing(client, candidate):
    def missing(**data: Any) -> str:
        response = client.get(reverse("pipeline:evaluation_missing"), data)
        return " ".join(response.content.decode().split())

    assert "Still to be chosen: endpoint, benchmarks" in missing()
    untested = endpoints.endpoint("untested", role="evaluated", tested=False)
    told = missing(**entered(untested, benchmark()))
    assert "has not been tested yet" in told
    assert reverse("pipeline:endpoints") in told
    told = missing(**entered(candidate, benchmark("two"), orders=3))
    assert "Nothing is missing: this evaluation can start." in told
    assert "at most 4 questions, 12 calls" in told
    assert "0 (greedy)" in told


def test_an_estimate_counts_every_call_and_starts_nothing(client, candidate):
    endpoints.price("org/candidate-1")
    data = entered(candidate, benchmark(), estimate="yes", budget_tokens=500, budget_money=9)
    shown = " ".join(client.post(reverse(NEW), data).content.decode().split())
    assert "4, of which 0 are answered already" in shown
    assert "at most 8,192" in shown
    assert "may not be enough" in shown
    assert "enough, even if every answer is as long as it may be" in shown
    assert not Evaluation.objects.exists()
    assert not LLMCall.objects.exists()


def test_more_calls_than_a_page_counts_are_left_to_the_command(client, candidate, monkeypatch):
    monkeypatch.setattr(start, "MAX_COUNTED", 3)
    data = entered(candidate, benchmark(), estimate="yes")
    told = errors_of(client.post(reverse(NEW), data))["__all__"][0]
    assert "up to 4 calls" in told
    assert "--dry-run" in told


def test_another_like_it_begins_with_its_settings(client, monkeypatch):
    evaluation, _ = answered(
        monkeypatch, said("Answer: A"), prompt="strict", orders=2, temperature=None, limit=2
    )
    form = client.get(reverse(NEW), {"like": evaluation.pk}).context["form"]
    for name, value in {
        **{"endpoint": evaluation.endpoint_id, "benchmarks": [evaluation.question_set_id]},
        **{"prompt": "strict", "orders": 2, "own_temperature": True, "limit": 2},
    }.items():
        assert form[name].value() == value, name
    for nonsense in ("x", "9" * 19):
        assert client.get(reverse(NEW), {"like": nonsense}).status_code == 200
    assert client.get(reverse(NEW), {"like": evaluation.pk + 1}).status_code == 404


def test_a_link_may_choose_benchmark_and_endpoint(client, candidate):
    drugs = benchmark()
    chosen = {"benchmark": "drugs", "endpoint": "candidate"}
    form = client.get(reverse(NEW), chosen).context["form"]
    assert form["benchmarks"].value() == [drugs.pk]
    assert str(form["endpoint"]).count("selected") == 1
