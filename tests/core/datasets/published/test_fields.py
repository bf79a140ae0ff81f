"""Twenty rows of every source in every shape it is published in, compared field by field."""

import csv
import io
import json
from typing import Any

import pytest

from pipeline.core.datasets.base import LoadedQuestion, adapter_of, read_questions
from pipeline.core.datasets.checking import checked_adapter
from pipeline.core.datasets.fields import InvalidRecord
from pipeline.core.datasets.mapping.proposal import propose_mapping
from pipeline.core.datasets.registry import ADAPTERS, get_adapter
from pipeline.core.datasets.source_file import sample_records
from pipeline.core.records import Question
from tests.core.datasets.published.records import SHAPES, published

IN_CSV = (
    "medmcqa",
    "medbullets, columns",
    "house",
    "house, letters",
    "house, option_a",
    "mmlu_pro",
)


def read(content: bytes, name: str, source: str) -> list[Question]:
    file = io.BytesIO(content)
    adapter = checked_adapter(file, name, get_adapter(source))
    outcomes = list(read_questions(file, name, adapter))
    assert all(isinstance(outcome, LoadedQuestion) for outcome in outcomes), outcomes
    return [outcome.question for outcome in outcomes if isinstance(outcome, LoadedQuestion)]


def as_jsonl(records: list[dict[str, Any]]) -> bytes:
    return "\n".join(map(json.dumps, records)).encode()


def as_csv(records: list[dict[str, Any]]) -> bytes:
    columns = dict.fromkeys(name for record in records for name in record)
    file = io.StringIO()
    writer = csv.DictWriter(file, columns)
    writer.writeheader()
    for record in records:
        packed = {n: json.dumps(v) if isinstance(v, list | dict) else v for n, v in record.items()}
        writer.writerow(packed)
    return file.getvalue().encode()


def source_of(shape: str) -> str:
    return shape.partition(",")[0]


@pytest.mark.parametrize("shape", SHAPES)
def test_every_field_is_read_as_the_source_states_it(shape):
    records, questions = published(shape)
    assert read(as_jsonl(records), "a.jsonl", source_of(shape)) == questions


@pytest.mark.parametrize("shape", IN_CSV)
def test_a_table_of_the_same_rows_says_the_same(shape):
    records, questions = published(shape)
    assert read(as_csv(records), "a.csv", source_of(shape)) == questions


def test_every_source_is_among_the_shapes():
    assert {source_of(shape) for shape in SHAPES} == set(ADAPTERS)


DESCRIBED = [shape for shape in SHAPES if not shape.startswith(("hle", "medreason", "pubmedqa"))]


@pytest.mark.parametrize("shape", DESCRIBED)
def test_a_file_that_nobody_has_described_is_proposed_with_the_right_keys(shape):
    records, questions = published(shape)
    sample = sample_records(io.BytesIO(as_jsonl(records)), "a.jsonl")
    mapping = propose_mapping(sample.records).mapping
    assert mapping is not None
    if mapping.counted and mapping.counted.counts_from is None:
        mapping = mapping.counting_from(0)
    read_by_it = [adapter_of(mapping, "mine").parse(r.fields, r.position) for r in sample.records]
    keys = [(q.text, q.options, q.answer_label, q.answer_text) for q in read_by_it]
    assert keys == [(q.text, q.options, q.answer_label, q.answer_text) for q in questions]


@pytest.mark.parametrize(
    ("source", "record", "reason"),
    [
        ("hle", {"id": "1", "image": "data:image/png;base64,x"}, "needs its image"),
        ("medxpertqa", {"id": "1", "images": ["a.png"]}, "needs its image"),
        ("hle", {"answer": "A. Vitamin D", "answer_idx": "A"}, "differs from the text of option A"),
        ("hle", {"answer": "B. Vitamin D", "answer_idx": "A"}, "names option A, answer B"),
        ("mmlu_pro", {"answer": "A", "answer_index": 1}, "names option A, answer_index B"),
        ("medxpertqa", {"question": "Q?\nAnswer Choices: (A) x (B) y"}, "lists other options"),
        ("medreason", {"answer": "It depends."}, "none of the options"),
        ("mmlu", {"answer": "b"}, "not among the options"),
        ("mmlu", {"answer": ["A", "B"]}, "not a whole number"),
    ],
)
def test_what_does_not_agree_with_itself_is_rejected(source, record, reason):
    two = {"A": "Vitamin C", "B": "Vitamin D"}
    texts = [*two.values(), "Niacin", "Folate"]
    base: dict[str, dict[str, Any]] = {
        "hle": {"id": "1", "question": "Q?", "options": two, "answer": "x", "answer_idx": "A"},
        "medxpertqa": {"id": "1", "question": "Q?", "options": two, "label": "A"},
        "mmlu": {"question": "Q?", "choices": texts, "answer": 0},
        "mmlu_pro": {"question_id": 1, "question": "Q?", "options": texts},
        "medreason": {"dataset_name": "d", "id_in_dataset": 1, "question": "Q?"}
        | {"options": "A. Vitamin C\nB. Vitamin D", "answer": "Vitamin C"},
    }
    with pytest.raises(InvalidRecord, match=reason):
        get_adapter(source).counting_from(0).parse({**base[source], **record}, 0)
