"""Benchmarks in the browser: the list, a set's own page, marking and unmarking."""

import pytest
from django.urls import reverse

from pipeline import store
from pipeline.accounts.roles import Role
from pipeline.models import QuestionSet
from pipeline.sources.benchmarks import identities
from tests import actors, factories
from tests.pipeline.sources.benchmarks.test_marking import evaluated

pytestmark = pytest.mark.django_db
HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture
def client():
    return actors.signed_in(actors.lead())


@pytest.fixture
def exam() -> QuestionSet:
    row = factories.question_set(4, name="exam", is_benchmark=True, split="test")
    store.question_row(row, factories.question(0, id_in_source=HOSTILE, answer_text=HOSTILE)).save()
    return row


def page(client, name: str = "") -> str:
    url = reverse("pipeline:question_set", args=[name]) if name else reverse("pipeline:benchmarks")
    return " ".join(client.get(url).content.decode().split())


def sent(client, row, **changes):
    url = reverse("pipeline:question_set_benchmark", args=[row.name])
    form = client.get(url).context["form"]
    data = {name: form[name].value() or "" for name in form.fields}
    data |= {name: "on" if data[name] else "" for name in ("is_benchmark", "shown_is_benchmark")}
    return client.post(url, {n: v for n, v in (data | changes).items() if v != ""})


def test_a_benchmark_waits_for_a_worker_and_then_tells_what_it_is(client, exam):
    assert "being worked out" in page(client)
    assert "being worked out" in page(client, "exam")
    identities.work_out(exam)
    known = QuestionSet.objects.get().identity
    assert known.sha256 in page(client, "exam")
    assert "1 question stands in it more than once, 1 of them with different keys" in (
        page(client, "exam")
    )
    listed = page(client)
    assert known.sha256[:12] in listed
    assert "test" in listed
    assert "being" not in listed


def test_ids_and_keys_of_questions_are_text(client, exam):
    factories.question_set(1, name="training")
    identities.work_out(exam)
    shown = page(client, "exam")
    assert HOSTILE not in shown
    assert "2 questions stand in <bdi>training</bdi> too" in shown


def test_a_set_that_is_none_says_nothing_of_it(client):
    factories.question_set(1)
    assert 'id="benchmark"' not in page(client, "questions")
    assert "No benchmarks yet" in page(client)


def test_a_lead_marks_a_set_and_a_worker_is_asked(
    client, monkeypatch, django_capture_on_commit_callbacks
):
    row, rung = factories.question_set(1), list[int]()
    monkeypatch.setattr("pipeline.tasks.work_out_benchmark.delay", rung.append)
    with django_capture_on_commit_callbacks(execute=True):
        response = sent(client, row, is_benchmark="on", split="test", reason="R.")
    assert response.headers["Location"] == reverse("pipeline:question_set", args=[row.name])
    assert rung == [row.pk]
    row.refresh_from_db()
    assert (row.is_benchmark, row.split) == (True, "test")


def test_what_was_evaluated_stays_a_benchmark_and_the_form_says_so(client, exam):
    evaluated(exam)
    response = sent(client, exam, is_benchmark="", split="", reason="R.")
    assert response.status_code == 422
    assert "1 evaluation stands on exam" in response.content.decode()
    assert QuestionSet.objects.get().is_benchmark


def test_an_auditor_reads_and_does_not_mark(exam):
    auditor = actors.signed_in(actors.person("eve", Role.AUDITOR))
    assert "exam" in page(auditor)
    assert sent(auditor, exam, split="dev", reason="R.").status_code == 403
