"""The answers of an evaluation: found by what was read from them, and one read whole."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from pipeline.evaluations.starting import start_evaluation
from pipeline.lists.answers import OUTCOMES, count_by_outcome
from pipeline.models import Evaluation, EvaluationItem, LLMCall
from pipeline.sources.key_corrections import correct_key
from tests import actors
from tests.pipeline.evaluations.scripted import answered, plan, said
from tests.pipeline.views.evaluations.test_watch import imported

pytestmark = pytest.mark.django_db
HOSTILE = '<img src=x onerror=alert(1)></pre><script>alert(1)</script> \u202eevil {{ 7 }} "'
RTL = "\u05d0\u05e1\u05d8\u05de\u05d4"


@pytest.fixture
def client() -> Client:
    return actors.signed_in(actors.lead())


def shown(client: Client, url: str, **data: Any) -> str:
    response = client.get(url, data)
    assert response.status_code == 200
    return response.content.decode()


def found(client: Client, evaluation: Evaluation, **data: Any) -> list[EvaluationItem]:
    url = reverse("pipeline:answers", args=[evaluation.pk])
    return [row for row, *_ in client.get(url, data).context["rows"]]


def of_item(item: EvaluationItem) -> str:
    return reverse("pipeline:answer", args=[item.key])


@pytest.fixture
def mixed(monkeypatch) -> Evaluation:
    """Four questions under two orders: right, wrong, unread, no output and open among them."""
    outputs = ["Answer: A", "Answer: A", "Answer: A", "", "I refuse to answer.", "Answer: C"]
    evaluation, _ = answered(monkeypatch, *map(said, outputs), orders=2)
    items = list(evaluation.answers.order_by("pk"))
    EvaluationItem.objects.filter(pk=items[-1].pk).update(
        state="failed", stage="", letter="", label="", failure_reason="timed_out"
    )
    EvaluationItem.objects.filter(pk=items[-2].pk).update(
        state="pending", stage="", letter="", label=""
    )
    return evaluation


def test_outcomes_add_up_and_each_tab_lists_its_own(client, mixed):
    counts = count_by_outcome(mixed.answers.all())
    assert counts["all"] == 8
    assert counts["read"] == counts["right"] + counts["wrong"]
    parts = ("read", "unread", "no_output", "open", "cancelled")
    assert sum(counts[name] for name in parts) == counts["all"]
    for name in OUTCOMES:
        rows = found(client, mixed, outcome=name)
        assert len(rows) == counts[name], name
    assert all(row.label == row.key_label for row in found(client, mixed, outcome="right"))
    assert len(found(client, mixed, outcome="no such")) == 8


def test_stage_order_and_text_are_searched_and_nonsense_finds_nothing(client, mixed):
    stage = mixed.answers.filter(letter="", state="made").first().stage
    rows = found(client, mixed, stage=stage)
    assert rows
    assert {row.stage for row in rows} == {stage}
    assert {row.order_index for row in found(client, mixed, order=1)} == {1}
    assert len(found(client, mixed, text="drugs-3")) == 2
    for nonsense in ({"stage": "no such"}, {"order": 9}, {"order": "x"}):
        assert found(client, mixed, **nonsense) == []


def test_an_answer_shows_question_options_as_shown_output_letter_and_key(client, mixed):
    item = mixed.answers.get(order_index=1, question__id_in_source="drugs-1")
    page = " ".join(shown(client, of_item(item)).split())
    assert "A man of 61 with type 2 diabetes" in page
    letters = [page.index(f'option__label">{letter}</span>') for letter in "ABCD"]
    texts = dict(item.question.options)
    places = [page.index(f"<bdi>{texts[label]}</bdi>") for label in item.shown]
    assert all(letter < place for letter, place in zip(letters, places, strict=True))
    assert places == sorted(places)
    assert "(<bdi>A</bdi> in the source)" in page
    assert '<pre class="raw" id="answer" dir="auto">Answer: A</pre>' in page
    assert "Answer key" in page
    assert "What was asked and answered" in page


def test_thoughts_are_folded_apart_and_nothing_of_the_output_is_lost(client, monkeypatch):
    output = "<think>Perhaps B, \u2026 no.</think>\nAnswer: A"
    evaluation, _ = answered(monkeypatch, said(output, reasoning="Beside it."))
    page = shown(client, of_item(evaluation.answers.first()))
    assert '<pre class="raw" id="answer" dir="auto">Answer: A</pre>' in page
    thoughts = page.partition('id="thoughts"')[2].partition("</details>")[0]
    assert "Beside it." in thoughts
    assert "Perhaps B, \u2026 no." in thoughts
    whole = page.partition('id="to-the-letter"')[2].partition("</details>")[0]
    assert escape(output) in whole


def test_hostile_output_is_text_in_a_direction_of_its_own(client, monkeypatch):
    evaluation, _ = answered(monkeypatch, said(HOSTILE), said(f"{RTL}\nAnswer: A"))
    first, second = evaluation.answers.order_by("pk")[:2]
    page = shown(client, of_item(first))
    assert escape(HOSTILE) in page
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert f'dir="auto">{RTL}' in shown(client, of_item(second))


def test_from_a_list_one_goes_on_to_the_next_of_that_list(client, mixed):
    listed = found(client, mixed, outcome="read", order=0)
    page = shown(client, of_item(listed[0]), outcome="read", order=0)
    assert 'id="previous"' not in page
    assert f"{of_item(listed[1])}?outcome=read&amp;order=0" in page
    last = shown(client, of_item(listed[-1]), outcome="read", order=0)
    assert 'id="next"' not in last
    assert f"{of_item(listed[-2])}?outcome=read&amp;order=0" in last


def test_an_answer_that_is_open_or_failed_says_so(client, mixed):
    pending = mixed.answers.get(state="pending")
    assert "This answer is pending." in shown(client, of_item(pending))
    assert "timed out" in shown(client, of_item(mixed.answers.get(state="failed")))


def test_an_answer_that_was_never_asked_for_has_no_calls(client):
    item = start_evaluation(plan()).answers.first()
    assert "No model has been called for this answer yet." in shown(client, of_item(item))


def test_a_key_that_was_corrected_since_is_pointed_out(client, mixed):
    item = mixed.answers.first()
    assert "was corrected after" not in shown(client, of_item(item))
    correct_key(item.question, label="B", text="", reason="Ruled.", by=actors.lead("second"))
    assert "was corrected after the evaluation began" in shown(client, of_item(item))


def test_imported_answers_have_no_calls_and_what_the_file_lacks_says_so(client):
    evaluation = imported()
    there, lacking = evaluation.answers.order_by("pk").first(), evaluation.answers.last()
    assert "This output was imported" in shown(client, of_item(there))
    assert "The file has no output for this question." in shown(client, of_item(lacking))
    assert not LLMCall.objects.exists()


def test_an_answer_of_another_key_is_not_found(client):
    assert client.get(reverse("pipeline:answer", args=[uuid4()])).status_code == 404
