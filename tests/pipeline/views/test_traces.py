"""A trace in the browser, from mention to verdict."""

from dataclasses import replace

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from pipeline import store
from pipeline.batches import lifecycle
from pipeline.core.config import preset
from pipeline.core.records import Assertion, DroppedMention, Side
from pipeline.models import Batch, Trace
from tests import actors, factories
from tests.factories.endpoints import call

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    return actors.signed_in(actors.lead())


@pytest.fixture
def batch() -> Batch:
    """Two kept traces, one discarded, one failed, one open."""
    made = factories.batch(5)
    rows = list(made.traces.order_by("pk"))
    lifecycle.run_batch(made, seconds=None)
    discard, fail, reopen = rows[2:]
    Trace.objects.filter(pk__in=[rows[0].pk, rows[1].pk]).update(kept=True, rejections="")
    Trace.objects.filter(pk=discard.pk).update(kept=False, rejections="leakage")
    failure = {"failure_stage": "search", "failure_reason": "no_path", "failure_detail": "None."}
    Trace.objects.filter(pk=fail.pk).update(state="failed", kept=None, rejections="", **failure)
    Trace.objects.filter(pk=reopen.pk).update(state="pending", kept=None, record="")
    return made


def shown(client: Client, row: Trace) -> str:
    response = client.get(reverse("pipeline:trace", args=[row.key]))
    assert response.status_code == 200
    return response.content.decode()


def test_a_trace_is_told_from_mention_to_verdict(client, batch):
    row = batch.traces.get(question__id_in_source="q0")
    trace, content = store.trace_record(row), shown(client, row)
    for told in ("✓ Answer key", row.record_sha256[:16], "exact name"):
        assert told in content
    for number, mention in enumerate(trace.mentions, start=1):
        assert (
            f'">{escape(mention.text)}<a class="mention__tag" href="#mention-{number}"' in content
        )
        assert f'<tr id="mention-{number}">' in content
    for result in trace.verdict.filters:
        assert f'<th scope="row">{result.name}</th>' in content
    for step in trace.cot.steps:
        assert f'id="step-{step.number}"' in content
    for path in trace.paths:
        assert all(edge.display_relation in content for edge in path.edges)
    assert content.count('class="kg-node kg-node--') == len(
        {node.index for path in trace.paths for node in path.nodes}
    )


def test_a_trace_says_what_its_mentions_are_and_where_its_paths_end(client, batch):
    row = batch.traces.get(question__id_in_source="q0")
    trace = store.trace_record(row)
    assert 'id="ends-at-explanation"' not in shown(client, row)
    asked, *_ = (one for one in trace.linked if one.mention.side is Side.QUESTION)
    helper, *_ = (one for one in trace.linked if one.mention.side is Side.ANSWER)
    said = replace(asked.mention, normal_form="bronchial asthma", assertion=Assertion.FAMILY)
    told = replace(helper.mention, side=Side.EXPLANATION)
    explained = replace(
        trace,
        question=replace(trace.question, long_answer=trace.question.answer_text),
        mentions=(said, told),
        linked=(replace(asked, mention=said), replace(helper, mention=told)),
        dropped_mentions=(DroppedMention("<b>", Side.ANSWER, "it stands nowhere"),),
    )
    Trace.objects.filter(pk=row.pk).update(record=store.trace_text(explained))
    content = shown(client, row)
    assert "kg-node--answer" not in content
    for shown_text in (
        *("kg-node--explanation", "(explanation entity)", "explanation, not of the answer"),
        *('id="ends-at-explanation"', ">a relative&#x27;s<", ": <bdi>bronchial asthma</bdi>"),
        *('class="mention mention--explanation"', ">explanation<", "1 term found and not taken"),
        *("<bdi>&lt;b&gt;</bdi>", "it stands nowhere"),
    ):
        assert shown_text in content, shown_text


def test_each_call_is_told_with_what_it_took(client, batch):
    Batch.objects.update(reasoner_kind="language_model")
    row = batch.traces.get(question__id_in_source="q0")
    first = call(batch, trace=row, attempts=3, answer_text="<b>raw</b> answer")
    call(batch, trace=row, cost=None, repair_of=first, reasoning_text="thought aloud")
    call(batch, trace=row, status="replayed", replay_of=first, cost=None, answer_text="")
    call(batch, trace=row, status="uncertain", input_tokens=None, output_tokens=None)
    content = shown(client, row)
    for told in (
        "extract v1",
        "0.001600 USD",
        "price unknown",
        "paid for by an earlier call",
        "thought aloud",
        ">repair<",
        ">replayed<",
        ">uncertain<",
        "not reported",
        "300 ms",
    ):
        assert told in " ".join(content.split()), told
    assert content.count("&lt;b&gt;raw&lt;/b&gt; answer") == 2
    assert "<b>raw" not in content


def test_a_model_trace_without_a_call_says_so(client, batch):
    Batch.objects.update(reasoner_kind="language_model")
    row = batch.traces.get(question__id_in_source="q0")
    assert "No language model has been called" in shown(client, row)


def test_a_trace_that_is_not_made_says_so(client, batch):
    content = shown(client, batch.traces.get(question__id_in_source="q4"))
    assert "Not made yet" in content


def test_a_failed_trace_says_where_and_why_and_keeps_what_was_found(client):
    questions = factories.question_set(0)
    number = factories.question(0, options=(), answer_label=None, answer_text="17 mmol/l")
    store.question_row(questions, number).save()
    graph, config = factories.graph(), preset("demonstration")
    batch = lifecycle.start_batch(questions, knowledge_graph=graph, config=config)
    lifecycle.run_batch(batch)
    row = batch.traces.get()
    content = shown(client, row)
    assert f"Failed at linking: {escape(row.failure_detail)}" in content
    assert "asthma" in content
    assert "Chain of thought" not in content


def test_earlier_attempts_stay_in_reach(client, batch):
    lifecycle.retry_failed(batch, reason="no_path")
    first, second = batch.traces.filter(question__id_in_source="q3").order_by("attempt")
    assert reverse("pipeline:trace", args=[second.key]) in shown(client, first)
    assert reverse("pipeline:trace", args=[first.key]) in shown(client, second)


def test_a_key_nobody_has_is_not_found(client):
    url = reverse("pipeline:trace", args=["00000000-0000-4000-8000-000000000000"])
    assert client.get(url).status_code == 404
    assert client.get("/traces/1/").status_code == 404


def test_graphs_are_listed_with_version_and_checksum(client):
    graph = factories.graph()
    content = client.get(reverse("pipeline:knowledge_graphs")).content.decode()
    assert str(graph) in content
    assert graph.checksum[:16] in content
