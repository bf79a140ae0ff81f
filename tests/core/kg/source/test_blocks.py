"""Blocks of kg.csv: what pyarrow reads is what the csv module reads, wherever blocks meet."""

import csv
import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.core.errors import SourceFileError
from pipeline.core.kg.source import primekg, source_file
from pipeline.core.kg.source.faults import faults
from pipeline.core.kg.source.plain_csv import plain_csv
from pipeline.core.kg.source.primekg import read_primekg
from pipeline.core.kg.source.primekg_format import COLUMNS
from tests.factories.kg import kg_rows, rows_as_text, write_kg

NODES = {
    7: ("disease", "asthma, severe", "1200_1134_15512", "MONDO_grouped"),
    3: ("drug", 'Salbutamol "inhaled"'),
    90_000: ("gene/protein", "NA", "0042", "NCBI"),
    0: ("gene/protein", "β-globin"),
    5: ("effect/phenotype", '"Quoted" from end to "end"'),
}
EDGES = [
    (90_000, 0, "protein_protein", "ppi"),
    (0, 0, "protein_protein", "ppi"),
    (3, 7, "indication", "indication"),
    (3, 7, "indication", "indication"),
    (7, 3, "contraindication", "contraindication"),
    (90_000, 7, "disease_protein", "associated with"),
    (5, 7, "disease_phenotype_positive", "phenotype present"),
]
GOOD = rows_as_text(kg_rows(NODES, EDGES)).encode()


