"""Every way a JSON file may hold its records gives the same records."""

import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.core.datasets.source_file import ReadLimits, sample_records, source_records
from pipeline.core.errors import SourceFileError

LIMITS = ReadLimits(record=2000)
ROWS = [
    {"question": "Which vitamin?", "options": {"A": "C", "B": "D"}, "answer_idx": "A"},
    {"question": "Which drug?", "options": {"A": "Naloxone", "B": "Protamine"}, "answer_idx": "B"},
]
# More than is read ahead: nothing of the document is known but its beginning.
MANY = [{**row, "note": f"{i:05}" * 20} for i in range(700) for row in ROWS]


def read(content: str | bytes, name: str = "a.json", limits: ReadLimits = LIMITS):
    data = content.encode() if isinstance(content, str) else content
    return list(source_records(io.BytesIO(data), name, limits))


def fields(content: str | bytes, name: str = "a.json"):
    records = read(content, name)
    assert not any(record.flaw for record in records)
    return [dict(record.fields) for record in records]


def columns(rows):
    return {name: [row[name] for row in rows] for name in rows[0]}


def numbered(values):
    return {str(number): value for number, value in enumerate(values)}


SHAPES = {
    "array": lambda rows: rows,
    "columns of lists": columns,
    "columns of numbered rows": lambda rows: {n: numbered(c) for n, c in columns(rows).items()},
    "envelope": lambda rows: {"data": rows},
    "envelope with more": lambda rows: {"version": "1.0", "tags": ["a", "b"], "questions": rows},
    "table": lambda rows: {
        "columns": list(rows[0]),
        "index": list(range(len(rows))),
        "data": [list(row.values()) for row in rows],
    },
    "the Hub's viewer": lambda rows: {
        "features": [{"feature_idx": 0, "name": "question", "type": {"dtype": "string"}}],
        "rows": [{"row_idx": i, "row": row, "truncated_cells": []} for i, row in enumerate(rows)],
        "num_rows_total": len(rows),
        "partial": False,
    },
}


@pytest.mark.parametrize("rows", [ROWS, ROWS[:1], MANY], ids=["two", "one", "many"])
@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_document_of_every_shape(shape, indent, rows):
    assert fields(json.dumps(SHAPES[shape](rows), indent=indent)) == rows


@pytest.mark.parametrize("rows", [ROWS, ROWS[:1], MANY], ids=["two", "one", "many"])
@pytest.mark.parametrize("name", ["a.jsonl", "a.json", "a.ndjson", "a.jsonlines", "a"])
@pytest.mark.parametrize("indent", [None, 2])
def test_objects_one_a_line_or_one_after_the_other(name, indent, rows):
    assert fields("\n".join(json.dumps(row, indent=indent) for row in rows), name) == rows


@pytest.mark.parametrize("keys", ["12345 23456", "q1 q2"])
def test_records_under_their_ids(keys):
    document = dict(zip(keys.split(), ROWS, strict=True))
    given = fields(json.dumps(document))
    assert given == [{"id": key, **row} for key, row in document.items()]
    assert fields(json.dumps({"7": {"id": "own"}}))[0]["id"] == "own"


def test_columns_whose_rows_have_ids():
    document = {name: dict(zip(("q1", "q2"), c, strict=True)) for name, c in columns(ROWS).items()}
    assert fields(json.dumps(document)) == [{"id": f"q{i + 1}", **r} for i, r in enumerate(ROWS)]


def test_a_list_under_another_name_is_a_split():
    document = {"train": ROWS[:1], "dev_hard": ROWS[1:], "test": []}
    assert fields(json.dumps(document)) == [
        {**ROWS[0], "split": "train"},
        {**ROWS[1], "split": "dev_hard"},
    ]
    assert [f["split"] for f in fields(json.dumps({"train": MANY, "test": ROWS}))][-3:] == [
        "train",
        "test",
        "test",
    ]


def test_a_record_that_names_another_split_than_it_stands_under():
    (record,) = read(json.dumps({"train": [{"split": "test"}]}))
    assert record.flaw == "The record's split is 'test', but it stands under 'train'."


def test_a_record_with_a_list_of_objects_is_a_record():
    record = {"question": "Why?", "options": [{"label": "A", "text": "So"}], "label": "A"}
    assert fields(json.dumps(record)) == fields(json.dumps(record), "a.jsonl") == [record]


