"""A key ruled wrong is given right: the question goes on with it, earlier traces stay out."""

import io
import json

import pytest
from django.urls import reverse

from pipeline import store, tasks
from pipeline.batches.lifecycle import run_batch, start_batch
from pipeline.batches.make_again import batches_to_make_again, make_again
from pipeline.core.config import preset
from pipeline.core.errors import Refusal
from pipeline.models import Event, Question, Trace
from pipeline.sources.key_corrections import correct_key, corrections_of
from pipeline.sources.questions import load_questions
from review.evidence.corrected_keys import outdated_keys
from review.evidence.key_disputes import dispute_of, key_exclusion, rule_on_key
from review.models import Item, KeyRuling
from tests import actors, factories
from tests.review.disagreeing import evidence_of, grade_row

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead():
    return actors.lead()


@pytest.fixture
def ann():
    return actors.reviewer("ann")


@pytest.fixture
def item(lead, ann) -> Item:
    """A disputed item: its question's key is A."""
    study = factories.study(ann, opened_by=lead)
    item = study.items.get(trace__question__id_in_source="q0")
    grade_row(item, ann, answer_key_disputed=True, comment="B is right, not A.")
    assert item.trace.question.answer_label == "A"
    return item


def rule(item: Item, by, ruling="wrong", right="B"):
    question = Question.objects.get(pk=item.trace.question_id)
    seen = dispute_of(question).seen
    return rule_on_key(question, ruling=ruling, reason="Looked up.", right=right, seen=seen, by=by)


def made_again(item: Item, by) -> Trace:
    question = Question.objects.get(pk=item.trace.question_id)
    make_again(question, batch=item.trace.batch, by=by)
    run_batch(item.trace.batch)
    return item.trace.batch.traces.get(question=question, sample_index=1)


def item_on(trace: Trace, item: Item) -> Item:
    return Item.objects.create(study=item.study, trace=trace, inclusion_probability=1)


def test_the_question_goes_on_with_the_right_key_and_its_hash_follows(item, lead):
    rule(item, lead)
    question = Question.objects.get(pk=item.trace.question_id)
    assert (question.answer_label, question.answer_text) == ("B", "Propranolol")
    assert question.content_sha256 == store.content_sha256(store.question_record(question))
    ruling = KeyRuling.objects.get()
    assert (ruling.right_label, ruling.right_text, ruling.names_right_key) == ("B", "", True)
    [event] = corrections_of(question)
    assert (event.payload["earlier"], event.payload["right"]) == ("A. Salbutamol", "B. Propranolol")


def test_traces_made_before_stay_out_and_the_right_key_is_named(item, lead):
    rule(item, lead)
    assert evidence_of(item).key_exclusion == "answer key wrong, B is right"
    assert evidence_of(item).unanswered == "answer key wrong, B is right"
    assert outdated_keys([item.trace_id]) == {item.trace_id: "B"}


def test_traces_made_after_count_normally(item, lead, ann):
    rule(item, lead)
    trace = made_again(item, lead)
    client, told = actors.signed_in(lead), "The answer key of this question was corrected"
    shown = [client.get(reverse("pipeline:trace", args=[row.key])) for row in (item.trace, trace)]
    assert [told in page.content.decode() for page in shown] == [True, False]
    assert store.trace_record(trace).question.answer_label == "B"
    later = item_on(trace, item)
    assert evidence_of(later).key_exclusion == ""
    grade_row(later, ann, answer_key_disputed=True)
    assert evidence_of(later).key_exclusion == "answer key disputed"


def test_doubts_of_the_earlier_key_are_answered_also_when_they_come_late(item, lead):
    rule(item, lead)
    grade_row(item, actors.reviewer("ben"), answer_key_disputed=True)
    dispute = dispute_of(item.trace.question)
    assert not dispute.open
    assert [doubt.outdated for doubt in dispute.doubts] == [True, True]


def test_traces_of_the_wrong_key_stay_out_when_a_later_ruling_upholds_the_right_one(
    item, lead, ann
):
    rule(item, lead)
    later = item_on(made_again(item, lead), item)
    grade_row(later, ann, answer_key_disputed=True)
    rule(item, lead, "stands", right="")
    assert evidence_of(item).key_exclusion == "answer key wrong, B is right"
    assert evidence_of(later).key_exclusion == ""


def test_where_the_corrected_key_is_wrong_too_every_trace_stays_out(item, lead, ann):
    rule(item, lead)
    later = item_on(made_again(item, lead), item)
    rule(item, lead, right="")
    assert evidence_of(later).key_exclusion == "answer key wrong"
    rule(item, lead, "withdrawn", right="")
    assert {evidence_of(one).key_exclusion for one in (item, later)} == {"question withdrawn"}
    rule(item, lead, right="A")
    assert evidence_of(item).key_exclusion == ""
    assert evidence_of(later).key_exclusion == "answer key wrong, A is right"


@pytest.mark.parametrize(
    ("ruling", "right", "told"),
    [
        ("wrong", "A", "as it stands"),
        ("wrong", "Z", "one of the options"),
        ("stands", "B", "only where the key is wrong"),
    ],
)
def test_what_cannot_be_right_is_refused_and_changes_nothing(item, lead, ruling, right, told):
    with pytest.raises(Refusal, match=told):
        rule(item, lead, ruling, right)
    assert Question.objects.get(pk=item.trace.question_id).answer_label == "A"
    assert not KeyRuling.objects.exists()
    assert not Event.objects.filter(action="question.key_corrected").exists()