def read_by_csv(path):
    """The same file, every block of it left to the csv module."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(primekg, "plain_csv", lambda block: None)
        return read_primekg(path)


def assert_equal(one, other):
    for field in ("source_checksum", "row_count", "nodes"):
        assert getattr(one, field) == getattr(other, field)
    for field in ("heads", "tails", "codes", "dropped_self_loops", "dropped_duplicates"):
        mine, theirs = getattr(one.statements, field), getattr(other.statements, field)
        np.testing.assert_array_equal(mine, theirs)


@pytest.fixture
def only_plain(monkeypatch):
    def fail(*_):
        raise AssertionError("a block was left to the csv module")

    monkeypatch.setattr(primekg._Reader, "_csv_block", fail)


@pytest.mark.parametrize("suffix", ["csv", "csv.gz"])
def test_quotes_around_cells_are_plain(tmp_path, suffix, only_plain):
    path = write_kg(tmp_path / f"kg.{suffix}", NODES, EDGES)
    assert {node.index: node.name for node in read_primekg(path).nodes} == {
        index: name for index, (_, name, *_) in NODES.items()
    }


@pytest.mark.parametrize("suffix", ["csv", "csv.gz"])
@pytest.mark.parametrize("size", [1, 500, 1000])
def test_blocks_meet_anywhere(tmp_path, monkeypatch, size, suffix):
    path = write_kg(tmp_path / f"kg.{suffix}", NODES, EDGES * 3)
    whole = read_by_csv(path)
    monkeypatch.setattr(source_file, "BLOCK_SIZE", size)
    assert_equal(read_primekg(path), whole)


@pytest.mark.parametrize("size", [1, 500, 1 << 20])
@pytest.mark.parametrize(
    "end",
    ["", "\n\n", "\r\n \r\n\t\r\n", "\n" * 1200],
    ids=["none", "two", "with blanks", "a block of them"],
)
def test_empty_lines_at_the_end_are_no_rows(tmp_path, monkeypatch, size, end):
    monkeypatch.setattr(source_file, "BLOCK_SIZE", size)
    usual = write_kg(tmp_path / "usual.csv", NODES, EDGES)
    (tmp_path / "kg.csv").write_bytes(GOOD.rstrip(b"\n") + end.encode())
    found, whole = read_primekg(tmp_path / "kg.csv"), read_primekg(usual)
    assert (found.nodes, found.row_count) == (whole.nodes, whole.row_count)


def test_quotes_that_come_late_are_read(tmp_path, monkeypatch, only_plain):
    monkeypatch.setattr(source_file, "BLOCK_SIZE", 4000)
    plain: dict[int, tuple[str, ...]] = {n: ("gene/protein", f"G{n}") for n in range(100, 300)}
    edges = [(a, a + 1, "protein_protein", "ppi") for a in range(100, 299)]
    path = write_kg(tmp_path / "kg.csv", plain | NODES, edges + EDGES)
    assert NODES.keys() <= {node.index for node in read_primekg(path).nodes}


def test_other_column_order_more_columns_and_no_last_line_end_are_plain(tmp_path, only_plain):
    rows = [[*row[::-1], "more", "more"] for row in kg_rows(NODES, EDGES)]
    path, usual = tmp_path / "kg.csv", write_kg(tmp_path / "usual.csv", NODES, EDGES)
    path.write_text(rows_as_text(rows).rstrip("\n"), encoding="utf-8")
    assert read_primekg(path).nodes == read_primekg(usual).nodes


def test_windows_line_ends_are_plain(tmp_path, only_plain):
    (tmp_path / "kg.csv").write_bytes(GOOD.replace(b"\n", b"\r\n"))
    usual = write_kg(tmp_path / "usual.csv", NODES, EDGES)
    assert read_primekg(tmp_path / "kg.csv").nodes == read_primekg(usual).nodes


def test_a_cell_that_runs_over_lines_and_blocks_is_read_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(source_file, "BLOCK_SIZE", 200)
    name = "first\n" + "x" * 300 + "\nlast"
    path = write_kg(tmp_path / "kg.csv", NODES | {0: ("gene/protein", name)}, EDGES)
    assert name in {node.name for node in read_primekg(path).nodes}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"\n", b"\r"),
        (b"NA,", b"N\0A,"),
        (b"NA,", b'N"A,'),
        (b"NA,", b'"NA"s,'),
        (b"NA,", b' "NA",'),
        (b"NA,", b'"N\nA",'),
        (b"NA,", b"N\xffA,"),
        (b"relation,display", b"\xef\xbb\xbfrelation,display"),
        (b"NA,", b"x" * 132_000 + b","),
    ],
)
def test_what_csv_readers_read_differently_is_not_plain(old, new):
    assert plain_csv(GOOD) == GOOD
    assert plain_csv(GOOD.replace(old, new)) is None


@pytest.mark.parametrize(("line", "column"), [(2, "x_name"), (40, "y_name"), (150, "relation")])
def test_a_fault_in_any_block_is_named_with_its_line(tmp_path, monkeypatch, line, column):
    monkeypatch.setattr(source_file, "BLOCK_SIZE", 1000)
    nodes = {n: ("gene/protein", f"G{n}") for n in range(101)}
    rows = kg_rows(nodes, [(n, n + 1, "protein_protein", "ppi") for n in range(100)])
    rows[line - 1][COLUMNS.index(column)] = " "
    (tmp_path / "kg.csv").write_text(rows_as_text(rows))
    with pytest.raises(SourceFileError) as caught:
        read_primekg(tmp_path / "kg.csv")
    assert caught.value.line == line


SIGNS = st.sampled_from([bytes([sign]) for sign in b'",\n\r\0 09x+-.NA\xff\xef\xbb\xbf'] + [b""])
CHANGES = st.lists(
    st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 2), SIGNS), min_size=1, max_size=4
)


@settings(max_examples=300, deadline=None)
@given(CHANGES, st.sampled_from([1, 300, 1 << 20]))
def test_damage_is_read_as_by_csv_or_refused_for_a_reason(tmp_path_factory, changes, size):
    content = GOOD
    for at, removed, added in changes:
        content = content[:at] + added + content[at + removed :]
    path = tmp_path_factory.mktemp("kg") / "kg.csv"
    path.write_bytes(content)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(source_file, "BLOCK_SIZE", size)
        try:
            graph = read_primekg(path)
        except SourceFileError:
            with pytest.raises(SourceFileError):
                read_by_csv(path)
            return
    assert_equal(graph, read_by_csv(path))
    rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig").rstrip(), newline=""))
    assert not list(faults(enumerate(rows), lambda index: None))
