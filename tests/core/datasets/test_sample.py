"""The first records of a file, and what their columns are called."""

import io

import pytest

from pipeline.core.datasets.source_file import sample_records
from pipeline.core.errors import SourceFileError


def test_a_sample_holds_the_first_records_and_every_field_they_name():
    stream = io.BytesIO(b'{"a": 1}\n{"b": 2, "a": 3}\n{"c": 4}\n')
    sample = sample_records(stream, "x.jsonl", count=2)
    assert [record.line for record in sample.records] == [1, 2]
    assert sample.fields == ("a", "b")
    assert stream.tell() == 0


def test_a_sample_of_a_path(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("id,question\n1,Why?\n")
    assert sample_records(path, path.name).fields == ("id", "question")
    with pytest.raises(SourceFileError, match="cannot be opened"):
        sample_records(tmp_path / "no.csv", "no.csv")
