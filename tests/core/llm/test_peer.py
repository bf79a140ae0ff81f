"""Against llama.cpp's own server: what a real peer answers, refuses and cuts off.

Its weights are random, so its words mean nothing; that they have the shape asked for is the
server's doing and ours.
"""

import threading
from dataclasses import replace
from typing import cast

import pytest

from pipeline.core.config import ModelConfig
from pipeline.core.errors import (
    EndpointUnavailable,
    RequestRejected,
    TransientFailure,
    TruncatedOutput,
)
from pipeline.core.llm.dialects import Dialect
from pipeline.core.llm.learning.learner import Learner
from pipeline.core.llm.openai_compatible import OpenAICompatibleModel
from pipeline.core.llm.structured import checked_value
from pipeline.core.method import make_trace
from pipeline.core.reasoners.language_model import requests
from pipeline.core.records import Candidate, Mention, OpenMention, Side
from tests.factories.llm import REQUEST
from tests.factories.method import CONFIG, question, tools
from tests.peers.llama_cpp import MODEL, Peer
from tests.peers.rehearsed import Rehearsed

ASKED = ModelConfig(temperature=1.0)
FREE = question(options=(), key=None, answer_text="rest")


def model_at(peer, api_key="", **given):
    dialect = Dialect(**{"timeout_seconds": 60.0, **given})
    return OpenAICompatibleModel("peer", peer.base_url, MODEL, api_key, dialect)


@pytest.fixture(scope="module")
def paths(graph):
    return make_trace(question(), tools(graph), CONFIG).paths


def every_request(graph, paths):
    candidates = tuple(Candidate(graph.node(index), 0.9) for index in (0, 6, 7))
    opened = [OpenMention(Mention(t, Side.QUESTION, 0, 1), candidates) for t in "abc"]
    return (
        requests.extract_request(question(), ASKED),
        requests.select_request(question(), opened, ASKED),
        requests.prune_request(question(), paths, 2, ASKED),
        requests.generate_request(question(), paths, ASKED),
        requests.answer_request(question(), "1. [an option] helps.", ASKED),
        requests.answer_request(FREE, "1. [an option] helps.", ASKED),
        requests.judge_request(FREE, "sleep", ASKED),
    )


def test_every_prompt_is_answered_in_its_schema(peer, graph, paths):
    model = model_at(peer)
    for request in every_request(graph, paths):
        for temperature in (0.0, 1.0):
            answer = model.ask(replace(request, temperature=temperature))
            assert checked_value(answer.text, request.answer_type) == answer.value
            assert answer.finish_reason == "stop"
            assert answer.usage.input_tokens > 500
            assert answer.usage.output_tokens > 5


def test_the_whole_method_asks_a_real_server(peer, graph):
    """Its answers are checked, then passed over for the demonstration's, so every stage comes."""
    asked = question("Migraine: which drug?", ("Acetylsalicilic acid", "Allopurinol"))
    rehearsed = Rehearsed(graph, ASKED, beside=model_at(peer))
    trace = make_trace(asked, tools(graph, rehearsed), CONFIG)
    assert trace.failure is None
    assert len(rehearsed.model.asked) == 5


def test_how_it_is_asked_is_found(peer):
    def ask(dialect, request):
        model = OpenAICompatibleModel("peer", peer.base_url, MODEL, "", dialect)
        return model.ask(dialect.applied_to(request))

    learner = Learner(ask)
    assert learner.learn(Dialect())[0] == Dialect()
    assert learner.with_kept_limit(Dialect()) == (Dialect(), True)


def test_an_answer_beyond_the_limit_is_truncated(peer, graph, paths):
    request = replace(every_request(graph, paths)[3], max_output_tokens=7)
    with pytest.raises(TruncatedOutput) as raised:
        model_at(peer).ask(request)
    assert raised.value.output_tokens == 7
    assert raised.value.text
    assert raised.value.finish_reason == "length"


def test_a_call_it_cannot_read_is_rejected(peer):
    with pytest.raises(RequestRejected, match=r"\(400\)"):
        model_at(peer).ask(replace(REQUEST, temperature=cast(float, "hot")))


def test_a_prompt_longer_than_its_context_is_rejected(peer):
    message = replace(REQUEST.messages[1], content="wheeze " * 5000)
    with pytest.raises(RequestRejected):
        model_at(peer).ask(replace(REQUEST, messages=(message,)))


def test_a_path_it_does_not_know_is_not_there(peer):
    lost = OpenAICompatibleModel("peer", peer.base_url + "/nowhere", MODEL)
    with pytest.raises(EndpointUnavailable, match="404"):
        lost.ask(REQUEST)


def test_a_server_that_asks_for_a_key_wants_the_right_one(peer_model):
    with Peer(peer_model, api_key="sk-right") as guarded:
        with pytest.raises(EndpointUnavailable, match=r"API key \(401\)"):
            model_at(guarded, api_key="sk-wrong").ask(REQUEST)
        with pytest.raises(EndpointUnavailable, match="401"):
            model_at(guarded).ask(REQUEST)
        assert model_at(guarded, api_key="sk-right").ask(REQUEST).text


def test_a_server_killed_in_the_middle_may_have_charged_and_answers_again_once_it_is_back(
    peer_model, graph, paths
):
    with Peer(peer_model) as mortal:
        model = model_at(mortal)
        failures: list[TransientFailure] = []
        busy = threading.Event()

        def ask_until_it_fails():
            try:
                while True:
                    model.ask(every_request(graph, paths)[3])
                    busy.set()
            except TransientFailure as error:
                failures.append(error)

        threads = [threading.Thread(target=ask_until_it_fails) for _ in range(4)]
        for thread in threads:
            thread.start()
        assert busy.wait(60)
        mortal.kill()
        for thread in threads:
            thread.join(60)
        assert len(failures) == 4
        assert any(error.maybe_charged for error in failures)
        with pytest.raises(TransientFailure) as raised:
            model.ask(REQUEST)
        assert not raised.value.maybe_charged
        mortal.start()
        assert model.ask(REQUEST).value
