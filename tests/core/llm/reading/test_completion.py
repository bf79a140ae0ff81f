"""Text, reasoning and usage, wherever servers put them; reasoning is never part of the answer."""

import pytest

from pipeline.core.llm.dialects import Dialect
from pipeline.core.llm.reading.completion import NotACompletion, read_completion

GOOD = '{"a": 1}'
PART = {"type": "text", "text": GOOD}


def read(content=GOOD, finish_reason="stop", **message):
    choice = {"message": {"content": content, **message}, "finish_reason": finish_reason}
    return read_completion({"choices": [choice]})


@pytest.mark.parametrize(
    ("given", "reasoning"),
    [
        ({}, ""),
        ({"reasoning_content": "So."}, "So."),
        ({"reasoning": "So."}, "So."),
        ({"content": f"<think>So.</think>\n{GOOD}"}, "So."),
        ({"content": f"<thinking>So.</thinking>{GOOD}"}, "So."),
        ({"content": f"So.</think>{GOOD}"}, "So."),
        ({"content": [PART]}, ""),
        (
            {
                "content": [
                    {"type": "thinking", "thinking": [{"type": "text", "text": "So."}]},
                    PART,
                ]
            },
            "So.",
        ),
        (
            {"content": [{"type": "thinking", "thinking": "So."}, {"type": "text", "text": GOOD}]},
            "So.",
        ),
    ],
)
def test_reasoning_is_told_apart_from_the_answer(given, reasoning):
    completion = read(**given)
    assert (completion.text, completion.reasoning) == (GOOD, reasoning)


def test_a_tag_within_the_json_is_part_of_the_answer():
    text = '{"a": "he said </think>"}'
    assert read(text).text == text
    assert read(f"```json\n{text}\n```").text == f"```json\n{text}\n```"


def test_a_thought_that_does_not_end_is_no_answer():
    completion = read("<think>So", "length")
    assert (completion.text, completion.reasoning) == ("", "So")


def test_what_cannot_be_stored_is_replaced_and_seen():
    assert read("a\x00b\ud800c").text == "a\ufffdb\ufffdc"


@pytest.mark.parametrize(
    ("text", "blank"), [(GOOD, False), (" " * 5, False), ('{"a":' + "\n " * 20, True)]
)
def test_a_loop_of_blanks_is_told(text, blank):
    assert read(text).mostly_blank is blank


@pytest.mark.parametrize(
    "body", [None, [], "x", {}, {"choices": [{}]}, {"choices": [{"message": 1}]}]
)
def test_what_has_no_choice_with_a_message_is_no_completion(body):
    with pytest.raises(NotACompletion):
        read_completion(body)


@pytest.mark.parametrize("choices", [[], None])
def test_an_empty_list_of_choices_is_an_empty_answer(choices):
    completion = read_completion({"choices": choices, "usage": {"prompt_tokens": 3}})
    assert (completion.text, completion.ended) == ("", "whole")
    assert completion.usage == {"prompt_tokens": 3}


@pytest.mark.parametrize(
    ("reason", "ended"),
    [
        *((reason, "whole") for reason in ("stop", "eos_token", "end_turn", "STOP", "", None)),
        *((reason, "whole") for reason in ("tool_calls", "function_call", "FinishReason.STOP")),
        *((reason, "cut") for reason in ("length", "MAX_TOKENS", "model_length", "max_tokens")),
        *((reason, "filtered") for reason in ("content_filter", "content-filter", "SAFETY")),
        *((reason, "filtered") for reason in ("RECITATION", "prohibited_content")),
        *((reason, "fault") for reason in ("error", "abort", "insufficient_system_resource")),
    ],
)
def test_foreign_reasons_to_end_mean_what_they_mean_elsewhere(reason, ended):
    assert read(finish_reason=reason).ended == ended


def test_a_fault_told_beside_an_answer_is_a_fault():
    choice = {"message": {"content": GOOD}, "finish_reason": "stop", "error": {"code": 502}}
    assert read_completion({"choices": [choice]}).ended == "fault"


def test_a_long_reason_is_kept_as_far_as_a_row_holds_it():
    assert len(read(finish_reason="x" * 90).finish_reason) == 40


CALLED = {"function": {"name": "answer", "arguments": GOOD}}
CALLS = [
    {"tool_calls": [CALLED]},
    {"tool_calls": [{"function": {"name": "answer", "arguments": {"a": 1}}}]},
    {"function_call": {"name": "answer", "arguments": GOOD}},
]


@pytest.mark.parametrize("called", CALLS)
def test_the_arguments_of_one_tool_call_are_an_answer_where_there_is_no_other(called):
    assert read(content=None, **called).text == GOOD
    assert read(content="Calling.", **called).text == "Calling."
    body = {"choices": [{"message": {"content": "Calling.", **called}}]}
    assert read_completion(body, Dialect(answer_place="tool_call")).text == GOOD


def test_of_several_tool_calls_none_is_the_answer():
    assert read(content=None, tool_calls=[CALLED, CALLED]).text == ""


def test_an_answer_among_the_reasoning_is_read_where_the_dialect_says_so():
    body = {"choices": [{"message": {"content": None, "reasoning_content": GOOD}}]}
    assert read_completion(body).text == ""
    read_there = read_completion(body, Dialect(answer_place="reasoning"))
    assert (read_there.text, read_there.reasoning) == (GOOD, "")