def test_rows_that_the_viewer_cut_are_no_records():
    row = {"row_idx": 0, "row": {"question": "Wh"}, "truncated_cells": ["question"]}
    (record,) = read(json.dumps({"rows": [row]}))
    assert "cut the record's text short" in record.flaw


def test_nan_is_an_absent_value_and_infinity_a_flaw():
    assert fields('{"cop": NaN}\n{"cop": 1}') == [{"cop": None}, {"cop": 1}]
    assert "Infinity" in read('{"cop": Infinity}')[0].flaw


def test_flaws_are_those_of_their_record():
    document = '{"a": [1, {"x": 1, "x": 2}, 3], "b": [4, 5, 6]}'
    assert [bool(record.flaw) for record in read(document)] == [False, True, False]
    assert [bool(r.flaw) for r in read('{"data": [{"a": 1}, 5, {"a": 2}]}')] == [0, 1, 0]
    assert [bool(r.flaw) for r in read('{"columns":["a"],"index":[0,1],"data":[[1],[1,2]]}')] == [
        0,
        1,
    ]


def test_a_broken_first_line_stops_nothing():
    content = '{"a": 1\n{"a": 2}\n{"a": 3}\n'
    for name in ("a.json", "a.jsonl"):
        assert [(r.line, bool(r.flaw)) for r in read(content, name)] == [(1, 1), (2, 0), (3, 0)]


@pytest.mark.parametrize(
    ("document", "part"),
    [
        ([["a", "b"], ["c", "d"]], "array of arrays"),
        ({"a": [1, 2], "b": [1], "data": "x"}, None),
        ({"a": {"0": 1, "1": 2}, "b": {"0": 1}}, "differ in length"),
        ({"a": {"0": 1, "1": 2}, "b": {"1": 1, "0": 2}}, "different rows"),
        ({f"c{i}": [i] for i in range(201)}, "more than 200 columns"),
        ({"q1": {"a": "x", "b": "y"}, "q2": {"a": "x", "b": "y"}}, "ids of records or names"),
        ({"train": {"a": ["x"]}, "test": {"a": ["y"]}}, "ids of records or names"),
        ({"data": [[1, 2]] * 9000, "note": "x"}, "without a list of records"),
        ({"note": "x" * 70_000}, "longer than the limit"),
        ({"columns": ["a", "a"], "index": [0], "data": [[1, 2]]}, "a column twice"),
    ],
)
def test_an_object_of_no_certain_shape_is_one_sentence(document, part):
    if part is None:
        assert fields(json.dumps(document)) == [document]
        return
    with pytest.raises(SourceFileError, match=part):
        read(json.dumps(document))


def test_a_column_named_twice_is_refused():
    with pytest.raises(SourceFileError, match="'a' twice"):
        read('{"a": ["x", "y"], "b": ["z", "w"], "a": ["x", "y"]}')


def test_the_cells_of_one_record_together_are_no_longer_than_a_record():
    document = json.dumps({"a": ["x" * 1500, "y"], "b": ["x" * 1500, "y"]})
    assert [record.flaw for record in read(document)] == [
        "The record is longer than 2,000 bytes.",
        "",
    ]


NAMES = st.sampled_from(["question", "answer", "exp", "opa", "opb", "cop"])
VALUES = st.none() | st.text(max_size=5) | st.integers() | st.lists(st.text(max_size=3), max_size=3)
TABLES = st.lists(NAMES, unique=True, min_size=1).flatmap(
    lambda names: st.lists(st.fixed_dictionaries(dict.fromkeys(names, VALUES)), min_size=1)
)


@settings(max_examples=50, deadline=None)
@given(TABLES)
def test_any_table_in_columns_comes_back_row_by_row(rows):
    named = {n: numbered(c) for n, c in columns(rows).items()}
    assert fields(json.dumps(named)) == fields(json.dumps(columns(rows))) == rows


def test_a_sample_of_columns_reads_no_more_than_it_shows():
    sample = sample_records(io.BytesIO(json.dumps(columns(MANY)).encode()), "a.json", LIMITS, 3)
    assert [dict(record.fields) for record in sample.records] == MANY[:3]
    assert sample.fields == ("question", "options", "answer_idx", "note")
