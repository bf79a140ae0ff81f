"""A file without its answer keys is refused, whatever the source and however they are missing."""

import io
import json

import pytest

from pipeline.core.datasets.base import RejectedLine, read_questions
from pipeline.core.datasets.checking import checked_adapter
from pipeline.core.datasets.registry import get_adapter
from pipeline.core.errors import SourceFileError
from tests.core.datasets.published.records import SHAPES, Record, published

MULTIPLE_CHOICE = [
    shape for shape in SHAPES if not shape.startswith(("medical_o1", "pubmedqa, unlabelled"))
]
KEYS = ("answer", "answer_idx", "answer_index", "cop", "label", "final_decision", "FINAL_DECISION")
MISSING = {"absent": {}, "null": None, "empty": "", "-1": -1}


def fields_of_the_key(shape: str) -> list[str]:
    return [name for name in KEYS if name in published(shape)[0][0]]


def without(record: Record, key: str, how: str) -> Record:
    left = {name: value for name, value in record.items() if name != key}
    return left if how == "absent" else left | {key: MISSING[how]}


def is_choice(record: Record) -> bool:
    """Whether options are asked for: the answer of another question may be a number, also -1."""
    return bool(record.get("options")) or record.get("answer_type") == "multipleChoice"


CASES = [
    (shape, key, how)
    for shape in MULTIPLE_CHOICE
    for key in fields_of_the_key(shape)
    for how in MISSING
    if (shape, how) != ("house, free text", "-1")
]


@pytest.mark.parametrize(("shape", "key", "how"), CASES)
def test_a_file_without_keys_is_refused_with_the_reason(shape, key, how):
    records, _ = published(shape)
    if how == "-1" and shape in ("hle", "medreason"):
        records = [record for record in records if is_choice(record)]
    content = "\n".join(json.dumps(without(record, key, how)) for record in records).encode()
    adapter = get_adapter(shape.partition(",")[0]).for_benchmark()
    with pytest.raises(SourceFileError) as caught:
        checked_adapter(io.BytesIO(content), "a.jsonl", adapter)
    told = str(caught.value)
    assert "It holds no question that can be used." in told
    # MedBullets has an edition whose `answer` is the letter: a text there is no option's.
    assert key in told or "answer key" in told


@pytest.mark.parametrize("decision", [{}, {"final_decision": None}, {"final_decision": ""}])
def test_an_abstract_without_a_decision_is_a_question_but_no_benchmarks(decision):
    (record, *_), _ = published("pubmedqa, unlabelled")
    adapter = get_adapter("pubmedqa")
    assert adapter.parse(record | decision, 0).options == ()
    content = json.dumps(record | decision).encode()
    (rejected,) = read_questions(io.BytesIO(content), "a.jsonl", adapter.for_benchmark())
    assert isinstance(rejected, RejectedLine)
    assert "no answer key (final_decision is absent)" in rejected.reason
