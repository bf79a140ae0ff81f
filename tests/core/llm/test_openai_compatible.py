"""What is sent to an endpoint, to whom, and what of its answer is the answer."""

import json
from dataclasses import replace

import httpx2
import pytest

from pipeline.core.errors import PromptTruncated, RequestRejected
from pipeline.core.llm.base import Message
from pipeline.core.llm.dialects import first_tried
from tests.factories.llm import GOOD, KEY, REQUEST, model_at
from tests.peers.faulty_server import completion, faulty_server, status


@pytest.fixture(scope="module")
def server():
    with faulty_server(completion(GOOD)) as started:
        yield started


def sent(server, request=REQUEST, **given):
    server.reply = completion(GOOD)
    model_at(server.base_url, **given).ask(request)
    return server.asked[-1]


def sent_to(base_url, **given):
    """What a host of that name would be sent, and the address that it was sent to."""
    seen = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        choice = {"message": {"content": GOOD}, "finish_reason": "stop"}
        return httpx2.Response(200, json={"choices": [choice]})

    client = httpx2.Client(transport=httpx2.MockTransport(answer))
    model_at(base_url, http_client=client, **given).ask(REQUEST)
    return str(seen[0].url), json.loads(seen[0].content)


def test_an_answer_is_checked_and_carries_what_it_took(server):
    server.reply = completion(GOOD)
    answer = model_at(server.base_url).ask(REQUEST)
    assert answer.text == GOOD
    assert answer.value == {"finding": "wheeze", "side": "left"}
    assert (answer.usage.input_tokens, answer.usage.output_tokens) == (31, 9)
    assert (answer.finish_reason, answer.reasoning) == ("stop", "")


def test_an_answer_says_who_gave_it(server):
    choice = {"message": {"content": GOOD}, "finish_reason": "stop"}
    said = {"model": "tiny-random-0930", "provider": "Someone"}
    server.reply = status(200, {"choices": [choice], **said})
    named = model_at(server.base_url).ask(REQUEST).named
    assert (named.model, named.provider) == ("tiny-random-0930", "Someone")


def test_usage_that_is_not_told_is_none_and_never_0(server):
    server.reply = completion(GOOD, usage={"prompt_tokens": "31"})
    usage = model_at(server.base_url).ask(REQUEST).usage
    assert (usage.input_tokens, usage.output_tokens) == (None, None)


def test_a_call_names_model_messages_limit_and_a_strict_schema(server):
    body = sent(server)
    assert body["model"] == "tiny-random"
    assert body["messages"][1] == {"role": "user", "content": "A child wheezes."}
    assert (body["max_tokens"], body["temperature"]) == (200, 0.0)
    held = body["response_format"]["json_schema"]
    assert held["strict"] is True
    assert held["schema"]["additionalProperties"] is False
    assert held["schema"]["required"] == ["finding", "side"]
    assert "service_tier" not in body


def test_flex_and_the_models_own_temperature_are_sent_when_asked(server):
    body = sent(server, replace(REQUEST, service_tier="flex", temperature=None))
    assert body["service_tier"] == "flex"
    assert "temperature" not in body


def test_a_weaker_endpoint_gets_the_schema_in_words(server):
    body = sent(server, answer_format="json_object")
    assert body["response_format"] == {"type": "json_object"}
    system = body["messages"][0]["content"]
    assert system.startswith("Name the finding.\n\n")
    assert '"enum":["left","right"]' in system
    assert "response_format" not in sent(server, answer_format="plain")
    assert '"enum"' in server.asked[-1]["messages"][0]["content"]


def test_a_request_without_system_message_gets_one_for_the_schema(server):
    body = sent(server, replace(REQUEST, messages=(Message("user", "Hm?"),)), answer_format="plain")
    assert [message["role"] for message in body["messages"]] == ["system", "user"]


def test_a_server_may_put_words_around_its_json(server):
    server.reply = completion(f"Here you are: {GOOD} Anything else?")
    assert model_at(server.base_url).ask(REQUEST).value["side"] == "left"


