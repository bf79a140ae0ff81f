"""Benchmarks and finished evaluations whose every answer is planted; no model is asked."""

import random
from collections.abc import Callable, Iterator
from string import ascii_uppercase
from typing import Any

from django.utils import timezone

from pipeline import store
from pipeline.benchmarks.extraction import EXTRACTOR_VERSION
from pipeline.core.records import Option, Question
from pipeline.evaluations.starting import start_evaluation
from pipeline.models import Endpoint, Evaluation, EvaluationItem, QuestionSet
from pipeline.models import Question as QuestionRow
from tests.factories import endpoints
from tests.pipeline.evaluations.scripted import plan

LABELS = "ABCD"
UNREAD = "open_ended"
# What an item's answer is: the source's label of it, a class of what was not read, None for no
# output.
Answer = Callable[[EvaluationItem, int], str | None]


def benchmark(
    name: str = "exam", n: int = 12, *, source: str = "house", **columns: Any
) -> QuestionSet:
    """A benchmark of questions that are nothing alike; the keys go A, B, C, D in turn."""
    row = QuestionSet.objects.create(
        name=name, source=source, licence="CC0-1.0", is_benchmark=True, **columns
    )
    QuestionRow.objects.bulk_create(store.question_row(row, one) for one in questions(n, name))
    return row


def questions(n: int, prefix: str) -> Iterator[Question]:
    words = random.Random(1)
    for number in range(n):
        key = LABELS[number % 4]
        options = tuple(Option(label, _words(words, 2)) for label in LABELS)
        yield Question(
            source="house",
            id_in_source=f"{prefix}-{number}",
            text=f"{_words(words, 16)}?",
            options=options,
            answer_label=key,
            answer_text=next(option.text for option in options if option.label == key),
            specialty=("cardiology", "neurology")[number % 2],
        )


def _words(words: random.Random, n: int) -> str:
    return " ".join("".join(words.choices("aeioubcdfglmnprst", k=7)) for _ in range(n))


def evaluation(
    question_set: QuestionSet,
    name: str,
    answer: Answer,
    *,
    reader: str = EXTRACTOR_VERSION,
    **choices: Any,
) -> Evaluation:
    """A finished evaluation with these answers; `choices` are those of a plan."""
    endpoint = Endpoint.objects.filter(name="candidate").first() or endpoints.endpoint(
        "candidate", role="evaluated", model="org/candidate-1"
    )
    row = start_evaluation(plan(question_set, endpoint=endpoint, **choices), name=name)
    items = list(row.answers.select_related("question"))
    first = min(item.question_id for item in items)
    for item in items:
        _settle(item, answer(item, item.question_id - first), reader)
    EvaluationItem.objects.bulk_update(
        items, ("state", "stage", "letter", "label", "extractor", "failure_reason")
    )
    Evaluation.objects.filter(pk=row.pk).update(
        state=Evaluation.State.FINISHED, finished_at=timezone.now()
    )
    row.refresh_from_db()
    return row


def _settle(item: EvaluationItem, answer: str | None, reader: str) -> None:
    if answer is None:
        item.state, item.failure_reason = EvaluationItem.State.FAILED, "endpoint_unavailable"
        return
    item.state, item.extractor = EvaluationItem.State.MADE, reader
    if answer in item.shown:
        item.label, item.stage = answer, "lone_letter"
        item.letter = ascii_uppercase[item.shown.index(answer)]
    else:
        item.stage = answer


def right_on(*numbers: int, otherwise: str = "") -> Answer:
    """Right on the questions of these numbers; on the others another option, or what is given."""

    def answer(item: EvaluationItem, number: int) -> str:
        if number in numbers:
            return item.key_label
        return otherwise or LABELS[(LABELS.index(item.key_label) + 1) % 4]

    return answer


def always(letter: str) -> Answer:
    """Whatever stands under this letter."""
    return lambda item, _: item.shown[ascii_uppercase.index(letter)]
