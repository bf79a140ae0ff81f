"""Learning how an endpoint wants to be asked: what it obeys, not what it says it knows."""

import json
from dataclasses import replace

import pytest

from pipeline.core.errors import (
    EndpointUnavailable,
    MalformedOutput,
    NoAnswer,
    ParameterRejected,
    ReasonerFailure,
    RequestRejected,
    TransientFailure,
    TruncatedOutput,
)
from pipeline.core.llm.dialects import Dialect
from pipeline.core.llm.learning.learner import LADDER, Learner
from tests.factories.llm import model_at
from tests.peers.faulty_server import completion, faulty_server, status

SHAPE = json.dumps({"greeting": "Good day!", "marker": "k7", "words": ["day"]})
GOOD = completion(SHAPE)
PROSE = completion("Good day!")


@pytest.fixture(scope="module")
def server():
    with faulty_server(GOOD) as started:
        yield started


def learner_at(server, reply, *stated):
    """A learner whose endpoint replies by what it is asked; `reply` is a function of the body."""
    server.reply = lambda handler: reply(server.asked[-1])(handler)
    server.asked.clear()

    def ask(dialect, request):
        model = model_at(server.base_url, dialect=replace(dialect, timeout_seconds=5))
        return model.ask(dialect.applied_to(request))

    return Learner(ask, frozenset(stated))


def learned(server, reply, tried=None, *stated):
    return learner_at(server, reply, *stated).learn(tried or Dialect())[0]


def kind_of(asked):
    return asked.get("response_format", {}).get("type", "plain")


def refusing(test, reply):
    """Good answers, but for what the test holds of."""
    return lambda asked: reply if test(asked) else GOOD


@pytest.mark.parametrize("best", LADDER)
def test_the_first_answer_format_that_is_obeyed_is_taken(server, best):
    obeyed = LADDER[LADDER.index(best) :]
    assert learned(server, refusing(lambda asked: kind_of(asked) not in obeyed, PROSE)) == Dialect(
        answer_format=best
    )


@pytest.mark.parametrize(
    "reply",
    [
        status(400),
        status(422),
        status(500),
        PROSE,
        completion('{"greeting": "Good day!"}'),
        completion('{"greeting":' + " " * 90, "length"),
    ],
)
def test_a_format_that_is_rejected_ignored_or_endless_leads_to_the_next(server, reply):
    dialect = learned(server, refusing(lambda asked: kind_of(asked) == "json_schema", reply))
    assert dialect == Dialect(answer_format="json_object")


@pytest.mark.parametrize(
    "odd",
    [
        PROSE,
        completion(""),
        completion("", "error"),
        completion("", "abort"),
        completion("", "insufficient_system_resource"),
        completion(None, reasoning_content=SHAPE),
        status(400),
        status(500),
        status(200, {"error": {"message": "no"}}),
        status(200, {"choices": []}),
        status(400, {"error": {"param": "temperature"}}),
    ],
)
def test_one_odd_answer_lowers_nothing(server, odd):
    assert learned(server, lambda asked: odd if len(server.asked) == 1 else GOOD) == Dialect()


def named(parameter):
    return status(400, {"error": {"message": "no", "param": parameter}})


def said(sentence):
    return status(400, {"error": {"message": sentence}})


def has_system(asked):
    return any(message["role"] == "system" for message in asked["messages"])


@pytest.mark.parametrize(
    ("test", "reply", "found"),
    [
        (
            lambda a: "max_tokens" in a,
            named("max_tokens"),
            {"output_limit": "max_completion_tokens"},
        ),
        (lambda a: "max_tokens" in a, status(400), {"output_limit": "max_completion_tokens"}),
        (lambda a: "temperature" in a, named("temperature"), {"sends_temperature": False}),
        (
            lambda a: "temperature" in a,
            said("Unsupported value: 'temperature' does not support 0 with this model."),
            {"sends_temperature": False},
        ),
        (lambda a: "temperature" in a, status(422), {"sends_temperature": False}),
        (has_system, said("System role not supported"), {"system_role": False}),
        (has_system, status(500, "crash", {"content-type": "text/plain"}), {"system_role": False}),
        (lambda a: "maxItems" in json.dumps(a), said("maxItems is bad"), {"array_bounds": False}),
        (lambda a: "maxItems" in json.dumps(a), status(400), {"array_bounds": False}),
        (lambda a: "maxLength" in json.dumps(a), said("maxLength is bad"), {"text_bounds": False}),
        (lambda a: "maxLength" in json.dumps(a), status(400), {"text_bounds": False}),
    ],
)
def test_what_a_server_refuses_is_left_out_whether_it_names_it_or_not(server, test, reply, found):
    assert learned(server, refusing(test, reply)) == replace(Dialect(), **found)


