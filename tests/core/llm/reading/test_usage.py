"""Tokens as far as they can be true: never less than told, nothing made of what cannot be."""

from dataclasses import replace

import pytest

from pipeline.core.llm.base import Message
from pipeline.core.llm.reading.usage import max_input_tokens, read_usage, was_read_in_part
from tests.factories.llm import REQUEST

MOST = max_input_tokens(REQUEST)


def told(prompt, completion, total=None, **more):
    counts = {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": total}
    return {name: value for name, value in counts.items() if value is not None} | more


@pytest.mark.parametrize(
    ("usage", "read", "written"),
    [
        (told(31, 9), 31, 9),
        (told(31, 9, 40), 31, 9),
        (told(31.0, 9.0, 40.0), 31, 9),
        ({"input_tokens": 31, "output_tokens": 9}, 31, 9),
        (told(31, 9, 60), 31, 29),
        (told(31, 9, 1), 31, 9),
        (told(31, None, 40), 31, 9),
        (told(31, 0), 31, None),
        (told(0, 0, 0), None, None),
        (told(-1, -1), None, None),
        (told(True, 9), None, 9),
        (told("31", 2.5), None, None),
        (told(float("inf"), float("nan")), None, None),
        (told(MOST, 200), MOST, 200),
        (told(MOST + 1, 200), None, 200),
        (told(31, 10**9), 31, None),
        (told(10**15, 10**15, 2 * 10**15), None, None),
        (told(31, 9, 10**15), None, None),
        (told(3, 9, prompt_tokens_details={"cached_tokens": 90}), 93, 9),
        (told(90, 9, prompt_tokens_details={"cached_tokens": 64}), 90, 9),
        (told(31, 9, completion_tokens_details={"reasoning_tokens": 300}), 31, 309),
        (told(31, 309, completion_tokens_details={"reasoning_tokens": 300}), 31, 309),
        (told(31, 9, prompt_tokens_details=None), 31, 9),
        (None, None, None),
        ([], None, None),
    ],
)
def test_usage_is_counts_that_can_be_true_or_nothing(usage, read, written):
    known = read_usage(usage, REQUEST)
    assert (known.input_tokens, known.output_tokens) == (read, written)


def asking(text, **changes):
    return replace(REQUEST, messages=(REQUEST.messages[0], Message("user", text)), **changes)


PROSE = "A child of four wheezes at night and coughs when she runs about. " * 120


@pytest.mark.parametrize(
    ("text", "read", "is_in_part"),
    [
        (PROSE, 1700, False),
        (PROSE, 970, True),
        (PROSE * 2, 2048, True),
        (PROSE * 2, 2049, False),
        (PROSE, None, False),
        (PROSE, 7, False),
        ("Hm?", 33, False),
        ("a" * 9000, 64, False),
        (" " * 9000 + "Hm?", 64, False),
    ],
)
def test_fewer_tokens_than_a_prompt_can_have_are_noticed(text, read, is_in_part):
    assert was_read_in_part(asking(text), read, None) is is_in_part
    assert not was_read_in_part(asking(text, repair=True), read, None)


def test_a_prompt_that_fills_a_known_context_was_read_in_part():
    assert was_read_in_part(asking(PROSE), 1500, 1500)
    assert not was_read_in_part(asking(PROSE), 1499, 1500)
