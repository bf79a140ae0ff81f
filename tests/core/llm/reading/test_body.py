"""The JSON in what came, with blanks before it or in events that nobody asked for."""

import json

import pytest

from pipeline.core.llm.reading.body import json_of
from pipeline.core.llm.reading.completion import read_completion

WHOLE = {"choices": [{"message": {"content": "{}"}, "finish_reason": "stop"}], "usage": {"n": 1}}


@pytest.mark.parametrize("before", [b"", b"\n\n  \n", b"\xef\xbb\xbf", b"\n\xef\xbb\xbf"])
def test_what_stands_before_the_json_does_not_matter(before):
    assert json_of(before + json.dumps(WHOLE).encode()) == WHOLE


def event(**chunk):
    return f"data: {json.dumps(chunk)}\n\n".encode()


def delta(finish_reason=None, **said):
    return event(choices=[{"delta": said, "finish_reason": finish_reason}])


def test_events_add_up_to_the_completion_they_stand_for():
    body = b": waiting\n\n" + delta(role="assistant", reasoning_content="Hm.") + delta(content="{")
    body += delta("stop", content="}") + event(choices=[], usage={"prompt_tokens": 3})
    completion = read_completion(json_of(body + b"data: [DONE]\n\n"))
    assert (completion.text, completion.reasoning, completion.ended) == ("{}", "Hm.", "whole")
    assert completion.usage == {"prompt_tokens": 3}


def test_a_fault_among_events_is_the_whole_ones():
    assert json_of(event(error={"code": 502})) == {"error": {"code": 502}}
    assert json_of(delta(content="{") + event(error={"code": 502}))["error"] == {"code": 502}


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"choices": [', b"[" * 200_000, b"data: {"])
def test_what_is_no_json_is_told(body):
    with pytest.raises(ValueError):  # noqa: PT011 - of any kind
        json_of(body)
