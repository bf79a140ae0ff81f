"""Describe my file: columns, a preview with keys, a mapping under a name, then the load."""

import gzip
import io
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.test import Client
from django.urls import reverse

from pipeline import uploads
from pipeline.accounts.roles import Role
from pipeline.models import FileMapping, Question, QuestionLoad, QuestionSet
from tests import actors

pytestmark = pytest.mark.django_db

ROWS = [
    {
        "stem": f"Which drug treats case {n}?",
        "first": "Salbutamol",
        "second": "Aspirin",
        "right": 2 - n % 2,
    }
    for n in (1, 2, 3)
]
COLUMNS = {"stem": "question", "first": "option A", "second": "option B", "right": "key number 1"}
TERMS = {"name": "own", "licence": "MIT", "text_may_go": "this_machine"}


@pytest.fixture
def client() -> Client:
    return actors.signed_in(actors.lead())


@pytest.fixture(autouse=True)
def folder(settings, tmp_path: Path) -> Path:
    uploads = tmp_path / "uploads"
    settings.UPLOAD_DIR = uploads
    return uploads


def named(content: bytes, name: str) -> io.BytesIO:
    file = io.BytesIO(content)
    file.name = name
    return file


def as_lines(rows: list[dict[str, object]]) -> bytes:
    return "\n".join(map(json.dumps, rows)).encode()


def begin(client: Client, content: bytes = as_lines(ROWS), name: str = "quiz.jsonl"):
    return client.post(reverse("pipeline:description_new"), {"file": named(content, name)})


def page_of(response) -> str:
    """The address of the description that a sent file leads to."""
    assert response.status_code == 302, response.content.decode()
    return str(response.headers["Location"])


def chosen(columns: dict[str, str], **more: str) -> dict[str, str]:
    """The form as it is sent: a role for each column in the order of the file."""
    return {f"column_{at}": role for at, role in enumerate(columns.values())} | more


def kept(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())


def test_from_a_file_of_another_shape_to_a_question_set(client, folder):
    page = page_of(begin(client))
    shown = client.get(page).content.decode()
    assert [name in shown for name in ROWS[0]] == [True] * 4
    assert not Question.objects.exists()
    to_load = client.post(page, chosen(COLUMNS, name="quiz", save="1")).headers["Location"]
    assert FileMapping.objects.get().created_by.username == "lead"
    loaded = client.post(to_load, TERMS)
    load = QuestionLoad.objects.get()
    assert loaded.headers["Location"] == reverse("pipeline:question_load", args=[load.pk])
    assert (load.added, load.file_name, load.question_set.source) == (3, "quiz.jsonl", "quiz")
    assert list(Question.objects.values_list("answer_label", flat=True)) == ["A", "B", "A"]
    assert not list(kept(folder))
    about = client.get(reverse("pipeline:question_set", args=["own"])).content.decode()
    assert "the mapping quiz" in about
    assert "Key: a number, the first option is 1" in about


def test_the_way_back_shows_what_was_saved_and_only_an_open_count_is_asked_for(client):
    page = page_of(begin(client))
    for right, asked in (("key number 1", False), ("key number", True)):
        name = f"quiz{right[-1]}"
        sent = chosen(COLUMNS | {"right": right}, name=name, save="1")
        to_load = client.get(client.post(page, sent).headers["Location"]).content.decode()
        assert ("Keys count from" in to_load) is asked
        assert f"{page}?mapping={name}" in to_load
        back = client.get(page, {"mapping": name}).content.decode()
        assert f'<option value="{right}" selected>' in back


def test_the_saved_mapping_is_a_format_like_others(client):
    page = page_of(begin(client))
    client.post(page, chosen(COLUMNS, name="quiz", save="1"))
    file = named(as_lines(ROWS[:2]), "more.jsonl")
    client.post(reverse("pipeline:question_upload"), TERMS | {"source": "quiz", "file": file})
    assert QuestionSet.objects.get().questions.count() == 2


def test_the_preview_shows_each_key_and_an_open_count_both_ways(client):
    page = page_of(begin(client, as_lines([ROWS[0], ROWS[2]])))
    htmx = {"HX-Request": "true"}
    counted = client.post(page, chosen(COLUMNS), headers=htmx).content.decode()
    assert "<html" not in counted
    assert counted.count("option option--key") == 2
    open_count = client.post(page, chosen(COLUMNS | {"right": "key number"}), headers=htmx)
    shown = open_count.content.decode()
    assert (shown.count("Counted from 0"), shown.count("Counted from 1")) == (2, 2)
    assert not FileMapping.objects.exists()


