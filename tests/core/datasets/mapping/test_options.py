"""Options are read in each way that files write them, or rejected where they are ambiguous."""

from string import ascii_uppercase
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.datasets.fields import InvalidRecord
from pipeline.core.datasets.mapping.field_mapping import OptionFields
from pipeline.core.datasets.mapping.options import options_of, without_options
from pipeline.core.records import Option

TWO = (Option("A", "Vitamin C"), Option("B", "Vitamin D"))
LISTINGS = (
    "Answer Choices:\nA. Vitamin C\nB. Vitamin D",
    "A) Vitamin C\nB) Vitamin D\n",
    "(A) Vitamin C (B) Vitamin D",
    "Options: (A) Vitamin C\n(B) Vitamin D",
)


def read(value: object, written: Any) -> tuple[Option, ...]:
    return options_of({"o": value}, OptionFields(written, ("o",)))


@pytest.mark.parametrize("listing", LISTINGS)
def test_a_text_that_lists_them(listing):
    assert read(listing, "text") == TWO


@pytest.mark.parametrize(
    "value",
    [
        {"B": "Vitamin D", "A": "Vitamin C"},
        {"a": "Vitamin C", "b": "Vitamin D"},
        {"A": "Vitamin C", "B": "Vitamin D", "C": None},
        [{"key": "A", "value": "Vitamin C"}, {"key": "B", "value": "Vitamin D"}],
        [{"letter": "A", "content": "Vitamin C"}, {"letter": "B", "content": "Vitamin D"}],
        '{"A": "Vitamin C", "B": "Vitamin D"}',
    ],
)
def test_letters_and_texts(value):
    assert read(value, "object") == TWO


@pytest.mark.parametrize("value", [["Vitamin C", "Vitamin D"], "['Vitamin C', 'Vitamin D']"])
def test_a_list_is_lettered_in_its_order(value):
    assert read(value, "list") == TWO


def test_the_last_columns_may_be_empty_but_none_between():
    fields = OptionFields("columns", ("o1", "o2", "o3", "o4"))
    row = {"o1": "Vitamin C", "o2": "Vitamin D", "o3": "", "o4": None}
    assert options_of(row, fields) == TWO
    with pytest.raises(InvalidRecord, match="option C is empty"):
        options_of(row | {"o4": "Folate"}, fields)


def test_as_many_as_the_alphabet_has_letters():
    texts = [f"Answer {n}" for n in range(26)]
    assert [o.label for o in read(texts, "list")] == list(ascii_uppercase)
    with pytest.raises(InvalidRecord, match="27 options"):
        read([*texts, "one more"], "list")


@pytest.mark.parametrize(
    ("value", "written", "reason"),
    [
        ("A. x\nC. y", "text", "not lettered"),
        ("(A) rises with (B) x (B) y", "text", "not lettered"),
        ("A. x\nB. see (A)\nB. y", "text", "not lettered"),
        ("no options here", "text", "does not list"),
        ({"A": "x", "C": "y"}, "object", "not lettered"),
        ({"A": "x", "b": "y"}, "object", "not lettered"),
        ([{"key": "A", "value": "x"}, {"key": "A", "value": "y"}], "object", "not an object"),
        (["x", "x"], "list", "same text"),
        (["x", "x\u200b"], "list", "same text"),
        (["x", True], "list", "not text"),
        (["x", 0.5], "list", "not text"),
        (None, "list", "missing"),
        (7, "list", "neither"),
    ],
)
def test_what_leaves_open_which_option_is_which_is_rejected(value, written, reason):
    with pytest.raises(InvalidRecord, match=reason):
        read(value, written)


@pytest.mark.parametrize("listing", LISTINGS)
def test_a_question_that_ends_with_its_options_loses_them(listing):
    asked = "What is lacking?\n" + listing.replace("Options: ", "").replace("Answer Choices:\n", "")
    assert without_options(asked, TWO) == asked  # no heading: nothing says that they begin there
    headed = "What is lacking?\nAnswer Choices: " + listing.rpartition(":")[2]
    assert without_options(headed, TWO) == "What is lacking?"


def test_a_question_that_ends_with_other_options_is_rejected():
    with pytest.raises(InvalidRecord, match="other options"):
        without_options("What? Answer Choices: (A) Vitamin C (B) Vitamin K", TWO)


WORDS = st.text("abc xyz-,", min_size=1, max_size=20).map(str.strip).filter(bool)


@given(st.lists(WORDS, min_size=2, max_size=26, unique_by=lambda t: " ".join(t.split())))
def test_every_way_to_write_options_gives_the_same(texts):
    lettered = dict(zip(ascii_uppercase, texts, strict=False))
    options = tuple(Option(letter, text) for letter, text in lettered.items())
    assert read(lettered, "object") == read(texts, "list") == options
    assert read("\n".join(f"{a}. {t}" for a, t in lettered.items()), "text") == options
    assert read(" ".join(f"({a}) {t}" for a, t in lettered.items()), "text") == options
