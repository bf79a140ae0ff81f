"""Many threads on one batch: each trace once, the budget kept, and a halt that loses nothing."""

import threading
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from pipeline.batches import lifecycle
from pipeline.core.config import MethodConfig
from pipeline.core.errors import EndpointUnavailable
from pipeline.jobs import claims, worker
from pipeline.jobs.lifecycle import change_budget, resume_job
from pipeline.ledger import limits
from pipeline.ledger.ledgered_model import LedgeredModel
from pipeline.models import Batch, Endpoint, LLMCall, Trace
from tests import factories
from tests.factories.endpoints import endpoint, price, reader
from tests.peers.scripted import ANSWER, REQUEST, Scripted
from tests.peers.stub_endpoint import INPUT_TOKENS, OUTPUT_TOKENS, Stub, digest, stub_endpoint

pytestmark = pytest.mark.django_db(transaction=True)

PAID = INPUT_TOKENS + OUTPUT_TOKENS


@pytest.fixture
def stub():
    with stub_endpoint(latency=0.02) as started:
        yield started


def batch_at(stub: Stub, size: int, **changes) -> Batch:
    return factories.model_batch(
        size,
        reasoner_endpoint=endpoint(base_url=stub.base_url),
        reader_endpoint=reader(base_url=stub.base_url),
        **changes,
    )


def sent_by_ledger() -> Counter[str]:
    """Requests by question, as the ledger has them."""
    count: Counter[str] = Counter()
    for call in LLMCall.objects.exclude(status="replayed"):
        count[digest(call.messages)] += call.attempts
    return count


def test_each_trace_is_made_once_and_the_server_counts_what_the_ledger_counts(stub):
    batch = batch_at(stub, 24)
    made = []
    assert (
        lifecycle.run_batch(batch, threads=8, on_progress=lambda: made.append(1)) == len(made) == 24
    )
    batch.refresh_from_db()
    assert batch.state == Batch.State.FINISHED
    assert batch.traces.filter(state=Trace.State.MADE).count() == 24
    assert stub.received == sent_by_ledger()
    assert set(LLMCall.objects.values_list("status", flat=True)) == {"settled"}
    assert (batch.reserved_tokens, batch.spent_tokens) == (0, PAID * LLMCall.objects.count())


def test_a_second_batch_over_the_same_questions_pays_nothing(stub):
    first = batch_at(stub, 4)
    lifecycle.run_batch(first, threads=4)
    again = lifecycle.start_batch(
        first.question_set,
        knowledge_graph=first.knowledge_graph,
        config=MethodConfig.from_json(first.config),
        reasoner_endpoint=first.reasoner_endpoint,
        reader_endpoint=first.reader_endpoint,
    )
    before = stub.received
    assert lifecycle.run_batch(again, threads=4) == 4
    assert stub.received == before
    again.refresh_from_db()
    assert (again.spent_tokens, again.calls.exclude(status="replayed").count()) == (0, 0)
    records = [batch.traces.order_by("pk").values_list("record") for batch in (first, again)]
    assert list(records[0]) == list(records[1])


@pytest.mark.parametrize("unit", ["tokens", "money"])
def test_a_budget_for_fifty_calls_is_never_overrun_by_thirty_two_threads(stub, unit):
    for model in ("model-r", "model-s"):
        price(model)
    budget: dict[str, Any] = {"budget_tokens": 50 * PAID}
    if unit == "money":  # a million tokens read cost 1, written 3
        budget = {"budget_money": 50 * Decimal(INPUT_TOKENS + 3 * OUTPUT_TOKENS) / 10**6}
    batch = batch_at(stub, 40, **budget)
    lifecycle.run_batch(batch, threads=32)
    paid = sum(stub.received.values())
    assert 45 <= paid <= 50
    batch.refresh_from_db()
    assert (batch.state, batch.reserved_tokens) == (Batch.State.PAUSED, 0)
    assert batch.spent_tokens == paid * PAID
    assert batch.pause_reason.startswith("Budget spent: ")
    assert not batch.traces.filter(state__in=("failed", "claimed")).exists()


def test_a_larger_budget_goes_on_where_the_smaller_ended(stub):
    batch = batch_at(stub, 6, budget_tokens=10 * PAID)
    lifecycle.run_batch(batch, threads=4)
    batch.refresh_from_db()
    assert batch.state == Batch.State.PAUSED
    change_budget(batch, budget_money=None, budget_tokens=10**9)
    resume_job(batch)
    lifecycle.run_batch(batch, threads=4)
    assert batch.traces.filter(state=Trace.State.MADE).count() == 6
    assert set(stub.received.values()) == {1}


def test_an_endpoint_that_refuses_the_key_pauses_the_batch_and_burns_no_question(stub):
    batch = batch_at(stub, 12)
    refused = EndpointUnavailable("127.0.0.1 does not accept the API key (401).", stage="x")
    limits.open_circuit(batch.reasoner_endpoint, refused, now=timezone.now())
    assert lifecycle.run_batch(batch, threads=4) == 0
    batch.refresh_from_db()
    assert batch.state == Batch.State.PAUSED
    assert batch.pause_reason == "reasoner: 127.0.0.1 does not accept the API key (401)."
    pending = batch.traces.filter(state=Trace.State.PENDING, attempt=1)
    assert (pending.count(), LLMCall.objects.count()) == (12, 0)
    resume_job(batch)
    assert lifecycle.run_batch(batch, threads=4) == 12


def test_an_endpoint_changed_since_the_start_pauses_the_batch(stub):
    batch = batch_at(stub, 1)
    Endpoint.objects.filter(pk=batch.reasoner_endpoint_id).update(model="another")
    batch = Batch.objects.get(pk=batch.pk)
    assert lifecycle.run_batch(batch) == 0
    batch.refresh_from_db()
    assert batch.pause_reason.startswith("The endpoint reasoner is no longer what the batch began")
    assert not stub.received


def test_workers_together_make_no_more_at_a_time_than_the_settings_say(stub, settings, monkeypatch):
    settings.TRACE_THREADS = 3
    batch, claimed = batch_at(stub, 6), []

    def watched(batch, *, max_claimed):
        row = claims.claim_item(batch, max_claimed=max_claimed)
        claimed.append(batch.traces.filter(state=Trace.State.CLAIMED).count())
        return row

    monkeypatch.setattr(worker, "claim_item", watched)
    claims.claim_item(batch)
    assert lifecycle.run_batch(batch) == 5
    assert max(claimed) == 3


def test_equal_calls_of_two_threads_are_sent_once():
    traces = factories.batch(2).traces.all()
    model, barrier, answers = Scripted(), threading.Barrier(2), []
    model.meanwhile = lambda: threading.Event().wait(0.3)

    def ask(trace):
        barrier.wait()
        try:
            answers.append(LedgeredModel(model, trace).ask(REQUEST))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=ask, args=(trace,)) for trace in traces]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [ANSWER, ANSWER]
    assert len(model.asked) == 1
    assert sorted(LLMCall.objects.values_list("status", flat=True)) == ["replayed", "settled"]
