"""Which format a text has. Its content decides where it is certain, else its name."""

import re
from collections.abc import Callable, Iterator
from functools import partial
from io import BufferedReader
from pathlib import PurePath

from pipeline.core.datasets.files.delimited import delimited_records
from pipeline.core.datasets.files.json_documents import (
    array_records,
    concatenated_records,
    object_records,
)
from pipeline.core.datasets.files.json_shape import Shape, first_object, outline, shape_of
from pipeline.core.datasets.files.lines import line_records
from pipeline.core.datasets.files.records import ReadLimits, SourceRecord
from pipeline.core.errors import SourceFileError

Reader = Callable[[BufferedReader, str, ReadLimits], Iterator[SourceRecord]]

_JSON_LINES = frozenset({".jsonl", ".ndjson", ".jsonlines"})
_DELIMITED = frozenset({".csv", ".tsv", ".tab", ".txt"})
# Neither a header nor prose begins like this.
_CERTAINLY_JSON = re.compile(r'\s*(\[\s*\{|\{\s*")')
_A_LINE_OF_JSON = re.compile(r"^[ \t]*\{", re.MULTILINE)
_BINARY = (
    (b"PK\x03\x04", "It is an Excel workbook or a ZIP archive: save the sheet as CSV, or unpack."),
    (b"\xd0\xcf\x11\xe0", "It is an Excel workbook: save its sheet as CSV."),
    (b"ARROW1", "It is an Arrow file: save the data set as Parquet."),
    (b"\xff\xff\xff\xff", "It is an Arrow stream: save the data set as Parquet."),
    (b"BZh", "It is packed with bzip2: unpack it, or pack it with gzip."),
    (b"\xfd7zXZ", "It is packed with xz: unpack it, or pack it with gzip."),
    (b"\x28\xb5\x2f\xfd", "It is packed with Zstandard: unpack it, or pack it with gzip."),
)


def check_is_text(head: bytes, file_name: str) -> None:
    """Raises SourceFileError for files that are certainly something else, and says what to do."""
    for magic, sentence in _BINARY:
        if head.startswith(magic):
            raise SourceFileError(file_name, 0, sentence)


def reader_of(head: bytes, file_name: str, *, is_whole: bool, delimiter: str | None) -> Reader:
    """The reader of a file that begins like this. Raises SourceFileError for one of none."""
    text = head.decode("utf-8", errors="replace")
    ending = PurePath(file_name.lower().removesuffix(".gz")).suffix
    is_lines = ending in _JSON_LINES
    if is_lines or ending == ".json" or _CERTAINLY_JSON.match(text):
        return _json_reader(text, file_name, is_whole=is_whole, is_lines=is_lines)
    if ending not in _DELIMITED:
        raise SourceFileError(
            file_name,
            0,
            "It is neither JSON nor Parquet, and its name does not end in .csv or .tsv (nor, "
            "packed, in .csv.gz).",
        )
    return partial(delimited_records, delimiter=delimiter)


def _json_reader(text: str, file_name: str, *, is_whole: bool, is_lines: bool) -> Reader:
    if text.lstrip().startswith("["):
        return array_records
    if text.lstrip().startswith("{"):
        return _object_reader(text, is_whole=is_whole, is_lines=is_lines)
    if is_lines and (_A_LINE_OF_JSON.search(text) or not text.strip()):
        return line_records
    raise SourceFileError(file_name, 0, "It begins with neither a JSON object nor an array.")


def _object_reader(text: str, *, is_whole: bool, is_lines: bool) -> Reader:
    """Objects one a line or one after the other, or one that holds the records."""
    found = first_object(text)
    if not found:
        if is_lines or _second_line_is_object(text):
            return line_records
        return partial(object_records, shape_of(outline(text), is_whole=False))
    end = found[1]
    shape = Shape.RECORD
    if is_whole and not text[end:].strip():
        shape = shape_of(outline(text), is_whole=True)
    if shape is not Shape.RECORD:
        return partial(object_records, shape)
    return concatenated_records if "\n" in text[:end].strip() else line_records


def _second_line_is_object(text: str) -> bool:
    lines = text.splitlines()
    found = first_object(lines[1]) if len(lines) > 1 else None
    return found is not None and not lines[1][found[1] :].strip()
