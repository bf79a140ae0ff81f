"""A key names one option in the way it is said to be written, and in no other."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.datasets.fields import InvalidRecord, Unlabelled
from pipeline.core.datasets.mapping.field_mapping import KeyField
from pipeline.core.datasets.mapping.keys import keyed_option
from pipeline.core.records import Option

NUMBERS = tuple(Option(a, t) for a, t in zip("ABC", ("1", "2", "0"), strict=True))
WORDS = tuple(Option(a, t) for a, t in zip("ABC", ("yes", "no", "maybe"), strict=True))


def label(value: object, written: Any, first: Any = None, options: Any = WORDS) -> str:
    return keyed_option({"k": value}, (KeyField("k", written, first),), options).label


@pytest.mark.parametrize(
    ("value", "written", "first", "expected"),
    [
        ("B", "letter", None, "B"),
        (["B"], "letter", None, "B"),
        ("b", "small letter", None, "B"),
        (1, "number", 0, "B"),
        (1, "number", 1, "A"),
        ("1", "number", 0, "B"),
        (1.0, "number", 0, "B"),
        ("no", "text", None, "B"),
        ("B. no", "letter and text", None, "B"),
        ("(B) no", "letter and text", None, "B"),
    ],
)
def test_each_way(value, written, first, expected):
    assert label(value, written, first) == expected


def test_a_number_among_options_that_are_numbers_is_what_it_is_said_to_be():
    read = [label("1", "text", options=NUMBERS)]
    read += [label("1", "number", first, NUMBERS) for first in (0, 1)]
    assert read == ["A", "B", "A"]


@pytest.mark.parametrize(
    ("value", "written", "first", "reason"),
    [
        ("b", "letter", None, "not among"),
        ("B", "small letter", None, "not a small letter"),
        ("bc", "small letter", None, "not a small letter"),
        ("D", "letter", None, "not among"),
        ("A, B", "letter", None, "not among"),
        (["A", "B"], "letter", None, "names 2 answers"),
        (True, "letter", None, "not text"),
        (True, "number", 0, "not a whole number"),
        (1.5, "number", 0, "not a whole number"),
        (3, "number", 0, "expected is 0 to 2"),
        (0, "number", 1, "expected is 1 to 3"),
        ("No", "text", None, "none of the options"),
        ("B. yes", "letter and text", None, "differs from the text of option B"),
        ("B", "letter and text", None, "not a letter and a text"),
    ],
)
def test_what_names_no_option_for_certain_is_rejected(value, written, first, reason):
    with pytest.raises(InvalidRecord, match=reason):
        label(value, written, first)


@pytest.mark.parametrize("value", [None, "", -1, "-1", -1.0])
def test_a_question_without_a_key(value):
    with pytest.raises(Unlabelled):
        label(value, "number", 0)


KEYS = (KeyField("i", "number", 0), KeyField("t", "text"))


def test_two_columns_must_name_the_same_option():
    assert keyed_option({"i": 2, "t": "maybe"}, KEYS, WORDS).label == "C"
    with pytest.raises(InvalidRecord, match="t differs from the text of option C"):
        keyed_option({"i": 2, "t": "no"}, KEYS, WORDS)


@given(st.integers(2, 26), st.data())
def test_every_way_to_write_one_key_names_the_same_option(size, data):
    options = tuple(Option(chr(65 + n), f"Answer {n}") for n in range(size))
    place = data.draw(st.integers(0, size - 1))
    right = options[place]
    ways: list[tuple[object, str, int | None]] = [
        (right.label, "letter", None),
        (right.label.lower(), "small letter", None),
        (right.text, "text", None),
        (f"{right.label}. {right.text}", "letter and text", None),
        (place, "number", 0),
        (str(place + 1), "number", 1),
    ]
    assert {label(*way, options=options) for way in ways} == {right.label}
