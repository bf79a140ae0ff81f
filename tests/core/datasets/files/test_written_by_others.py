"""Files that pandas and datasets themselves write give the records they were made of."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from pipeline.core.datasets.cells import list_or_object, whole_number
from pipeline.core.datasets.source_file import ReadLimits, sample_records, source_records

ROWS = [
    {
        "id": f"q{i}",
        "question": f'Löffler, "quoted"\nline {i}; or a\ttab?',
        "options": {"A": "Vitamin C", "B": "it's", "C": None if i else "none"},
        "choices": ["one", "two, three"],
        "cop": None if i == 1 else i,
        "exp": None if i == 1 else "because",
    }
    for i in range(3)
]


def pandas_writers(folder) -> dict[str, Callable[[], object]]:
    import pandas

    frame = pandas.DataFrame(ROWS)
    as_is = {
        f"{orient}.json": lambda o=orient: frame.to_json(folder / f"{o}.json", orient=o)
        for orient in ("columns", "index", "records", "split", "table")
    }
    return as_is | {
        "lines.jsonl": lambda: frame.to_json(
            folder / "lines.jsonl", orient="records", lines=True, force_ascii=False
        ),
        "indented.json": lambda: frame.to_json(folder / "indented.json", indent=4),
        "packed.json.gz": lambda: frame.to_json(folder / "packed.json.gz"),
        "list.json": lambda: (folder / "list.json").write_text(json.dumps(frame.to_dict("list"))),
        "frame.parquet": lambda: frame.to_parquet(folder / "frame.parquet"),
        "kept.parquet": lambda: frame[frame.cop != 5].to_parquet(folder / "kept.parquet"),
        "numpy.csv": lambda: pandas.read_parquet(folder / "frame.parquet").to_csv(
            folder / "numpy.csv", index=False
        ),
        "frame.csv": lambda: frame.to_csv(folder / "frame.csv"),
        "semicolon.csv.gz": lambda: frame.to_csv(folder / "semicolon.csv.gz", sep=";"),
        "excel.txt": lambda: frame.to_csv(
            folder / "excel.txt", sep="\t", encoding="utf-16", lineterminator="\r\n", index=False
        ),
    }


def datasets_writers(folder) -> dict[str, Callable[[], object]]:
    import datasets

    datasets.disable_progress_bars()
    whole = datasets.Dataset.from_list(ROWS)
    return {
        "hub.jsonl": lambda: whole.to_json(folder / "hub.jsonl"),
        "hub.json": lambda: whole.to_json(folder / "hub.json", lines=False),
        "hub.parquet": lambda: whole.to_parquet(folder / "hub.parquet"),
        "hub.csv": lambda: whole.to_csv(folder / "hub.csv"),
        "dict.json": lambda: (folder / "dict.json").write_text(json.dumps(whole.to_dict())),
        "splits.json": lambda: (folder / "splits.json").write_text(
            json.dumps({"test": whole.to_list()})
        ),
    }


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """The folder of all files, each by its name."""
    folder = tmp_path_factory.mktemp("written")
    writers = pandas_writers(folder) | datasets_writers(folder)
    for write in writers.values():
        write()
    return {name: folder / name for name in writers}


NAMES = [
    *("columns.json", "index.json", "records.json", "split.json", "table.json", "lines.jsonl"),
    *("indented.json", "packed.json.gz", "list.json", "frame.parquet", "kept.parquet"),
    *("numpy.csv", "frame.csv", "semicolon.csv.gz", "excel.txt"),
    *("hub.jsonl", "hub.json", "hub.parquet", "hub.csv", "dict.json", "splits.json"),
]


def test_every_file_is_named(written):
    assert set(written) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_the_records_are_those_that_were_written(written, name):
    with written[name].open("rb") as stream:
        records = list(source_records(stream, name, ReadLimits()))
    assert [record.flaw for record in records] == ["", "", ""]
    assert [plain(record.fields) for record in records] == ROWS


def plain(fields) -> dict[str, object]:
    """The record as the adapters understand it: lists out of cells, whole numbers, no nothing."""
    options: Any = list_or_object(fields["options"], "options")
    return {
        "id": fields["id"],
        "question": fields["question"],
        "options": {letter: options.get(letter) for letter in "ABC"},
        "choices": list_or_object(fields["choices"], "choices"),
        "cop": whole_number(fields["cop"]),
        "exp": fields["exp"] or None,
    }


def test_the_columns_are_those_of_the_table_alone(written):
    for name in ("frame.csv", "kept.parquet", "columns.json"):
        assert sample_records(written[name], name).fields == tuple(ROWS[0])
