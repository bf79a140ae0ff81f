"""The one door between core records and rows: nothing is lost on the way through."""

import hashlib
import json
from dataclasses import replace

import pytest

from pipeline import store
from pipeline.batches.tools import open_tools
from pipeline.core.method import make_trace
from pipeline.core.records import Option, TraceRecord
from pipeline.ledger.call import ItemCalls
from pipeline.models import Question
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.database_dialect]

AWKWARD = {
    "text": "Which \u201cdrug\u201d <b>treats</b> it?\n\t\u03b2-blocker & 5\u202f%",
    "context": "Line one.\nLine two.",
    "long_answer": "Because.",
    "specialty": "Pneumology",
}


def test_a_question_comes_back_equal():
    questions = factories.question_set(0)
    record = factories.question(0, **AWKWARD)
    store.question_row(questions, record).save()
    assert store.question_record(Question.objects.get()) == record


def test_a_free_text_question_comes_back_without_a_label():
    questions = factories.question_set(0)
    record = factories.question(0, options=(), answer_label=None, answer_text="17 mmol/l")
    store.question_row(questions, record).save()
    assert store.question_record(Question.objects.get()) == record


def test_content_is_what_the_question_says_whatever_its_id():
    record = factories.question(0)
    same = store.content_sha256(replace(record, id_in_source="other"))
    assert store.content_sha256(record) == same
    options = (*record.options[:3], Option("D", "Digoxin"))
    for change in ({"text": "Other?"}, {"options": options}, {"answer_label": "B"}):
        assert store.content_sha256(replace(record, **change)) != same


def made() -> list[TraceRecord]:
    rows = factories.made_batch(4).traces.order_by("pk")
    return [store.trace_record(row) for row in rows]


def test_a_trace_comes_back_equal_and_in_the_same_bytes():
    batch = factories.made_batch(4)
    for row in batch.traces.all():
        trace = store.trace_record(row)
        assert store.trace_text(trace) == row.record
        assert row.record_sha256 == hashlib.sha256(row.record.encode()).hexdigest()


def test_relation_display_relation_direction_and_polarity_survive():
    trace = next(trace for trace in made() if trace.paths)
    for path in json.loads(store.trace_text(trace))["paths"]:
        for edge in (edge for hop in path["hops"] for edge in hop):
            assert set(edge) == {"head", "tail", "relation", "display_relation", "polarity"}
            assert edge["polarity"] in {"supporting", "negative"}


def test_equal_traces_give_equal_bytes():
    trace = made()[0]
    assert store.trace_text(trace) == store.trace_text(replace(trace))


def test_the_columns_beside_the_record_repeat_it():
    for row in factories.made_batch(4).traces.all():
        trace = store.trace_record(row)
        assert row.kept is trace.kept
        assert row.rejections == ",".join(trace.verdict.rejections if trace.verdict else ())
        assert store.made_verdict(row) == trace.verdict


def test_a_row_that_is_not_made_has_no_record_and_no_verdict():
    row = factories.batch(1).traces.get()
    with pytest.raises(ValueError, match="pending"):
        store.trace_record(row)
    with pytest.raises(ValueError, match="pending"):
        store.made_verdict(row)


def test_only_the_holder_of_the_lease_settles_a_trace():
    batch = factories.batch(1)
    trace = replace(made_for(batch), verdict=None)
    unclaimed = batch.traces.get()
    assert not store.save_trace(unclaimed, trace, seconds=0.1)
    assert batch.traces.get().state == "pending"


def made_for(batch) -> TraceRecord:
    row = factories.claim_trace(batch)
    batch_tools = open_tools(batch)
    tools = batch_tools.for_trace(row, ItemCalls())
    trace = make_trace(store.question_record(row.question), tools, batch_tools.config)
    batch.traces.update(state="pending", lease_token=None, lease_until=None)
    return trace
