"""Benchmarks, and evaluations of a model that says what a test tells it."""

from collections.abc import Iterable
from typing import Any

import pytest

from pipeline import store
from pipeline.core.errors import TruncatedOutput
from pipeline.core.llm.base import Answer, Usage
from pipeline.core.records import Option, Question
from pipeline.evaluations import answering
from pipeline.evaluations.lifecycle import run_evaluation
from pipeline.evaluations.plan import EvaluationPlan
from pipeline.evaluations.starting import start_evaluation
from pipeline.models import Evaluation, QuestionSet
from pipeline.sources.question_sets import QuestionSetTerms, get_or_create_question_set
from tests.factories import endpoints
from tests.peers.scripted import Scripted

DRUGS = ("Metformin", "Lisinopril", "Warfarin", "Salbutamol")
CASES = (
    ("A man of 61 with type 2 diabetes and normal kidneys asks for a first drug.", "A"),
    ("A woman of 54 with high blood pressure and albumin in her urine needs a drug.", "B"),
    ("A man of 70 with atrial fibrillation and a mechanical valve needs anticoagulation.", "C"),
    ("A boy of 9 wheezes after running and needs quick relief.", "D"),
)


def benchmark(
    name: str = "drugs", cases: Iterable[tuple[str, str]] = CASES, **columns: Any
) -> QuestionSet:
    """A benchmark of our own: each case has the same four drugs and the key given."""
    row = get_or_create_question_set(
        name, source="house", terms=QuestionSetTerms(licence="CC0-1.0", is_benchmark=True)
    )
    options = tuple(Option(label, text) for label, text in zip("ABCD", DRUGS, strict=True))
    texts = {option.label: option.text for option in options}
    for number, (text, key) in enumerate(cases, start=1):
        question = Question(row.source, f"{name}-{number}", text, options, key, texts[key])
        unsaved = store.question_row(row, question)
        for column, value in columns.items():
            setattr(unsaved, column, value)
        unsaved.save()
    return row


def said(text: str, *, finish_reason: str = "stop", reasoning: str = "") -> Answer:
    """What a model answers in free text."""
    return Answer(text, text, finish_reason, Usage(60, 12), reasoning)


def scripted(*outcomes: Answer | BaseException) -> Scripted:
    """The model of the evaluated endpoint: it goes through the outcomes, then repeats the last."""
    return Scripted(list(outcomes), endpoint="candidate", model="org/candidate-1")


def cut(text: str) -> TruncatedOutput:
    """A text that ends at the token limit."""
    return TruncatedOutput("It was cut.", stage="evaluation", text=text, finish_reason="length")


def plan(question_set: QuestionSet | None = None, **choices: Any) -> EvaluationPlan:
    """What is chosen: an evaluated model on this machine, the benchmark of our own."""
    endpoint = choices.pop("endpoint", None) or endpoints.endpoint(
        "candidate", role="evaluated", model="org/candidate-1"
    )
    return EvaluationPlan(endpoint, question_set or benchmark(), **choices)


def answered(
    monkeypatch: pytest.MonkeyPatch, *outcomes: Answer | BaseException, **choices: Any
) -> tuple[Evaluation, Scripted]:
    """An evaluation whose model goes through these outcomes, run to its end, and that model."""
    model = scripted(*outcomes)
    monkeypatch.setattr(answering, "open_model", lambda endpoint, question_set: model)
    evaluation = start_evaluation(plan(**choices))
    run_evaluation(evaluation, threads=1)
    evaluation.refresh_from_db()
    return evaluation, model
