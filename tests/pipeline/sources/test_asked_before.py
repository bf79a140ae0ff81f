"""The same question with another key, in one file, in one set, or beside another, is told."""

import io
import json

import pytest

from pipeline.models import Question, QuestionLoad
from pipeline.sources.question_sets import get_or_create_question_set
from pipeline.sources.questions import load_questions

pytestmark = pytest.mark.django_db

TEXTS = {"A": "Parainfluenza virus", "B": "Adenovirus", "C": "Rhinovirus"}
TURNED = {"A": "Adenovirus", "B": "Parainfluenza virus", "C": "Rhinovirus"}


def asked(number: int, label: str, options: dict[str, str] = TEXTS, **changes: object) -> object:
    record: dict[str, object] = {"id": f"q{number}", "question": "What causes croup?"}
    return record | {"options": options, "answer_idx": label, "answer": options[label]} | changes


def load(name: str, *records: object) -> QuestionLoad:
    target = get_or_create_question_set(name, source="house", terms=None)
    file = io.BytesIO("\n".join(map(json.dumps, records)).encode())
    return load_questions(target, file, file_name=f"{name}.jsonl")


def told(report: QuestionLoad) -> list[str]:
    assert report.conflicting == len(report.conflicts)
    return [sentence.partition(":")[0] for _, sentence in report.conflicts]


def test_in_one_file_and_each_new_key_once():
    report = load("own", asked(1, "A"), asked(2, "B"), asked(3, "B", TURNED))
    assert (report.added, report.rejected) == (3, 0)
    assert told(report) == ["Line 2 asks what line 1 asks, with another key"]
    assert report.conflicts[0][1].endswith("B 'Adenovirus' instead of A 'Parainfluenza virus'.")


def test_far_apart_in_one_file(monkeypatch):
    monkeypatch.setattr("pipeline.sources.questions.CHUNK_SIZE", 1)
    report = load("own", asked(1, "A"), asked(2, "C", question="Another?"), asked(3, "B"))
    assert told(report) == ["Line 3 asks what line 1 asks, with another key"]


def test_in_one_set_loaded_before():
    load("own", asked(1, "A"))
    assert told(load("own", asked(2, "B"))) == [
        "Line 1 asks what question q1 of this set asks, with another key"
    ]


def test_beside_another_set_and_in_other_spelling():
    load("one", asked(1, "A"))
    report = load("two", asked(7, "B", question="  what causes\u200b CROUP?"))
    assert told(report) == ["Line 1 asks what question q1 of the set one asks, with another key"]


@pytest.mark.parametrize(
    "other",
    [
        asked(2, "B", TURNED),  # the letter differs, not the answer
        asked(2, "B", context="Another patient."),
        asked(2, "A", {"A": "Influenza virus", "B": "Measles virus"}),  # none of the first's
    ],
)
def test_what_is_no_contradiction(other):
    assert told(load("own", asked(1, "A"), other)) == []


def test_free_text_beside_options():
    load("own", asked(1, "A"))
    free = {"id": "f", "question": "What causes croup?"}
    assert told(
        load("free", free | {"answer": "A virus"}, free | {"id": "g", "answer": "Rhinovirus"})
    ) == [
        "Line 2 asks what line 1 asks, with another key",
        "Line 2 asks what question q1 of the set own asks, with another key",
    ]


def test_the_same_file_again_tells_nothing_new():
    load("own", asked(1, "A"), asked(2, "B"))
    again = load("own", asked(1, "A"), asked(2, "B"))
    assert (again.known, told(again)) == (2, [])


def test_a_chunk_costs_one_query_for_all_its_questions(django_assert_max_num_queries):
    records = [asked(n, "A", question=f"Question {n}?") for n in range(300)]
    with django_assert_max_num_queries(45):
        load("own", *records)
    assert Question.objects.count() == 300
