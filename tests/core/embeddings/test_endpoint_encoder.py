"""An encoder behind an endpoint: what is sent, in what portions, and what goes wrong."""

from dataclasses import replace

import numpy as np
import pytest

from pipeline.core.embeddings.embedding_model import EmbeddingModel, embed_request
from pipeline.core.embeddings.endpoint_encoder import EndpointEncoder, VectorMemory
from pipeline.core.errors import (
    EndpointUnavailable,
    MalformedOutput,
    RequestRejected,
    TransientFailure,
)
from pipeline.core.llm.exchange import Exchange
from tests.factories.encoders import Letters
from tests.peers.embeddings_server import embedded, embeddings_server
from tests.peers.faulty_server import hang_up_in_the_middle, status


@pytest.fixture
def server():
    with embeddings_server() as running:
        yield running


def model_at(base_url, **given):
    exchange = Exchange("embeddings", base_url, api_key="sk-of-the-house", timeout_seconds=5.0)
    return EmbeddingModel("house", "letters", exchange, **given)


def encoder(server, **given):
    return EndpointEncoder(model_at(server.base_url), "linking", **given)


def test_texts_go_in_portions_and_come_back_in_their_places_as_unit_vectors(server):
    texts = ["asthma", "wheeze", "asthma", "cough"]
    vectors = encoder(server, texts_per_call=2).encode(texts)
    np.testing.assert_allclose(vectors, Letters().encode(texts), rtol=1e-5)
    assert [call["input"] for call in server.asked] == [["asthma", "wheeze"], ["cough"]]
    assert server.asked[0]["encoding_format"] == "float"
    assert server.asked[0]["model"] == "letters"
    assert "dimensions" not in server.asked[0]
    assert server.headers[0]["authorization"] == "Bearer sk-of-the-house"


def test_a_prefix_stands_before_every_text(server):
    encoder(server).with_prefix("query: ").encode(["asthma"])
    assert server.asked[0]["input"] == ["query: asthma"]


def test_what_was_embedded_before_is_not_asked_again(server):
    memory = VectorMemory(2)
    known = encoder(server, memory=memory)
    first = known.encode(["asthma", "cough"])
    again = encoder(server, memory=memory).encode(["cough", "asthma"])
    np.testing.assert_array_equal(first, again[::-1])
    assert len(server.asked) == 1
    known.encode(["wheeze"])
    known.encode(["asthma", "cough"])
    assert [call["input"] for call in server.asked[1:]] == [["wheeze"], ["cough"]]


def test_shorter_vectors_are_asked_for_and_insisted_on(server):
    short = replace(encoder(server), model=model_at(server.base_url, dimensions=16))
    with pytest.raises(MalformedOutput, match="16 dimensions were asked for, and 26 came back"):
        short.encode(["asthma"])
    assert server.asked[0]["dimensions"] == 16


def test_a_dimension_that_changes_between_calls_is_refused(server):
    memory = VectorMemory()
    memory.remember({"wheeze": np.ones(3, np.float32)})
    with pytest.raises(MalformedOutput, match="different dimensions: 3 and 26"):
        encoder(server, memory=memory).encode(["wheeze", "asthma"])


@pytest.mark.parametrize(
    ("reply", "failure", "said"),
    [
        (status(429, headers={"retry-after": "3"}), TransientFailure, "asked too often"),
        (status(503), TransientFailure, "busy"),
        (hang_up_in_the_middle, TransientFailure, "hung up"),
        (status(200, {"error": {"message": "out of memory"}}), TransientFailure, "fault"),
        (status(200, "<html>", {"content-type": "text/html"}), EndpointUnavailable, "a page"),
        (status(200, {"choices": []}), EndpointUnavailable, "as embeddings do"),
        (status(401), EndpointUnavailable, "does not accept the API key"),
        (status(400), RequestRejected, "rejected the call"),
        (embedded([[1.0], [1.0]]), MalformedOutput, "1 texts were sent, and 2 vectors came back"),
        (embedded([[0.0, 0.0]]), MalformedOutput, "points nowhere"),
    ],
)
def test_what_goes_wrong_is_a_failure_of_its_kind(server, reply, failure, said):
    server.reply = reply
    with pytest.raises(failure, match=said) as raised:
        encoder(server).encode(["asthma"])
    assert type(raised.value) is failure
    assert raised.value.stage == "linking"


def test_tokens_are_told_and_no_later_call_may_have_the_answer(server):
    request = embed_request(["asthma", "cough"], stage="linking")
    answer = model_at(server.base_url).ask(request)
    assert (answer.usage.input_tokens, answer.usage.output_tokens) == (14, 0)
    assert answer.value == {"vectors": 2, "dimension": 26}
    assert not request.replayable
