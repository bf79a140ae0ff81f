"""Questions in the browser: upload, the report of a load, the set."""

import gzip
import io
import json

import pytest
from django.test import Client
from django.urls import reverse

from pipeline.accounts.roles import Role
from pipeline.models import Question, QuestionLoad, QuestionSet
from tests import actors, factories

pytestmark = pytest.mark.django_db

HOSTILE = '<img src=x onerror="alert(1)"><div hx-get="/batches/">\'"&'


@pytest.fixture
def client() -> Client:
    return actors.signed_in(actors.lead())


def line(number: int, **changes: object) -> str:
    fields = {
        "id": f"q{number}",
        "question": f"Which drug treats case {number}?",
        "options": {"A": "Salbutamol", "B": "Propranolol"},
        "answer_idx": "A",
        "answer": "Salbutamol",
    }
    return json.dumps(fields | changes)


def upload(client: Client, content: bytes, file_name: str = "own.jsonl", **changes: object):
    file = io.BytesIO(content)
    file.name = file_name
    fields = {"source": "house", "name": "own", "licence": "MIT", "text_may_go": "this_machine"}
    return client.post(reverse("pipeline:question_upload"), fields | {"file": file} | changes)


def test_an_upload_leads_to_its_report(client):
    response = upload(client, f"{line(1)}\n{line(2)}".encode())
    load = QuestionLoad.objects.get()
    assert response.headers["Location"] == reverse("pipeline:question_load", args=[load.pk])
    assert (load.added, load.loaded_by.username) == (2, "lead")
    assert QuestionSet.objects.get().created_by.username == "lead"


def test_bad_lines_are_reported_with_number_and_reason(client):
    content = f"{line(1)}\n{{broken\n{line(3, answer_idx='<b>Z</b>')}\n{line(4)}"
    upload(client, content.encode())
    load = QuestionLoad.objects.get()
    assert (load.added, load.rejected) == (2, 2)
    shown = client.get(reverse("pipeline:question_load", args=[load.pk])).content.decode()
    assert '<td class="num">2</td>' in shown
    assert '<td class="num">3</td>' in shown
    assert "<b>Z</b>" not in shown


def test_a_gzip_file_is_read_too(client):
    upload(client, gzip.compress(line(1).encode()), "own.jsonl.gz")
    assert Question.objects.count() == 1


def test_loading_twice_adds_nothing(client):
    for _ in range(2):
        upload(client, line(1).encode())
    newest = QuestionLoad.objects.first()
    assert (newest.added, newest.known, Question.objects.count()) == (0, 1, 1)


def refused(response, sentence: str) -> None:
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert not Question.objects.exists()


@pytest.mark.parametrize(
    ("content", "file_name", "sentence"),
    [
        (b"plain", "own.jsonl.gz", "is not a gzip file"),
        (b"\x1f\x8bcut", "own.jsonl.gz", "cannot be read"),
        (b"MZ", "own.exe", "neither JSON nor Parquet"),
        (b"", "own.jsonl", "empty"),
    ],
)
def test_a_file_that_cannot_be_read_leaves_no_set(client, content, file_name, sentence):
    refused(upload(client, content, file_name), sentence)
    assert not QuestionSet.objects.exists()


def test_a_table_that_can_be_divided_in_two_ways_is_loaded_as_stated(client):
    content = (
        b"id;question;opa;opb;opc;opd;cop;note (a, b)\n"
        b"q1;Why?;w;x;y;z;0;none\n"
        b"q2;How?;w;x;y;z;3;none\n"
    )
    stated = {"source": "medmcqa", "key_counts_from": "0"}
    refused(upload(client, content, "own.csv", **stated), "by comma (2: ")
    upload(client, content, "own.csv", **stated, delimiter=";")
    assert [q.answer_label for q in Question.objects.order_by("id_in_source")] == ["A", "D"]


def test_a_file_over_the_limit_is_refused(client, settings):
    settings.UPLOAD_LIMIT_BYTES = 100
    refused(upload(client, line(1).encode()), "load_questions")


def test_a_set_of_another_format_or_other_terms_is_refused_at_its_name(client):
    factories.question_set(0, name="own", source="medqa", licence="MIT")
    refused(upload(client, line(1).encode()), "holds medqa questions")
    QuestionSet.objects.update(source="house")
    refused(upload(client, line(1).encode(), is_benchmark="on"), "evaluation questions")


def test_a_split_belongs_to_evaluation_questions(client):
    refused(upload(client, line(1).encode(), split="test"), "evaluation questions only")
    upload(client, line(1).encode(), is_benchmark="on", split="test")
    made = QuestionSet.objects.get()
    assert (made.is_benchmark, made.split) == (True, "test")


