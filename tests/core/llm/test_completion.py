"""Text, reasoning and usage, wherever servers put them; reasoning is never part of the answer."""

import pytest

from pipeline.core.llm.completion import NotACompletion, read_completion

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
    "body", [None, [], "x", {}, {"choices": []}, {"choices": [{}]}, {"choices": [{"message": 1}]}]
)
def test_what_has_no_choice_with_a_message_is_no_completion(body):
    with pytest.raises(NotACompletion):
        read_completion(body)


@pytest.mark.parametrize(
    ("usage", "told"),
    [
        ({"prompt_tokens": 3, "completion_tokens": 0}, (3, 0)),
        ({"prompt_tokens": True, "completion_tokens": -1}, (None, None)),
        ({"prompt_tokens": 2.5}, (None, None)),
        (None, (None, None)),
        ([], (None, None)),
    ],
)
def test_usage_is_counts_or_nothing(usage, told):
    body = {"choices": [{"message": {"content": GOOD}}], "usage": usage}
    read_usage = read_completion(body).usage
    assert (read_usage.input_tokens, read_usage.output_tokens) == told
