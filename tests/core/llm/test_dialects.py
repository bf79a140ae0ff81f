"""How a server is asked: what the host suggests, what was found, what a lead states."""

from dataclasses import replace

import pytest

from pipeline.core.errors import InvalidConfiguration
from pipeline.core.llm.dialects import Dialect, dialect_of, first_tried
from tests.factories.llm import REQUEST

AZURE = "https://house.openai.azure.com/openai/v1"


def test_what_is_stated_lies_over_what_was_found_and_this_over_what_the_host_suggests():
    found = {"output_limit": "max_tokens", "max_output_tokens": 8192, "calls_at_once": 2}
    dialect = dialect_of(AZURE, found, {"max_output_tokens": 16_000})
    assert dialect == replace(
        first_tried(AZURE), output_limit="max_tokens", max_output_tokens=16_000, calls_at_once=2
    )


def test_a_dialect_comes_back_from_its_json_unchanged():
    dialect = Dialect(
        answer_format="plain",
        max_output_tokens=8000,
        extra_body={"chat_template_kwargs": {"enable_thinking": False}},
        thought_markers=(("<a>", "</a>"),),
    )
    assert Dialect.from_json(dialect.as_json()) == dialect


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("answer_format", "xml"),
        ("output_limit", "limit"),
        ("max_output_tokens", 0),
        ("reasoning_effort", "High effort"),
        ("timeout_seconds", 0),
        ("timeout_seconds", 3601),
        ("calls_at_once", 0),
        ("extra_body", []),
        ("extra_body", {"model": "another"}),
        ("extra_body", {"temperature": 0}),
        ("extra_body", {"api_key": "x"}),
        ("extra_body", {"a": [{"Authorization": "x"}]}),
        ("extra_body", {"headers": {"x": "Bearer abc"}}),
        ("extra_body", {"x": "sk-not-to-be-seen-4711"}),
        ("extra_body", {"x": "aB3" * 12}),
        ("extra_body", {"x": "y" * 4000}),
        ("extra_body", {"x": float("nan")}),
    ],
    ids=lambda value: str(value)[:60],
)
def test_what_no_dialect_can_be_is_refused_at_its_part(part, value):
    with pytest.raises(InvalidConfiguration) as raised:
        Dialect.from_json({part: value})
    assert raised.value.field == part


@pytest.mark.parametrize(
    "body",
    [
        {"chat_template_kwargs": {"enable_thinking": False, "thinking_budget": 512}},
        {"thinking": {"type": "enabled", "budget_tokens": 4096}},
        {"provider": {"order": ["DeepInfra"], "allow_fallbacks": False}},
        {"options": {"num_ctx": 16384}},
        {"max_reasoning_tokens": 8000},
    ],
)
def test_what_servers_know_beyond_the_standard_is_taken(body):
    assert Dialect.from_json({"extra_body": body}).extra_body == body


def test_only_what_changes_an_answer_and_is_not_the_default_joins_a_fingerprint():
    assert Dialect(output_limit="max_completion_tokens", calls_at_once=3).deciding == {}
    odd = Dialect(reasoning_effort="low", extra_body={"seed": 1}, system_role=False)
    assert odd.deciding == {
        "reasoning_effort": "low",
        "system_role": False,
        "extra_body": {"seed": 1},
    }


def test_a_request_takes_the_endpoints_limit_and_loses_a_temperature_it_refuses():
    assert Dialect().applied_to(REQUEST) == REQUEST
    applied = Dialect(max_output_tokens=16_000, sends_temperature=False).applied_to(REQUEST)
    assert (applied.max_output_tokens, applied.temperature) == (16_000, None)
