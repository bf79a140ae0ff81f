"""Cells as pandas and table programs write them: what is certain is read, the rest refused."""

import json

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.core.datasets.cells import list_or_object, whole_number
from pipeline.core.datasets.fields import InvalidRecord


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (2, 2),
        (2.0, 2),
        ("2", 2),
        ("2.0", 2),
        (" -1.00 ", -1),
        (0, 0),
        (2.5, None),
        ("2.5", None),
        (True, None),
        (None, None),
        (float("nan"), None),
        (float("inf"), None),
        (2.0**53, None),
        ("", None),
        ("A", None),
        ("2e3", None),
    ],
)
def test_whole_numbers(value, number):
    assert whole_number(value) == number


TEXTS = st.lists(st.text(max_size=8), min_size=1, max_size=5)


@settings(max_examples=40, deadline=None)
@given(TEXTS)
def test_a_list_of_texts_is_read_as_json_and_as_python_prints_it(texts):
    assert list_or_object(texts, "options") == texts
    assert list_or_object(json.dumps(texts), "options") == texts
    assert list_or_object(str(texts), "options") == texts


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.text(max_size=2), st.text(max_size=8) | st.none()))
def test_an_object_is_read_as_json_and_as_python_prints_it(texts):
    assert list_or_object(json.dumps(texts), "options") == texts
    assert list_or_object(str(texts), "options") == texts


@settings(max_examples=40, deadline=None)
@given(TEXTS)
def test_a_list_is_read_as_numpy_prints_it(texts):
    assert list_or_object(str(numpy.array(texts, dtype=object)), "options") == texts


def test_arrays_and_absent_values_are_read_as_pandas_prints_them():
    printed = {"contexts": numpy.array(["One, nan.", "Two"], dtype=object), "year": float("nan")}
    assert list_or_object(str(printed), "context") == {
        "contexts": ["One, nan.", "Two"],
        "year": None,
    }


@pytest.mark.parametrize("text", ["['it''s']", "['A' 'B', 'C']", "{'A': 'x' 'B': 'y'}"])
def test_texts_that_touch_are_never_joined(text):
    with pytest.raises(InvalidRecord, match="without a comma"):
        list_or_object(text, "options")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "A",
        "1",
        "'A'",
        "[A, B]",
        "[0 1]",
        "__import__('os')",
        "[" * 90_000,
        "'\\" * 400_000,
        None,
        3,
    ],
)
def test_anything_else_is_refused(text):
    with pytest.raises(InvalidRecord, match="neither a list nor an object"):
        list_or_object(text, "options")
