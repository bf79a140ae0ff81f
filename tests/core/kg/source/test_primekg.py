"""The reader of kg.csv: what it keeps of a good file."""

import csv

import pytest

from pipeline.core.errors import SourceFileError
from pipeline.core.kg.relations import SPECS
from pipeline.core.kg.source.primekg import read_primekg
from pipeline.core.records import Node, NodeType
from tests.factories.kg import kg_rows, rows_as_text, write_kg

NODES = {
    7: ("disease", "asthma, severe"),
    3: ("drug", 'Salbutamol "inhaled"'),
    900_000_000_000: ("gene/protein", "NA", "1200_1134", "NCBI"),
}
EDGES = [
    (3, 7, "indication", "indication"),
    (7, 3, "contraindication", "contraindication"),
    (900_000_000_000, 7, "disease_protein", "associated with"),
]


def _statements(graph):
    nodes, found = graph.nodes, graph.statements
    rows = zip(found.heads, found.tails, found.codes, strict=True)
    return {(nodes[h].index, nodes[t].index, SPECS[c].relation) for h, t, c in rows}


def test_reads_nodes_with_commas_quotes_and_na(tmp_path):
    graph = read_primekg(write_kg(tmp_path / "kg.csv", NODES, EDGES))
    assert {node.index: node.name for node in graph.nodes} == {
        index: name for index, (_, name, *_) in NODES.items()
    }
    assert Node(900_000_000_000, "1200_1134", "NA", NodeType.GENE_PROTEIN, "NCBI") in graph.nodes
    assert graph.row_count == 6


def test_heterotypic_edges_point_from_head_type_whichever_row_comes_first(tmp_path):
    graph = read_primekg(write_kg(tmp_path / "kg.csv", NODES, EDGES))
    assert _statements(graph) == {
        (3, 7, "indication"),
        (3, 7, "contraindication"),
        (900_000_000_000, 7, "disease_protein"),
    }


@pytest.mark.parametrize(("parent", "child"), [(0, 1), (1, 0)])
def test_parent_is_the_x_of_the_row_stated_first(tmp_path, parent, child):
    nodes = {0: ("disease", "diabetes"), 1: ("disease", "type 1 diabetes")}
    edges = [(parent, child, "disease_disease", "parent-child")]
    graph = read_primekg(write_kg(tmp_path / "kg.csv", nodes, edges))
    assert _statements(graph) == {(parent, child, "disease_disease")}


def test_duplicates_and_self_loops_are_dropped_and_counted(tmp_path):
    edges = [EDGES[0], EDGES[0], (7, 7, "disease_disease", "parent-child")]
    graph = read_primekg(write_kg(tmp_path / "kg.csv", NODES, edges))
    assert _statements(graph) == {(3, 7, "indication")}
    assert graph.statements.dropped_duplicates == 2
    assert graph.statements.dropped_self_loops == 2
    assert graph.row_count == 6


def test_other_column_order_extra_columns_and_a_byte_order_mark_are_read(tmp_path):
    rows = [[*row[::-1], "extra"] for row in kg_rows(NODES, EDGES)]
    (tmp_path / "kg.csv").write_text(rows_as_text(rows), encoding="utf-8-sig")
    plain = read_primekg(write_kg(tmp_path / "plain.csv", NODES, EDGES))
    assert _statements(read_primekg(tmp_path / "kg.csv")) == _statements(plain)


def test_progress_ends_at_the_size_of_the_file(tmp_path):
    path = write_kg(tmp_path / "kg.csv.gz", NODES, EDGES)
    calls = []
    read_primekg(path, lambda done, total: calls.append((done, total)))
    assert calls[-1] == (path.stat().st_size, path.stat().st_size)


def test_a_missing_file_and_a_folder_are_named(tmp_path):
    with pytest.raises(SourceFileError, match=r"kg\.csv: cannot be opened"):
        read_primekg(tmp_path / "kg.csv")
    with pytest.raises(SourceFileError, match="cannot be opened"):
        read_primekg(tmp_path)


def test_a_name_over_two_lines_keeps_the_line_numbers_right(tmp_path):
    nodes = {0: ("disease", "two\nlines"), 1: ("drug", "A"), 2: ("drug", "B")}
    edges = [(1, 0, "indication", "indication"), (2, 0, "indication", "indication")]
    rows = kg_rows(nodes, edges)
    assert len(list(csv.reader(rows_as_text(rows).splitlines(keepends=True)))) == 5
    path = tmp_path / "kg.csv"
    path.write_text(rows_as_text(rows[:-1]))
    with pytest.raises(SourceFileError, match="reverse") as caught:
        read_primekg(path)
    assert caught.value.line == 4
