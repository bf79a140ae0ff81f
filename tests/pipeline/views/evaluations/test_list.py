"""The list of evaluations: what each is of, and what it came to."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from pipeline.accounts.roles import Role
from pipeline.evaluations.page.headlines import headlines_of
from pipeline.evaluations.results import scores_of
from pipeline.evaluations.starting import start_evaluation
from pipeline.models import Evaluation
from tests import actors
from tests.pipeline.evaluations.scripted import CASES, answered, benchmark, plan, said

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    return actors.signed_in(actors.lead())


def listed(client: Client, **data: Any) -> str:
    response = client.get(reverse("pipeline:evaluations"), data)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_an_empty_list_says_what_an_evaluation_is(client):
    shown = listed(client)
    assert "No evaluation yet" in shown
    assert reverse("pipeline:evaluation_new") in shown
    assert "Clear" not in shown


def test_newest_first_with_the_accuracy_of_those_that_are_finished(client, monkeypatch):
    finished, _ = answered(monkeypatch, *(said(f"Answer: {letter}") for letter in "ABDD"))
    running = start_evaluation(plan(finished.question_set, endpoint=finished.endpoint))
    shown = listed(client, page="nonsense")
    assert shown.index(f">{running.name}<") < shown.index(f">{finished.name}<")
    assert shown.count("75.0 % (30.1 to 95.4)") == 1
    assert finished.items_sha256[:12] in shown
    assert "free v1" in shown


@pytest.mark.parametrize(("samples", "cases"), [(1, CASES), (3, CASES), (1, (*CASES, CASES[0]))])
def test_the_headline_of_the_list_is_that_of_the_page(monkeypatch, samples, cases):
    outputs = ["Answer: A", "I cannot say.", "Answer: B", "Answer: A", "Answer: D"]
    cases = [(f"{text} {'Again.' * (n > 3)}", key) for n, (text, key) in enumerate(cases)]
    evaluation, _ = answered(
        monkeypatch,
        *map(said, outputs * 3),
        question_set=benchmark(cases=cases),
        samples=samples,
        temperature=1.0,
        orders=2,
    )
    assert headlines_of([evaluation]) == {evaluation.pk: scores_of(evaluation).accuracy.headline}


def test_the_list_takes_the_same_queries_however_long_it_is(
    client, monkeypatch, django_assert_num_queries
):
    evaluation, _ = answered(monkeypatch, said("Answer: A"))
    again = plan(evaluation.question_set, endpoint=evaluation.endpoint)
    for _ in range(3):
        start_evaluation(again)
    Evaluation.objects.update(state=Evaluation.State.FINISHED)
    listed(client)
    with django_assert_num_queries(9):
        listed(client)


def test_one_benchmark_and_one_model_are_found_and_nonsense_finds_nothing(client):
    drugs = start_evaluation(plan())
    other = start_evaluation(plan(benchmark("other"), endpoint=drugs.endpoint))
    assert f">{other.name}<" not in listed(client, benchmark="drugs", model="org/candidate-1")
    assert f">{drugs.name}<" not in listed(client, benchmark="other")
    for nonsense in ({"benchmark": "no-such"}, {"model": "no-such"}, {"model": "a\0b"}):
        assert "No evaluation found" in listed(client, **nonsense)


def test_a_price_that_is_unknown_is_said_and_never_zero(client, monkeypatch):
    answered(monkeypatch, said("Answer: A"))
    assert "price unknown" in listed(client)


def test_an_auditor_reads_the_list_and_starts_nothing():
    start_evaluation(plan())
    shown = listed(actors.signed_in(actors.person("auditor", Role.AUDITOR)))
    assert "candidate-1 on drugs" in shown
    assert "Evaluate a model" not in shown


def test_the_pages_of_set_and_endpoint_lead_to_them(client, monkeypatch):
    answered(monkeypatch, said("Answer: A"))
    of_set = client.get(reverse("pipeline:question_set", args=["drugs"])).content.decode()
    assert reverse("pipeline:evaluations") + "?benchmark=drugs" in of_set
    assert reverse("pipeline:evaluation_new") + "?benchmark=drugs" in of_set
    endpoints = client.get(reverse("pipeline:endpoints")).content.decode()
    assert reverse("pipeline:evaluations") + "?model=org/candidate-1" in endpoints
    assert reverse("pipeline:evaluation_new") + "?endpoint=candidate" in endpoints