def test_a_call_is_sent_in_the_endpoints_dialect(server):
    body = sent(
        server,
        output_limit="max_completion_tokens",
        sends_temperature=False,
        reasoning_effort="low",
        system_role=False,
        extra_body={"chat_template_kwargs": {"enable_thinking": False}},
    )
    assert body["max_completion_tokens"] == 200
    assert not {"max_tokens", "temperature"} & body.keys()
    assert (body["reasoning_effort"], body["chat_template_kwargs"]) == (
        "low",
        {"enable_thinking": False},
    )
    assert body["messages"] == [
        {"role": "user", "content": "Name the finding.\n\nA child wheezes."}
    ]


def test_texts_go_as_typed_parts_where_a_server_wants_them(server):
    part = {"type": "text", "text": "A child wheezes."}
    assert sent(server, typed_parts=True)["messages"][1]["content"] == [part]


def test_a_prompt_longer_than_the_stated_context_is_not_sent(server):
    before = len(server.asked)
    long = replace(REQUEST, messages=(Message("user", "A child wheezes. " * 100),))
    with pytest.raises(RequestRejected, match="context is set to 50"):
        model_at(server.base_url, context_tokens=50).ask(long)
    assert len(server.asked) == before


def test_a_prompt_that_was_read_in_part_is_a_failure_that_was_paid_for(server):
    server.reply = completion(GOOD, usage={"prompt_tokens": 64, "completion_tokens": 9})
    long = replace(REQUEST, messages=(Message("user", "A child wheezes. " * 100),))
    with pytest.raises(PromptTruncated, match="OLLAMA_CONTEXT_LENGTH") as raised:
        model_at(server.base_url).ask(long)
    assert (raised.value.input_tokens, raised.value.output_tokens) == (64, 9)


@pytest.mark.parametrize(
    ("base_url", "limit", "bounds"),
    [
        ("https://api.openai.com/v1", "max_completion_tokens", True),
        ("https://API.openai.com./v1", "max_completion_tokens", True),
        ("https://eu.api.openai.com/v1", "max_completion_tokens", True),
        ("https://house.openai.azure.com/openai/v1/", "max_completion_tokens", False),
        ("https://notapi.openai.com.example/v1", "max_tokens", True),
        ("http://llm.house:8000/v1", "max_tokens", True),
    ],
)
def test_the_host_decides_what_is_tried_first(base_url, limit, bounds):
    url, body = sent_to(base_url, dialect=first_tried(base_url))
    assert url.endswith("/v1/chat/completions")
    assert {"max_tokens", "max_completion_tokens"} & body.keys() == {limit}
    assert first_tried(base_url).array_bounds is bounds


def test_the_key_goes_to_the_endpoint_and_nowhere_else(server):
    sent(server)
    assert server.headers[-1]["authorization"] == f"Bearer {KEY}"
    assert KEY not in repr(model_at(server.base_url))


def test_nothing_of_the_environment_is_sent(server, monkeypatch):
    foreign = {
        "OPENAI_API_KEY": "sk-env",
        "OPENAI_ORG_ID": "org-env",
        "OPENAI_PROJECT_ID": "project-env",
        "OPENAI_CUSTOM_HEADERS": "x-own: header-env",
        "HTTP_PROXY": "http://127.0.0.1:9",
    }
    for name, value in foreign.items():
        monkeypatch.setenv(name, value)
    sent(server, api_key="")
    assert "authorization" not in server.headers[-1]
    assert not [value for value in server.headers[-1].values() if "env" in value]


@pytest.mark.parametrize("key", ["sk-\u2026", "sk-a\nHost: elsewhere", "sk\x00"])
def test_a_key_that_cannot_be_a_header_is_refused_without_being_shown(key):
    with pytest.raises(ValueError, match="no key has") as raised:
        model_at("http://llm.house/v1", api_key=key)
    assert "sk" not in str(raised.value)


def test_a_client_that_follows_redirects_is_refused():
    with pytest.raises(ValueError, match="redirects"):
        model_at("http://llm.house/v1", http_client=httpx2.Client(follow_redirects=True))


def test_the_callers_client_is_the_one_that_is_used():
    url, _ = sent_to("http://nowhere.invalid/v1")
    assert url.startswith("http://nowhere.invalid/")


def test_a_model_is_named_as_the_ledger_records_it():
    made = model_at("http://llm.house:8000/v1")
    assert (made.endpoint, made.model, made.host) == ("house", "tiny-random", "llm.house")
