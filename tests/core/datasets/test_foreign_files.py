"""A file of another format gets one sentence: what it has, what is wanted, what it looks like."""

import io
import json

import pytest

from pipeline.core.datasets.checking import ENOUGH, checked_adapter
from pipeline.core.datasets.registry import get_adapter
from pipeline.core.errors import SourceFileError
from tests.core.datasets.published.records import published

HOUSE = {
    "id": "q",
    "question": "?",
    "options": {"A": "x", "B": "y"},
    "answer_idx": "A",
    "answer": "x",
}


def refusal(records: list[object], source: str, name: str = "a.jsonl") -> str:
    content = "\n".join(map(json.dumps, records)).encode()
    with pytest.raises(SourceFileError) as caught:
        checked_adapter(io.BytesIO(content), name, get_adapter(source))
    return str(caught.value)


@pytest.mark.parametrize(
    ("shape", "source"),
    [("medxpertqa", "medqa"), ("medmcqa", "house"), ("mmlu, number", "medbullets")],
)
def test_it_says_which_registered_source_it_looks_like(shape, source):
    records, _ = published(shape)
    told = refusal(list(records), source)
    assert f"It looks like {shape.partition(',')[0]}" in told
    assert f"{source} needs " in told
    assert "describe_questions" in told
    assert "\n" not in told


def test_a_shape_that_nobody_knows_is_to_be_described():
    told = refusal([{"frage": "?", "antwort": "x"}] * 3, "medqa")
    assert "have the fields frage, antwort" in told
    assert "Choose another format" in told


def test_a_hostile_name_of_a_field_is_shown_harmlessly():
    told = refusal([{"\u202eevil" + "x" * 999: 1}], "medqa")
    assert told.isascii()
    assert len(told) < 400


def test_a_large_foreign_file_is_given_up_early():
    content = (json.dumps({"frage": "x" * 1000}).encode() + b"\n") * 5000
    file = io.BytesIO(content)
    with pytest.raises(SourceFileError, match="no question that can be used"):
        checked_adapter(file, "a.jsonl", get_adapter("medqa"))
    assert file.tell() < len(content) / 2


def test_some_foreign_rows_do_not_condemn_a_file():
    records = [{"frage": "?"}] * (ENOUGH - 1) + [HOUSE]
    content = "\n".join(map(json.dumps, records)).encode()
    assert checked_adapter(io.BytesIO(content), "a.jsonl", get_adapter("house"))


def test_a_file_of_the_right_format_without_a_usable_question_names_the_first_reason():
    told = refusal([HOUSE | {"answer_idx": "b"}] * 60, "house")
    assert "line 1: It holds no question that can be used. The answer key 'b'" in told