@pytest.mark.parametrize(
    ("changes", "more", "sentence"),
    [
        ({"stem": ""}, {}, "Choose one column as the question."),
        ({"second": ""}, {}, "Name a column for each option."),
        ({"first": "option B"}, {}, "Two columns are Option B"),
        ({"right": "key letter"}, {}, "None of the first records gives a question"),
        ({}, {"name": ""}, "Save as: This field is required."),
        ({}, {"name": "medqa"}, "medqa is the name of a published source."),
        ({"right": "drop table"}, {}, "Select a valid choice"),
    ],
)
def test_a_mapping_that_cannot_be_is_said_and_not_saved(client, changes, more, sentence):
    page = page_of(begin(client))
    sent = chosen(COLUMNS | changes) | {"name": "quiz", "save": "1"} | more
    response = client.post(page, sent)
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert not FileMapping.objects.exists()


def test_sending_twice_and_two_tabs_save_one_mapping_each_under_its_own_name(client):
    page, other = page_of(begin(client)), page_of(begin(client))
    assert page != other
    for _ in range(2):
        assert client.post(page, chosen(COLUMNS, name="quiz", save="1")).status_code == 302
    counted = COLUMNS | {"right": "key number"}
    assert client.post(other, chosen(counted, name="quiz-2", save="1")).status_code == 302
    assert FileMapping.objects.count() == 2


def test_a_load_sent_twice_adds_nothing_more(client):
    page = page_of(begin(client))
    to_load = client.post(page, chosen(COLUMNS, name="quiz", save="1")).headers["Location"]
    assert [client.post(to_load, TERMS).status_code for _ in range(2)] == [302, 404]
    assert Question.objects.count() == 3


def test_a_file_is_its_owners_alone(client, folder):
    page = page_of(begin(client))
    others = [actors.lead("other"), actors.person("auditor", Role.AUDITOR), actors.superuser()]
    for person in others:
        assert actors.signed_in(person).get(page).status_code in (403, 404)
        assert actors.signed_in(person).post(page, chosen(COLUMNS)).status_code in (403, 404)
    (path,) = kept(folder)
    assert path.stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o077 == 0 or path.parent.stat().st_mode & 0o077 == 0


def test_an_hour_later_it_is_gone(client, folder):
    page = page_of(begin(client))
    (path,) = kept(folder)
    past = time.time() - uploads.KEPT_SECONDS - 1
    os.utime(path.parent, (past, past))
    assert client.get(page).status_code == 404
    uploads.remove_expired()
    assert not list(kept(folder))


def test_of_one_persons_files_the_newest_are_kept(client, folder):
    pages = [page_of(begin(client)) for _ in range(uploads.MAX_OF_ONE_OWNER + 2)]
    assert len(list(kept(folder))) == uploads.MAX_OF_ONE_OWNER
    assert client.get(pages[-1]).status_code == 200


@pytest.mark.parametrize("token", ["0" * 32, "x", "-"])
def test_a_token_that_nobody_was_given_finds_nothing(client, token):
    assert client.get(reverse("pipeline:description", args=[token])).status_code == 404


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (as_lines([{f"c{n}": n for n in range(5000)}]), "wide.jsonl", "It has 5,000 columns."),
        (b"", "empty.jsonl", "Question file"),
        (b"\x00\x01\x02 not a file of records", "noise.bin", "noise.bin"),
        (b"[]", "none.json", "no record"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_file_that_cannot_be_described_is_refused(client, folder, content, name, sentence):
    response = begin(client, content, name)
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert not list(kept(folder))


def test_a_file_over_the_limit_is_refused(client, settings):
    settings.UPLOAD_LIMIT_BYTES = 10
    response = begin(client)
    assert response.status_code == 422
    assert "over 20 MB" in response.content.decode()


@pytest.mark.parametrize("name", ["../../etc/passwd", "....", "a/b.jsonl", "é" * 200 + ".jsonl"])
def test_a_hostile_name_stays_a_name(client, folder, name):
    page = page_of(begin(client, name=name))
    (path,) = kept(folder)
    assert folder in path.parents
    assert client.get(page).status_code == 200


def test_hostile_columns_and_values_are_shown_as_text(client):
    image = "<img src=x onerror=alert(1)>"
    shown = client.get(page_of(begin(client, as_lines([{image: image, "q": "?"}]))))
    assert image not in shown.content.decode()
    assert "&lt;img" in shown.content.decode()


def test_parquet_and_gzip_are_described_too(client):
    parquet = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(ROWS), parquet)
    for content, name in (
        (parquet.getvalue(), "quiz.parquet"),
        (gzip.compress(as_lines(ROWS)), "quiz.jsonl.gz"),
    ):
        page = page_of(begin(client, content, name))
        assert "Which drug treats case 1?" in client.get(page).content.decode()


def test_a_file_that_its_format_does_not_fit_can_be_described_at_once(client):
    file = named(as_lines(ROWS), "quiz.jsonl")
    address = reverse("pipeline:question_upload")
    refused = client.post(address, TERMS | {"source": "medqa", "file": file})
    assert refused.status_code == 422
    link = refused.content.decode().split('href="/questions/describe/')[1].split('"')[0]
    assert client.get(f"/questions/describe/{link}").status_code == 200
    assert not QuestionSet.objects.exists()
