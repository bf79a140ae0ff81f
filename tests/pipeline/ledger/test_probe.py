"""Testing an endpoint: its dialect found and remembered; every call in the ledger."""

import json
from decimal import Decimal

import pytest

from pipeline.core.errors import (
    EndpointRefused,
    EndpointUnavailable,
    MalformedOutput,
    TransientFailure,
)
from pipeline.endpoints.registry import set_active
from pipeline.ledger import probe
from pipeline.models import Endpoint, LLMCall
from tests.factories.endpoints import endpoint, price
from tests.peers.faulty_server import completion, faulty_server, status
from tests.peers.llama_cpp import MODEL

pytestmark = pytest.mark.django_db

SHAPE = json.dumps({"greeting": "Good day!", "marker": "k7", "words": ["day"]})
GOOD, PROSE = completion(SHAPE), completion("Good day!")
CUT = completion('{"gr', "length")


@pytest.fixture(scope="module")
def server():
    with faulty_server(GOOD) as started:
        yield started


@pytest.fixture
def serve(server):
    """Let the server reply by what it is asked, and keep to an output limit."""

    def by(reply):
        def reply_to(handler):
            asked = server.asked[-1]
            (CUT if asked.get("max_tokens", 99) < 10 else reply(asked))(handler)

        server.reply = reply_to
        server.asked.clear()

    by(lambda asked: GOOD)
    return by


def untested(server, **changes):
    return endpoint(tested=False, base_url=server.base_url, **changes)


def test_what_is_found_is_remembered(server, serve):
    serve(lambda asked: status(400) if "temperature" in asked else GOOD)
    row = probe.probe_endpoint(untested(server))
    assert row.is_tested
    assert row.dialect_found["answer_format"] == "json_schema"
    assert row.dialect_found["sends_temperature"] is False
    assert row.dialect.timeout_seconds == 120
    assert "max_output_tokens" not in row.dialect_found


def test_a_model_that_thinks_is_given_room(server, serve):
    serve(lambda asked: completion(SHAPE, reasoning_content="Let me see."))
    assert probe.probe_endpoint(untested(server)).dialect.max_output_tokens == 16_000


def test_what_a_lead_states_is_sent_and_never_overwritten(server, serve):
    serve(lambda asked: completion(SHAPE, reasoning_content="Let me see."))
    stated = {"max_output_tokens": 3000, "timeout_seconds": 9, "answer_format": "json_object"}
    row = probe.probe_endpoint(untested(server, **stated))
    assert {asked["max_tokens"] for asked in server.asked} == {3000, 4}
    assert {asked["response_format"]["type"] for asked in server.asked} == {"json_object"}
    assert row.dialect_stated == stated
    assert stated.keys().isdisjoint(row.dialect_found)


def test_its_calls_are_rows_without_a_batch_and_cost_what_they_cost(server, serve):
    serve(lambda asked: GOOD)
    price()
    row = probe.probe_endpoint(untested(server))
    calls = LLMCall.objects.all()
    assert len(calls) == len(server.asked) == 6
    assert {call.status for call in calls} == {"settled", "failed"}
    assert {(call.batch, call.trace, call.served_by) for call in calls} == {(None, None, row)}
    assert {(call.input_tokens, call.cost) for call in calls} == {(31, Decimal("0.000058"))}


def test_an_endpoint_that_does_not_answer_stays_as_it_was(server, serve):
    serve(lambda asked: status(401))
    row = endpoint(base_url=server.base_url, found={"answer_format": "json_object"})
    with pytest.raises(EndpointUnavailable, match="API key"):
        probe.probe_endpoint(row)
    assert Endpoint.objects.get().dialect_found == {"answer_format": "json_object"}
    assert LLMCall.objects.get().status == "failed"


def test_a_lead_does_not_wait_for_a_busy_endpoint(server, serve):
    serve(lambda asked: status(429, headers={"retry-after": "0"}))
    with pytest.raises(TransientFailure):
        probe.probe_endpoint(untested(server))
    assert LLMCall.objects.get().attempts == 1


def test_an_answer_in_no_format_says_so(server, serve):
    serve(lambda asked: PROSE)
    with pytest.raises(MalformedOutput, match="choose another model"):
        probe.probe_endpoint(untested(server))


def test_a_test_that_takes_too_long_ends_with_a_sentence(server, serve, monkeypatch):
    monkeypatch.setattr(probe, "MAX_SECONDS", 0.0)
    with pytest.raises(TransientFailure, match="less busy"):
        probe.probe_endpoint(untested(server))
    assert not LLMCall.objects.exists()


def test_what_is_known_is_not_asked_again(server, serve):
    probe.probe_if_untested(endpoint())
    assert not LLMCall.objects.exists()
    assert probe.probe_if_untested(untested(server, name="new")).is_tested


def test_what_may_not_be_asked_is_refused_before_a_row_is_written():
    row = set_active(endpoint(), active=False)
    with pytest.raises(EndpointRefused):
        probe.probe_endpoint(row)
    assert not LLMCall.objects.exists()


def test_a_real_server_is_tested_through_the_pinned_client(peer):
    row = probe.probe_endpoint(endpoint(base_url=peer.base_url, model=MODEL, tested=False))
    assert row.dialect.answer_format == "json_schema"
    assert row.dialect_found["output_limit"] == "max_tokens"
    assert LLMCall.objects.filter(status="settled").exists()
