"""From raw text to a value that met its schema; a wrong one never passes, a fence does."""

import json
from contextlib import suppress
from typing import Annotated, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from pipeline.core.errors import MalformedOutput, TruncatedOutput
from pipeline.core.llm.base import Answer, Usage
from pipeline.core.llm.structured import (
    UnusableText,
    ask_with_repair,
    checked_value,
    schema_instruction,
    strict_schema,
)
from tests.factories.llm import GOOD, REQUEST, Finding

VALUE = {"finding": "wheeze", "side": "left"}


@pytest.mark.parametrize(
    "text", [GOOD, f"\n {GOOD}\n", f"```json\n{GOOD}\n```", f"```\n{GOOD}```", f"\ufeff{GOOD}"]
)
def test_json_is_read_with_or_without_a_fence(text):
    assert checked_value(text, Finding) == VALUE


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("It wheezes.", "not valid JSON"),
        ('{"finding": "a", "finding": "b", "side": "left"}', "'finding' occurs twice"),
        ('{"finding": "a", "side": NaN}', "not finite"),
        ('{"finding": "a", "side": 1e999}', "not finite"),
        ('{"finding": "a\\u0000", "side": "left"}', "character"),
        ('{"finding": "\\ud800", "side": "left"}', "character"),
        ('{"finding": "a"}', "side: Field required"),
        ('{"finding": "a", "side": "up"}', "side: Input should be 'left' or 'right'"),
        ('{"finding": 1, "side": "left"}', "finding: Input should be a valid string"),
        ('{"finding": "a", "side": "left", "more": 1}', "more: Extra inputs"),
        ("[]", "The answer: Input should be an object"),
        ("[" * 100_000, "nested too deeply"),
        ("1" * 5000, "not valid JSON"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(text, said):
    with pytest.raises(UnusableText) as raised:
        checked_value(text, Finding)
    assert said in str(raised.value)
    assert len(str(raised.value)) < 600


OTHER = '{"finding": "cough", "side": "left"}'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("No JSON here.", "not valid JSON"),
        (f"{GOOD} or {OTHER}", "2 different answers"),
        ('So: {"finding": "a", "finding": "b", "side": "left"}', "occurs twice"),
        ('So: {"draft": 0}', "finding: Field required"),
        ("{" * 3000, "JSON"),
    ],
)
def test_amid_words_there_must_be_just_one_answer(text, said):
    with pytest.raises(UnusableText) as raised:
        checked_value(text, Finding)
    assert said in str(raised.value)


@pytest.mark.parametrize(
    "text",
    [
        f"A set {{like this}} aside, the answer is\n```json\n{GOOD}\n```\nGood luck.",
        f'First {{"draft": 0}}, then {GOOD}',
        f"{GOOD}\n\nOnce more: {GOOD}",
        f'{{"side": "left", "side": "left"}} no: {GOOD}',
    ],
)
def test_amid_words_the_object_is_found_that_the_schema_accepts(text):
    assert checked_value(text, Finding) == VALUE


def test_values_are_not_bent_into_their_type():
    class Count(BaseModel):
        count: int
        right: bool

    for text in ('{"count": "1", "right": true}', '{"count": 1, "right": "true"}'):
        with pytest.raises(UnusableText):
            checked_value(text, Count)
    assert checked_value('{"count": 1, "right": true}', Count) == {"count": 1, "right": True}


@given(st.text())
def test_no_text_whatever_breaks_the_reading(text):
    with suppress(UnusableText):
        assert set(checked_value(text, Finding)) == set(VALUE)


class Ranked(BaseModel):
    """Words that no server needs."""

    title: str = "x"
    only: Literal[0]
    ranks: Annotated[list[Literal[0, 1, 2]], Field(min_length=1, max_length=3)]
    inner: list[Finding]
    name: Annotated[str, Field(min_length=1, max_length=9, pattern="a")]


def test_the_strict_schema_closes_objects_and_drops_what_servers_refuse():
    schema = strict_schema(Ranked.model_json_schema())
    assert schema["required"] == ["title", "only", "ranks", "inner", "name"]
    assert schema["properties"]["title"] == {"type": "string"}
    assert schema["properties"]["only"] == {"type": "integer", "enum": [0]}
    assert schema["properties"]["name"] == {"type": "string"}
    assert schema["properties"]["ranks"]["maxItems"] == 3
    assert schema["$defs"]["Finding"]["additionalProperties"] is False
    assert "description" not in schema


def test_bounds_are_sent_where_a_server_takes_them():
    plain = Ranked.model_json_schema()
    bounded = strict_schema(plain, text_bounds=True)["properties"]
    assert bounded["name"] == {"type": "string", "maxLength": 9}
    bare = strict_schema(plain, array_bounds=False, text_bounds=True)["properties"]
    assert not {"minItems", "maxItems"} & bare["ranks"].keys()
    assert bare["name"] == {"type": "string"}


def test_the_schema_in_words_is_the_schema():
    plain = schema_instruction(Finding.model_json_schema()).partition("\n")[2]
    assert json.loads(plain) == strict_schema(Finding.model_json_schema())


class Turns:
    """A model that says one thing after another; an exception is raised."""

    endpoint, model = "house", "tiny-random"

    def __init__(self, *turns):
        self.turns, self.asked = list(turns), []

    def ask(self, request):
        self.asked.append(request)
        said = self.turns.pop(0)
        if isinstance(said, Exception):
            raise said
        return Answer(said, json.loads(said), "stop", Usage(1, 1))


def malformed(text="It wheezes."):
    return MalformedOutput("side: Field required.", stage="extraction", text=text)


def test_a_good_answer_is_asked_for_once():
    model = Turns(GOOD)
    assert ask_with_repair(model, REQUEST).text == GOOD
    assert len(model.asked) == 1


def test_a_repair_shows_the_model_its_answer_and_its_error_in_a_call_of_its_own():
    model = Turns(malformed(), GOOD)
    assert ask_with_repair(model, REQUEST).value == VALUE
    first, repair = model.asked
    assert first == REQUEST
    assert repair.repair
    assert repair.messages[:2] == REQUEST.messages
    assert (repair.messages[2].role, repair.messages[2].content) == ("assistant", "It wheezes.")
    assert "side: Field required." in repair.messages[3].content


def test_an_empty_answer_leaves_no_empty_turn():
    model = Turns(malformed(""), GOOD)
    ask_with_repair(model, REQUEST)
    assert all(message.content for message in model.asked[1].messages)


def test_a_second_malformed_answer_is_the_failure_and_keeps_its_text():
    with pytest.raises(MalformedOutput) as raised:
        ask_with_repair(Turns(malformed(), malformed("Still not.")), REQUEST)
    assert raised.value.text == "Still not."


def test_only_malformed_output_is_repaired():
    model = Turns(TruncatedOutput("Cut.", stage="extraction"), GOOD)
    with pytest.raises(TruncatedOutput):
        ask_with_repair(model, REQUEST)
    assert len(model.asked) == 1