def test_an_answer_that_stands_in_the_reasoning_is_found_there(server):
    reply = completion(None, reasoning_content=SHAPE)
    assert learned(server, lambda asked: reply) == Dialect(answer_place="reasoning")


def test_a_model_that_thinks_through_its_limit_is_given_more(server):
    thoughts = completion(None, "length", reasoning_content="Hm.")
    assert learned(server, refusing(lambda a: a["max_tokens"] < 6000, thoughts)) == Dialect(
        max_output_tokens=8192
    )


@pytest.mark.parametrize(("most", "room"), [(40_000, 16_000), (9000, 8000), (100, None)])
def test_thoughts_get_as_much_room_as_the_server_gives(server, most, room):
    thinking = completion(SHAPE, reasoning_content="Hm.")
    learner = learner_at(server, lambda a: status(400) if a["max_tokens"] > most else thinking)
    assert learner.room_for_thoughts(Dialect()).max_output_tokens == room


def test_a_model_that_thought_only_once_gets_no_more_room_than_others(server):
    assert learner_at(server, lambda asked: GOOD).room_for_thoughts(Dialect()) == Dialect()


def test_an_answer_in_a_tool_call_is_found_there(server):
    called = [{"function": {"name": "answer", "arguments": SHAPE}}]
    reply = completion(None, "tool_calls", tool_calls=called)
    assert learned(server, lambda asked: reply) == Dialect(answer_place="tool_call")


CUT = completion('{"gr', "length")


@pytest.mark.parametrize(
    ("keeping", "limit", "is_kept"),
    [
        ({"max_tokens", "max_completion_tokens"}, "max_tokens", True),
        ({"max_completion_tokens"}, "max_completion_tokens", True),
        (set(), "max_tokens", False),
    ],
)
def test_a_limit_that_is_ignored_without_a_word_is_noticed(server, keeping, limit, is_kept):
    learner = learner_at(server, refusing(lambda asked: keeping & asked.keys(), CUT))
    dialect, kept = learner.with_kept_limit(Dialect())
    assert (dialect.output_limit, kept) == (limit, is_kept)


def test_the_other_name_of_a_limit_is_not_taken_where_it_is_refused(server):
    learner = learner_at(server, refusing(lambda asked: "max_tokens" in asked, status(400)))
    newer = Dialect(output_limit="max_completion_tokens")
    assert learner.with_kept_limit(newer) == (newer, False)


@pytest.mark.parametrize(
    ("stated", "test"),
    [
        ({"output_limit": "max_tokens"}, lambda a: "max_tokens" in a),
        ({"system_role": True}, has_system),
        ({"answer_format": "json_schema"}, lambda a: kind_of(a) == "json_schema"),
    ],
)
def test_what_a_lead_states_is_not_tried_otherwise(server, stated, test):
    with pytest.raises(RequestRejected):
        learned(server, refusing(test, status(400)), replace(Dialect(), **stated), *stated)


@pytest.mark.parametrize(
    ("given", "lever"),
    [
        ({"reasoning_effort": "low"}, "reasoning effort"),
        ({"extra_body": {"chat_template_kwargs": {}}}, "extra body's chat_template_kwargs"),
    ],
)
def test_a_refusal_of_what_was_stated_names_it_at_once(server, given, lever):
    name = "reasoning_effort" if "reasoning_effort" in given else "chat_template_kwargs"
    reply = refusing(lambda a: name in a, said(f"Extra inputs are not permitted: {name}"))
    with pytest.raises(ParameterRejected, match=lever):
        learned(server, reply, replace(Dialect(), **given), *given)
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    ("code", "kind"), [(429, TransientFailure), (401, EndpointUnavailable), (503, TransientFailure)]
)
def test_what_says_nothing_of_the_way_of_asking_is_raised(server, code, kind):
    with pytest.raises(kind):
        learned(server, lambda asked: status(code))
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("reply", "kind", "lever"),
    [
        (PROSE, MalformedOutput, "choose another model"),
        (status(200, {"choices": []}), NoAnswer, "the model's name"),
        (status(500), TransientFailure, "base URL"),
        (status(400), RequestRejected, "model"),
        (completion('{"a', "length"), TruncatedOutput, "output limit"),
    ],
)
def test_an_endpoint_that_answers_in_no_way_says_what_can_be_changed(server, reply, kind, lever):
    with pytest.raises(ReasonerFailure, match=lever) as raised:
        learned(server, lambda asked: reply)
    assert type(raised.value) is kind


def test_a_server_that_ignores_the_schema_is_not_told_the_shape_by_the_prompt(server):
    learned(server, lambda asked: GOOD)
    assert len(server.asked) == 1
    assert "marker" not in json.dumps(server.asked[0]["messages"])
