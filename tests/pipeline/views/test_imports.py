"""Leads import chains of thought on a page; a refused file says why, and nothing is stored."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse

from pipeline.models import Batch
from tests import actors, factories

pytestmark = pytest.mark.django_db
IMPORT = "pipeline:batch_import"


@pytest.fixture
def questions():
    return factories.question_set()


@pytest.fixture
def rows(questions):
    return [
        {"question": one.text, "answer": one.answer_text, "why": factories.chain_text("Salbutamol")}
        for one in questions.questions.all()
    ] + [{"question": "<script>Who?</script>", "answer": "", "why": "A.\n\nB."}]


def sent(questions, rows, **changes):
    text = "\n".join(map(json.dumps, rows))
    fields = {
        "file": SimpleUploadedFile("their chains.jsonl", text.encode()),
        "chains": "columns",
        "name": "theirs",
        "questions": questions.pk,
        "author": "<b>Wu</b> and others",
        "cot_column": "why",
    }
    return fields | changes


def test_a_lead_imports_a_file_and_sees_what_was_left_out(questions, rows):
    client = actors.signed_in(actors.lead())
    assert "Chain of thought" not in client.get(reverse(IMPORT)).content.decode()
    page = client.post(reverse(IMPORT), sent(questions, rows), follow=True).content.decode()
    batch = Batch.objects.get()
    assert (batch.traces.count(), batch.started_by.username) == (4, "lead")
    assert "4 of 5 imported" in page
    assert "Its question is not in questions." in page
    assert "&lt;b&gt;Wu&lt;/b&gt;" in page
    assert "not stated, not released" in page


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"cot_column": ""}, "no column cot"),
        ({"author": ""}, "This field is required"),
        ({"licence": "CC-BY-ND-4.0", "may_be_released": "on"}, "no adapted form"),
    ],
)
def test_what_is_refused_is_told_on_the_form(questions, rows, changes, says):
    client = actors.signed_in(actors.lead())
    page = client.post(reverse(IMPORT), sent(questions, rows, **changes))
    assert page.status_code == 422
    assert says in page.content.decode()
    assert not Batch.objects.exists()


def test_sent_twice_it_is_imported_once(questions, rows):
    client = actors.signed_in(actors.lead())
    client.post(reverse(IMPORT), sent(questions, rows))
    page = client.post(reverse(IMPORT), sent(questions, rows, name="again"))
    assert "was imported already, as the batch theirs" in page.content.decode()
    assert Batch.objects.count() == 1


def test_terms_of_the_texts_are_corrected_on_a_page(questions):
    batch = factories.imported_batch(questions)
    client = actors.signed_in(actors.lead())
    url = reverse("pipeline:batch_terms", args=[batch.pk])
    shown = {"shown_licence": "Apache-2.0", "shown_may_be_released": "on"}
    client.post(url, shown | {"licence": "cc by nc 4.0", "reason": "Their page says so."})
    batch.refresh_from_db()
    assert (batch.text_licence, batch.text_may_be_released) == ("CC-BY-NC-4.0", False)
    ours = factories.batch(1, name="ours")
    assert client.get(reverse("pipeline:batch_terms", args=[ours.pk])).status_code == 404


def test_the_command_reports_and_refuses(questions, rows, tmp_path, capsys):
    file = tmp_path / "chains.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)))
    said = {"name": "theirs", "questions": "questions", "author": "Wu", "cot_column": "why"}
    call_command("import_chains", file, **said)
    out = capsys.readouterr().out
    assert "4 of 5 rows imported" in out
    assert "line 5: Its question is not in questions." in out
    with pytest.raises(CommandError, match="imported already"):
        call_command("import_chains", file, **(said | {"name": "again"}))
    with pytest.raises(CommandError, match="no question set named nowhere"):
        call_command("import_chains", file, **(said | {"questions": "nowhere"}))
