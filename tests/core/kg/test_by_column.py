"""The reader by column makes of a regular file what the reader by line makes, or stands back."""

import gzip

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.core.errors import SourceFileError
from pipeline.core.kg import by_column, primekg
from pipeline.core.kg.by_column import Irregular, read_by_column
from pipeline.core.kg.by_line import read_by_line
from pipeline.core.kg.index import build_index
from pipeline.core.kg.primekg import read_primekg
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


def assert_equal(one, other):
    for field in ("source_checksum", "row_count", "nodes"):
        assert getattr(one, field) == getattr(other, field)
    for field in ("heads", "tails", "codes", "dropped_self_loops", "dropped_duplicates"):
        mine, theirs = getattr(one.statements, field), getattr(other.statements, field)
        np.testing.assert_array_equal(mine, theirs)


@pytest.fixture
def by_line_fails(monkeypatch):
    def fail(*_):
        raise AssertionError("the file was read by line")

    monkeypatch.setattr(primekg, "read_by_line", fail)


@pytest.mark.parametrize("suffix", ["csv", "csv.gz"])
def test_both_readers_give_one_result(tmp_path, suffix, by_line_fails):
    path = write_kg(tmp_path / f"kg.{suffix}", NODES, EDGES)
    assert_equal(read_primekg(path), read_by_line(path))


@pytest.mark.parametrize("block", [500, 1000])
def test_blocks_meet_anywhere(tmp_path, monkeypatch, block):
    monkeypatch.setattr(by_column, "_BLOCK", block)
    path = write_kg(tmp_path / "kg.csv", NODES, EDGES * 3)
    assert_equal(read_by_column(path), read_by_line(path))


def test_quotes_that_come_late_are_read(tmp_path, monkeypatch):
    monkeypatch.setattr(by_column, "_BLOCK", 4000)
    plain: dict[int, tuple[str, ...]] = {n: ("gene/protein", f"G{n}") for n in range(100, 300)}
    edges = [(a, a + 1, "protein_protein", "ppi") for a in range(100, 299)]
    path = write_kg(tmp_path / "kg.csv", plain | NODES, edges + EDGES)
    assert_equal(read_by_column(path), read_by_line(path))


def test_columns_in_another_order_and_no_last_line_end(tmp_path):
    rows = [row[::-1] for row in kg_rows(NODES, EDGES)]
    (tmp_path / "kg.csv").write_text(rows_as_text(rows).rstrip("\n"), encoding="utf-8")
    assert_equal(read_by_column(tmp_path / "kg.csv"), read_by_line(tmp_path / "kg.csv"))


def test_one_artefact_from_both(tmp_path, monkeypatch):
    path = write_kg(tmp_path / "kg.csv", NODES, EDGES)
    fast = build_index(path, tmp_path / "fast")
    monkeypatch.setattr("pipeline.core.kg.build.read_primekg", read_by_line)
    assert build_index(path, tmp_path / "slow") == fast
    for file in (tmp_path / "slow").iterdir():
        assert file.read_bytes() == (tmp_path / "fast" / file.name).read_bytes()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"\n", b"\r\n"),
        (b"NCBI\n", b"NCBI,\n"),
        (b"NA,", b"N\0A,"),
        (b"NA,", b'N"A,'),
        (b"NA,", b'"NA"s,'),
        (b"NA,", b' "NA",'),
        (b"NA,", b'"N\nA",'),
        (b",90000,", b", 90000,"),
        (b",90000,", b",0x15F90,"),
        (b",90000,", b",9999999,"),
        (b"NA,", b"x" * 11_000 + b","),
    ],
)
def test_whatever_csv_readers_read_differently_is_left_to_the_other(tmp_path, old, new):
    (tmp_path / "kg.csv").write_bytes(GOOD.replace(old, new))
    with pytest.raises(Irregular):
        read_by_column(tmp_path / "kg.csv")


SIGNS = st.sampled_from([bytes([sign]) for sign in b'",\n\r\0 09x+-.NA\xff\xef\xbb\xbf'] + [b""])
CHANGES = st.lists(
    st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 2), SIGNS), min_size=1, max_size=4
)


@settings(max_examples=300, deadline=None)
@given(CHANGES)
def test_no_damage_is_read_otherwise_than_by_line(tmp_path_factory, changes):
    content = GOOD
    for at, removed, added in changes:
        content = content[:at] + added + content[at + removed :]
    path = tmp_path_factory.mktemp("kg") / "kg.csv"
    path.write_bytes(content)
    try:
        fast = read_by_column(path)
    except Irregular:
        return
    assert_equal(fast, read_by_line(path))


def test_progress_counts_bytes_of_the_file_as_it_lies(tmp_path):
    path = write_kg(tmp_path / "kg.csv.gz", NODES, EDGES)
    calls = []
    read_by_column(path, lambda done, total: calls.append((done, total)))
    assert calls[-1] == (path.stat().st_size, path.stat().st_size)


def test_a_fault_is_worded_by_the_reader_by_line_alone(tmp_path):
    cut = gzip.compress(GOOD)[:-9]
    (tmp_path / "kg.csv.gz").write_bytes(cut)
    with pytest.raises(SourceFileError, match="the compressed file ends early"):
        read_primekg(tmp_path / "kg.csv.gz")
