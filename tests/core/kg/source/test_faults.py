"""Broken kg.csv files: each names file, line and reason, and leaves nothing behind."""

import gzip

import pytest

from pipeline.core.errors import SourceFileError
from pipeline.core.kg.index import build_index
from tests.factories.kg import COLUMNS, kg_rows, rows_as_text

NODES = {0: ("disease", "asthma"), 1: ("drug", "Salbutamol"), 2: ("drug", "Fenoterol")}
EDGES = [(1, 0, "indication", "indication"), (2, 0, "indication", "indication")]


def _refusal(tmp_path, content: bytes, name: str = "kg.csv") -> SourceFileError:
    source = tmp_path / name
    source.write_bytes(content)
    with pytest.raises(SourceFileError) as caught:
        build_index(source, tmp_path / "graph")
    assert list(tmp_path.iterdir()) == [source]
    assert caught.value.file == name
    return caught.value


def _with(line: int, column: str, value: str) -> bytes:
    """The good file with one cell changed on a line (from 1; the header is line 1)."""
    rows = kg_rows(NODES, EDGES)
    rows[line - 1][COLUMNS.index(column)] = value
    return rows_as_text(rows).encode()


@pytest.mark.parametrize(
    ("line", "column", "value", "reason"),
    [
        (1, "y_source", "y_origin", "missing column y_source"),
        (3, "x_index", "one", "x_index 'one' is not a whole number"),
        (3, "x_index", "-1", "x_index '-1' is not a whole number"),
        (3, "x_index", "2.0", "x_index '2.0' is not a whole number"),
        (3, "x_index", "", "x_index is empty"),
        (3, "x_index", "٣", "is not a whole number"),
        (3, "x_index", "9" * 16, "too large"),
        (3, "x_index", "9" * 5000, "too large"),
        (3, "x_type", "organism", "unknown x_type 'organism'"),
        (3, "x_type", "disease", "'indication' cannot join disease to disease"),
        (3, "x_name", " ", "x_name is empty"),
        (3, "x_id", "", "x_id is empty"),
        (3, "y_source", " ", "y_source is empty"),
        (2, "relation", "cures", "unknown relation 'cures'"),
        (2, "display_relation", "target", "'indication' has no display_relation 'target'"),
        (2, "relation", "drug_protein", "has no display_relation 'indication'"),
        (3, "y_name", "asthma bronchiale", "y_index 0 has name 'asthma bronchiale' here and 'as"),
        (3, "y_id", "other", "y_index 0 has id 'other' here and 'id0' before"),
        (3, "y_type", "effect/phenotype", "y_index 0 has type 'effect/phenotype' here and 'dise"),
        (3, "y_source", "MONDO_grouped", "y_index 0 has source 'MONDO_grouped' here and 'MONDO'"),
        (4, "x_name", "a\0b", "NUL character"),
        (4, "x_name", "x" * 200_000, "a cell is longer than 131,072 characters"),
        (4, "x_name", "x" * 2_000_000, "longer than 1,048,576 bytes"),
    ],
)
def test_a_bad_cell_is_named(tmp_path, line, column, value, reason):
    refusal = _refusal(tmp_path, _with(line, column, value))
    assert (refusal.line, reason in refusal.reason) == (line, True), refusal.reason


GOOD = rows_as_text(kg_rows(NODES, EDGES))
LINES = GOOD.splitlines(keepends=True)


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("", 0, "the file is empty"),
        ("\n" + GOOD, 1, "missing column relation, display_relation"),
        (LINES[0], 0, "a header but no rows"),
        ("".join(LINES[:3]), 2, "the reverse of this row (1 - 0) is missing"),
        ("".join(LINES[:4]), 3, "the reverse of this row (2 - 0) is missing"),
        (LINES[0] + "".join(LINES[3:]), 2, "the reverse of this row (0 - 1) is missing"),
        (GOOD[:-30], 5, "fields where the header has 12"),
        (GOOD.replace("MONDO\n", "MONDO,more\n", 1), 2, "13 fields where the header has 12"),
        (GOOD.replace("\n", "\n\n", 2), 2, "0 fields where the header has 12"),
        ("".join((*LINES[:3], "\r\n", " \n", *LINES[3:])), 4, "0 fields where the header has 12"),
        ("".join(LINES[:3]) + "\n", 2, "the reverse of this row (1 - 0) is missing"),
        (GOOD + ",,\n", 6, "3 fields where the header has 12"),
        (LINES[0] + "\n\n", 0, "a header but no rows"),
        (GOOD.replace("Salbutamol", '"Salbutamol', 1), 2, "not a CSV row"),
        (GOOD.replace("relation,", "relation,relation,", 1), 1, "relation stands twice"),
    ],
)
def test_a_broken_file_is_named(tmp_path, text, line, reason):
    refusal = _refusal(tmp_path, text.encode())
    assert (refusal.line, reason in refusal.reason) == (line, True), refusal.reason


def test_only_self_loops_are_no_graph(tmp_path):
    rows = kg_rows(NODES, [(0, 0, "disease_disease", "parent-child")])
    assert "no edges" in _refusal(tmp_path, rows_as_text(rows).encode()).reason


def test_bytes_that_are_not_utf8_name_their_line(tmp_path):
    refusal = _refusal(tmp_path, GOOD.replace("Fenoterol", "Fénotérol").encode("latin-1"))
    assert refusal.line == 3
    assert refusal.reason.startswith("not UTF-8")


def test_a_cut_gzip_is_named(tmp_path):
    refusal = _refusal(tmp_path, gzip.compress(GOOD.encode())[:-20], "kg.csv.gz")
    assert "cut off" in refusal.reason
    assert refusal.line > 0


@pytest.mark.parametrize("place", [2, 60, -6], ids=["method", "data", "checksum"])
def test_a_damaged_gzip_is_named(tmp_path, place):
    content = bytearray(gzip.compress(GOOD.encode()))
    content[place] ^= 0xFF
    _refusal(tmp_path, bytes(content), "kg.csv.gz")


def test_a_gzip_of_one_endless_line_is_not_read_to_its_end(tmp_path):
    bomb = gzip.compress(b"a" * 50_000_000)
    assert "longer than" in _refusal(tmp_path, bomb, "kg.csv.gz").reason