def test_a_hostile_file_name_is_text(client):
    upload(client, f"{line(1)}\n{{broken".encode(), "<script>alert(1)<!-- x.jsonl")
    load = QuestionLoad.objects.get()
    shown = client.get(reverse("pipeline:question_load", args=[load.pk])).content.decode()
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert(1)" in shown


def test_markup_in_a_question_is_text_on_the_sets_page(client):
    upload(client, line(1, id=HOSTILE, question=HOSTILE, specialty=HOSTILE).encode())
    assert Question.objects.get().text == HOSTILE
    shown = client.get(reverse("pipeline:question_set", args=["own"])).content.decode()
    assert "<img src=x" not in shown
    assert "<div hx-get" not in shown
    assert shown.count("&lt;img src=x onerror=&quot;alert(1)&quot;&gt;") == 5  # row and choices


def test_the_sets_page_tells_its_terms_and_loads(client):
    sent = {"text_may_go": "listed_endpoints", "destinations": "llm.example"}
    upload(client, line(1).encode(), **sent, licence="in house")
    shown = client.get(reverse("pipeline:question_set", args=["own"])).content.decode()
    for told in ("in house", "llm.example", "own.jsonl", "1 added"):
        assert told in shown
    listed = client.get(reverse("pipeline:question_sets")).content.decode()
    assert "not for release" in listed


def test_a_long_set_is_shown_in_pages(client):
    factories.question_set(60, name="long")
    url = reverse("pipeline:question_set", args=["long"])
    assert "1\u201350 of 60" in client.get(url).content.decode()
    assert "51\u201360 of 60" in client.get(url, {"page": 2}).content.decode()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"text": "ASTHMA"}, ["q0", "q3"]),
        ({"text": "q2"}, ["q2"]),
        ({"text": "100%"}, []),
        ({"text": "_"}, []),
        ({"specialty": "cardiology"}, ["q1"]),
        ({"specialty": "cardiology", "text": "migraine"}, []),
        ({"specialty": "none of these"}, []),
        ({"question_set__created_by__password__startswith": "a"}, ["q0", "q1", "q2", "q3"]),
        ({"text": "a" * 201}, []),
        ({"text": "a\0b"}, []),
    ],
)
def test_a_set_is_searched_by_text_id_and_specialty(client, query, found):
    questions = factories.question_set(4, name="searched").questions
    questions.filter(id_in_source="q1").update(specialty="cardiology")
    response = client.get(reverse("pipeline:question_set", args=["searched"]), query)
    assert [row.id_in_source for row in response.context["page"]] == found
    assert ("No question found" in response.content.decode()) is (not found)


def test_a_search_leads_on_to_its_own_next_page(client):
    factories.question_set(240, name="long")
    response = client.get(reverse("pipeline:question_set", args=["long"]), {"text": "asthma"})
    assert "?text=asthma&amp;page=2" in response.content.decode()
    assert "120 questions found" in response.content.decode()


def test_more_specialties_than_a_list_holds_are_typed(client):
    questions = factories.question_set(202, name="many").questions
    for row in questions.all():
        row.specialty = f"specialty {row.pk}"
        row.save()
    url = reverse("pipeline:question_set", args=["many"])
    assert "<select" not in client.get(url).content.decode()
    found = client.get(url, {"specialty": questions.last().specialty}).context["page"]
    assert list(found) == [questions.last()]


def test_an_auditor_may_look_and_not_load():
    auditor = actors.signed_in(actors.person("auditor", Role.AUDITOR))
    assert "Load questions" not in auditor.get("/questions/").content.decode()
    assert upload(auditor, line(1).encode()).status_code == 403


def test_a_count_that_the_file_leaves_open_is_asked_for_and_stated_on_the_form(client):
    row = {"id": "q", "question": "Q?", "opa": "w", "opb": "x", "opc": "y", "opd": "z", "cop": 1}
    content = json.dumps(row).encode()
    refused = upload(client, content, source="medmcqa")
    assert refused.status_code == 422
    assert "counted from 1 its key is A" in refused.content.decode()
    upload(client, content, source="medmcqa", key_counts_from="1")
    assert (Question.objects.get().answer_label, QuestionLoad.objects.get().key_counts_from) == (
        "A",
        1,
    )


def test_another_key_for_the_same_question_is_told_on_the_report(client):
    other = {"answer_idx": "B", "answer": "Propranolol"}
    content = f"{line(1)}\n{line(2, question='Which drug treats case 1?', **other)}"
    upload(client, content.encode())
    shown = client.get(reverse("pipeline:question_load", args=[QuestionLoad.objects.get().pk]))
    assert "Line 2 asks what line 1 asks, with another key" in shown.content.decode()
