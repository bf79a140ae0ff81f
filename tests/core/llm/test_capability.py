"""Probing an endpoint down the ladder: what it obeys, not what it says it knows."""

import json

import pytest

from pipeline.core.errors import EndpointUnavailable, MalformedOutput, TransientFailure
from pipeline.core.llm.capability import LADDER, probe
from tests.factories.llm import model_at
from tests.peers.faulty_server import completion, faulty_server, status

SHAPE = json.dumps({"greeting": "Good day!", "marker": "k7"})


@pytest.fixture(scope="module")
def server():
    with faulty_server(completion(SHAPE)) as started:
        yield started


def probed(server, obeys):
    """Probe a server that replies by how it is asked: `obeys` maps capabilities to replies."""

    def reply(handler):
        kind = server.asked[-1].get("response_format", {}).get("type", "plain")
        obeys.get(kind, completion("Good day!"))(handler)

    server.reply = reply
    server.asked.clear()
    return probe(lambda answer_format: model_at(server.base_url, answer_format=answer_format))


@pytest.mark.parametrize("best", LADDER)
def test_the_first_rung_that_is_obeyed_is_the_capability(server, best):
    obeyed = LADDER[LADDER.index(best) :]
    assert probed(server, dict.fromkeys(obeyed, completion(SHAPE))) == best
    assert len(server.asked) == LADDER.index(best) + 1


@pytest.mark.parametrize(
    "reply",
    [
        status(400),
        status(422),
        completion("Good day!"),
        completion('{"greeting": "Good day!"}'),
        completion('{"greeting":' + " " * 90, "length"),
    ],
)
def test_a_rung_that_is_rejected_ignored_or_endless_leads_to_the_next(server, reply):
    obeys = {"json_schema": reply, "json_object": completion(SHAPE)}
    assert probed(server, obeys) == "json_object"


def test_a_server_that_ignores_the_schema_is_not_told_the_shape_by_the_prompt(server):
    probed(server, {"json_schema": completion(SHAPE)})
    assert "marker" not in json.dumps(server.asked[0]["messages"])
    assert "temperature" not in server.asked[0]


@pytest.mark.parametrize(("code", "kind"), [(429, TransientFailure), (401, EndpointUnavailable)])
def test_what_says_nothing_of_the_capability_is_raised(server, code, kind):
    with pytest.raises(kind):
        probed(server, {"json_schema": status(code)})
    assert len(server.asked) == 1


def test_an_endpoint_that_gives_json_in_no_way_is_not_taken_for_plain(server):
    with pytest.raises(MalformedOutput):
        probed(server, {})