def test_a_question_that_the_set_holds_with_that_key_is_not_corrected(item, lead):
    question = item.trace.question
    twin = factories.question(0, id_in_source="twin", answer_label="B", answer_text="Propranolol")
    store.question_row(question.question_set, twin).save()
    with pytest.raises(Refusal, match="as twin"):
        rule(item, lead)


def test_a_free_answer_is_corrected_by_its_text(lead):
    questions = factories.question_set(0)
    asked = factories.question(
        0, options=(), answer_label=None, answer_text="x" * 80, long_answer="Since x."
    )
    row = store.question_row(questions, asked)
    row.save()
    correct_key(row, label="", text="Propranolol", reason="Looked up.", by=lead)
    row.refresh_from_db()
    assert (row.answer_label, row.answer_text, row.long_answer) == ("", "Propranolol", "")
    assert corrections_of(row)[0].payload["explanation"] == "Since x."


def line(question: Question, label: str, text: str, *, explanation: str = "") -> bytes:
    row = {
        "id": question.id_in_source,
        "question": question.text,
        "options": dict(question.options),
        "answer_idx": label,
        "answer": text,
        "explanation": explanation,
    }
    return json.dumps(row).encode() + b"\n"


@pytest.mark.parametrize(
    ("label", "text", "told"),
    [("A", "Salbutamol", True), ("C", "Amlodipine", True), ("B", "Propranolol", False)],
)
def test_a_reload_of_the_source_is_told_and_undoes_nothing(item, lead, label, text, told):
    question = item.trace.question
    rule(item, lead)
    load = load_questions(
        question.question_set, io.BytesIO(line(question, label, text)), file_name="again.jsonl"
    )
    assert (load.added, load.known, load.rejected) == (0, 1, 0)
    assert load.conflicting == (1 if told else 0)
    if told:
        assert load.conflicts[0][1] == (
            f"Line 1: the key of question q0 was corrected here to B. Propranolol. "
            f"The file says {label}. {text}; the correction stays."
        )
    question.refresh_from_db()
    assert question.answer_label == "B"


def test_another_question_under_the_id_of_a_corrected_one_is_rejected(item, lead):
    question = item.trace.question
    rule(item, lead)
    question.text = "Quite another question?"
    load = load_questions(
        question.question_set,
        io.BytesIO(line(question, "A", "Salbutamol")),
        file_name="again.jsonl",
    )
    assert (load.added, load.known, load.rejected) == (0, 0, 1)


def test_a_batch_offers_to_make_the_question_again_once(item, lead):
    question, batch = item.trace.question, item.trace.batch
    assert batches_to_make_again(question) == []
    rule(item, lead)
    assert batches_to_make_again(question) == [batch]
    assert made_again(item, lead).state == Trace.State.MADE
    item.trace.refresh_from_db()
    assert item.trace.is_current
    assert batches_to_make_again(question) == []
    with pytest.raises(Refusal, match="already"):
        make_again(question, batch=batch, by=lead)


def test_nothing_is_to_be_made_again_where_a_ruling_returns_to_the_earlier_key(item, lead):
    rule(item, lead)
    rule(item, lead, right="A")
    assert batches_to_make_again(Question.objects.get(pk=item.trace.question_id)) == []


def test_the_question_is_offered_of_each_batch_apart(item, lead):
    question, batch = item.trace.question, item.trace.batch
    again = start_batch(
        batch.question_set,
        knowledge_graph=batch.knowledge_graph,
        config=preset("demonstration"),
        name="again",
    )
    run_batch(again)
    rule(item, lead)
    assert {one.pk for one in batches_to_make_again(question)} == {batch.pk, again.pk}
    make_again(Question.objects.get(pk=question.pk), batch=again, by=lead)
    assert batches_to_make_again(Question.objects.get(pk=question.pk)) == [batch]


def test_the_page_takes_the_right_key_and_offers_what_follows(item, lead, monkeypatch):
    monkeypatch.setattr(tasks.pump, "delay", lambda pk: None)
    client = actors.signed_in(lead)
    question, batch = item.trace.question, item.trace.batch
    url = reverse("review:dispute", args=[question.pk])
    data = {"seen": dispute_of(question).seen, "ruling": "stands", "right": "B", "reason": "No."}
    refused = client.post(url, data)
    assert refused.status_code == 422
    assert "only where the key is wrong" in refused.content.decode()
    assert client.post(url, data | {"ruling": "wrong"}).headers["Location"] == url
    shown = client.get(url).content.decode()
    assert "The key was corrected" in shown
    assert "on the earlier key" in shown
    again = reverse("review:dispute_make_again", args=[question.pk, batch.pk])
    assert again in shown
    client.post(again)
    assert batch.traces.filter(question=question, state="pending").count() == 1
    assert again not in client.get(url).content.decode()
    client.post(again)
    assert batch.traces.filter(question=question).count() == 2


def test_a_ruling_without_a_right_key_is_as_it_was(item, lead):
    ruling = rule(item, lead, right="")
    assert key_exclusion(ruling, []) == "answer key wrong"
    assert Question.objects.get(pk=item.trace.question_id).answer_label == "A"
