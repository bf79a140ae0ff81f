"""Parquet as it is published: a record a row, structs as objects, absent values as null."""

import gzip
import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.core.datasets.source_file import ReadLimits, sample_records, source_records
from pipeline.core.errors import SourceFileError

ROWS = [
    {
        "id": f"q{i}",
        "question": f"Löffler {i}?",
        "options": {"A": "x", "B": "y", "C": None},
        "context": {"contexts": ["One.", "Two."], "labels": []},
        "cop": i % 4,
        "exp": None if i % 2 else "because",
    }
    for i in range(300)
]


def parquet(rows, **options) -> bytes:
    stream = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), stream, **options)
    return stream.getvalue()


def read(content: bytes, name: str = "a.parquet", **limits):
    return list(source_records(io.BytesIO(content), name, ReadLimits(**limits)))


@pytest.mark.parametrize("name", ["a.parquet", "a.jsonl", "a"])
def test_rows_are_records_whatever_the_file_is_called(name):
    records = read(parquet(ROWS, row_group_size=100), name)
    assert [dict(record.fields) for record in records] == ROWS
    assert [(r.line, r.position) for r in records[:2]] == [(1, 0), (2, 1)]


def test_a_sample_leaves_the_stream_at_its_beginning():
    stream = io.BytesIO(parquet(ROWS))
    assert sample_records(stream, "a.parquet", count=2).fields == tuple(ROWS[0])
    assert len(list(source_records(stream, "a.parquet", ReadLimits()))) == 300


def test_dictionaries_large_texts_maps_and_nan_are_plain_values():
    table = pa.table(
        {
            "subject": pa.array(["a", None]).dictionary_encode(),
            "question": pa.array(["x", "y"], pa.large_string()),
            "options": pa.array([[("A", "x")], None], pa.map_(pa.string(), pa.string())),
            "cop": pa.array([1.0, float("nan")]),
            "__index_level_0__": [5, 6],
        }
    )
    stream = io.BytesIO()
    pq.write_table(table, stream)
    assert [dict(record.fields) for record in read(stream.getvalue())] == [
        {"subject": "a", "question": "x", "options": {"A": "x"}, "cop": 1.0},
        {"subject": None, "question": "y", "options": None, "cop": None},
    ]


def test_a_row_longer_than_a_record_stops_nothing():
    content = parquet([{"a": "x"}, {"a": "x" * 3000}, {"a": "y"}])
    assert [bool(record.flaw) for record in read(content, record=2000)] == [False, True, False]


WHOLE = parquet(ROWS)


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (WHOLE[:-4], "cut off"),
        (WHOLE[:1000], "cut off"),
        (b"PAR1", "cut off"),
        (WHOLE[:-8] + b"\xff\xff\xff\x7fPAR1", "cut off"),
        (WHOLE[:-1000] + b"\0" * 992 + WHOLE[-8:], "cannot be read as Parquet"),
        (gzip.compress(WHOLE), "within a gzip file"),
    ],
)
def test_a_damaged_file_is_one_sentence(content, part):
    with pytest.raises(SourceFileError, match=part):
        read(content)


def test_a_file_of_too_many_columns_is_refused():
    with pytest.raises(SourceFileError, match="more than 200 columns"):
        read(parquet([{f"c{i}": i for i in range(201)}]))


def test_one_long_text_named_by_every_row_is_never_unpacked_for_each():
    text = pa.DictionaryArray.from_arrays(pa.array([0] * 600, pa.int32()), ["x" * 1_000_000])
    stream = io.BytesIO()
    table = pa.table({"question": text, "id": pa.array(range(600))})
    pq.write_table(table, stream, store_schema=False, dictionary_pagesize_limit=1 << 30)
    before = pa.default_memory_pool().max_memory()
    records = read(stream.getvalue(), record=900_000)
    assert {record.flaw for record in records} == {"The record is longer than 900,000 bytes."}
    assert pa.default_memory_pool().max_memory() < max(before, 64 << 20)


@pytest.mark.parametrize(
    "table",
    [
        pa.table({"choices": pa.array([[None] * 300_000], pa.list_(pa.int8()))}),
        pa.table({"cop": pa.array([1] * 300_000, pa.int8())}),
        pa.table({"question": pa.array(["x" * 200_000 * i for i in range(12)])}),
    ],
    ids=["one row of values without bytes", "rows without bytes", "much text"],
)
def test_a_small_file_that_unpacks_beyond_the_limit_is_refused_unread(table):
    stream = io.BytesIO()
    pq.write_table(table, stream, compression="zstd")
    assert len(stream.getvalue()) < 20_000
    with pytest.raises(SourceFileError, match="larger than the limit"):
        read(stream.getvalue(), total=10_000_000)


def test_texts_within_structs_are_read_a_few_rows_at_a_time():
    rows = [{"options": {"A": "x" * 5000, "B": str(i)}} for i in range(100)]
    content = parquet(rows, use_dictionary=False)
    assert [dict(r.fields) for r in read(content, total=600_000)] == rows
