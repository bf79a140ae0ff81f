"""Who answered, as the body of a chat completion says."""

import pytest

from pipeline.core.llm.base import Named
from pipeline.core.llm.reading.body import json_of
from pipeline.core.llm.reading.naming import read_naming


def test_model_provider_and_build_are_read():
    body = {"model": "gpt-x-2026-10-01", "provider": "Together", "system_fingerprint": "fp_1"}
    assert read_naming(body) == Named("gpt-x-2026-10-01", "Together", "fp_1")


@pytest.mark.parametrize("body", [{}, [], None, {"model": None, "provider": 3}, {"model": ["a"]}])
def test_what_is_not_told_is_empty(body):
    assert read_naming(body) == Named()


def test_a_name_is_one_line_and_no_longer_than_its_column():
    named = read_naming({"model": " a\nb\x00\ud800 " + "x" * 500, "provider": "p" * 500})
    assert named.model.startswith("ab ")
    assert (len(named.model), len(named.provider)) == (200, 100)


def test_events_name_who_answers_too():
    events = b'data: {"model": "m-1", "choices": [{"delta": {"content": "{}"}}]}\n\ndata: [DONE]\n'
    assert read_naming(json_of(events)).model == "m-1"
