"""A lead looks at what of a file fits a benchmark before anything of it is stored."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from pipeline.models import Evaluation, QuestionSet
from tests import actors
from tests.benchmarks.outputs.made_up import LOGS
from tests.pipeline.evaluations.benchmarks import benchmark

pytestmark = pytest.mark.django_db
NEW = "pipeline:outputs_new"
RESULT = "made-up-8Beval_data_api_strict-prompt.json"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.UPLOAD_DIR = tmp_path / "uploads"
    return settings.UPLOAD_DIR


@pytest.fixture
def client():
    benchmark()
    return actors.signed_in(actors.lead())


def send(client, content, name="theirs.jsonl", **changes):
    if isinstance(content, list):
        content = "".join(json.dumps(row) + "\n" for row in content).encode()
    fields = {"file": SimpleUploadedFile(name, content), "benchmark": "made-up", "format": ""}
    return client.post(reverse(NEW), fields | changes)


def page_of(client, name):
    return send(client, (LOGS / name).read_bytes(), name).headers["Location"]


def kept(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def test_from_a_log_to_an_evaluation(client, folder):
    page = page_of(client, RESULT)
    shown = " ".join(client.get(page).content.decode().split())
    assert "3 of 4" in shown
    assert "Its question is not in made-up." in shown
    assert "leaves out every question whose output was empty" in shown
    assert not Evaluation.objects.exists()
    form = {"name": "theirs", "model": "made-up 8B", "part": "made_up_test", "send": "1"}
    sent = client.post(page, form, follow=True)
    assert "imported as the evaluation theirs" in sent.content.decode()
    evaluation = Evaluation.objects.get()
    assert (evaluation.model, evaluation.started_by.username) == ("made-up 8B", "lead")
    assert evaluation.imported_from["part"] == "made_up_test"
    assert not kept(folder)


def test_one_part_is_shown_before_it_is_imported(client):
    page = page_of(client, RESULT)
    part = client.post(page, {"part": "other_test", "preview": "1"}, headers={"HX-Request": "true"})
    shown = " ".join(part.content.decode().split())
    assert "<html" not in shown
    assert "0 of 4" in shown
    whole = client.post(page, {"part": "other_test", "preview": "1"}).content.decode()
    assert '<option value="other_test" selected>' in whole
    assert not Evaluation.objects.exists()


def test_the_model_is_as_the_log_states_it_and_a_file_of_one_part_asks_for_none(client):
    shown = client.get(page_of(client, "inspect_own_task.json")).content.decode()
    assert 'value="openai-api/local/made-up-1"' in shown
    assert 'name="part"' not in shown


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("samples_likelihood.jsonl", "likelihood of each option"),
        ("inspect_shuffled_by_solver.json", "does not hold what the model wrote"),
    ],
)
def test_a_log_without_outputs_leads_back_with_the_reason(client, name, says):
    back = client.get(page_of(client, name), follow=True)
    assert back.redirect_chain[-1][0] == reverse(NEW)
    assert says in back.content.decode()


@pytest.mark.parametrize(
    ("content", "changes", "says"),
    [
        (b'{"id": 1, "text": "A"}\n', {}, "no log that can be read here"),
        (b"PK\x03\x04", {}, "inspect log convert"),
        ([{"id": "q-1", "output": "A"}], {"benchmark": "other"}, "not one of the available"),
    ],
)
def test_another_file_is_refused_on_the_form(client, content, changes, says, folder):
    refused = send(client, content, **changes)
    assert refused.status_code == 422
    assert says in refused.content.decode()
    assert not kept(folder)


def test_a_set_that_is_no_benchmark_is_not_offered(client):
    page = page_of(client, RESULT)
    QuestionSet.objects.update(is_benchmark=False)
    assert 'value="made-up"' not in client.get(reverse(NEW)).content.decode()
    assert client.get(page).headers["Location"] == reverse(NEW)


def test_what_is_refused_on_the_second_page_is_told_there(client):
    page = page_of(client, RESULT)
    unnamed = client.post(page, {"name": "", "model": "", "send": "1"})
    assert unnamed.status_code == 422
    form = {"name": "theirs", "model": "made-up 8B", "send": "1"}
    client.post(page, form)
    again = client.post(page_of(client, RESULT), form | {"name": "again"})
    assert again.status_code == 422
    assert "imported already, as the evaluation theirs" in again.content.decode()
    assert Evaluation.objects.count() == 1


def test_hostile_texts_are_shown_as_texts(client):
    rows = [
        {"id": "q-1", "output": "A", "model": "<b>x</b>"},
        {"id": "<script>alert(1)</script>", "output": "A"},
    ]
    shown = client.get(send(client, rows).headers["Location"]).content.decode()
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert" in shown
    assert "<b>x</b>" not in shown


def test_a_file_is_its_owner_s_alone(client):
    page = page_of(client, RESULT)
    assert actors.signed_in(actors.lead("other")).get(page).status_code == 404
