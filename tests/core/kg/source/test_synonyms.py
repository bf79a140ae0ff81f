"""Synonyms: read line by line, found apart from names, part of the artefact's checksum."""

import gzip

import pytest

from pipeline.core.errors import SourceFileError
from pipeline.core.kg.index import Synonym, build_index
from pipeline.core.kg.source.synonyms import read_synonyms
from tests.factories.kg import open_kg, write_kg, write_synonyms

NODES = {
    40: ("disease", "myocardial infarction"),
    12: ("drug", "Salbutamol"),
    9: ("gene/protein", "TP53"),
}
EDGES = [
    (12, 40, "contraindication", "contraindication"),
    (9, 40, "disease_protein", "associated with"),
]
SYNONYMS = [(40, "Heart attack"), (12, "albuterol"), (9, "p53"), (40, "acute heart attack of old")]


def test_synonyms_are_found_apart_from_names(tmp_path):
    graph = open_kg(tmp_path, NODES, EDGES, SYNONYMS)
    assert graph.nodes_named("heart attack") == ()
    assert graph.synonyms_named("HEART ATTACK") == (Synonym(40, "Heart attack"),)
    assert graph.synonyms_named("myocardial infarction") == ()
    assert graph.synonyms_of(40) == ("Heart attack", "acute heart attack of old")
    assert graph.longest_name_words == 5
    assert graph.summary.synonym_count == 4


def test_several_nodes_may_share_a_synonym_and_each_spelling_stays(tmp_path):
    shared = [(40, "MI"), (12, "mi"), (12, "MI"), (12, "mi")]
    graph = open_kg(tmp_path, NODES, EDGES, shared)
    assert graph.synonyms_named("mi") == (Synonym(40, "MI"), Synonym(12, "mi"), Synonym(12, "MI"))
    assert graph.summary.synonym_count == 3


def test_a_node_s_own_name_is_no_synonym(tmp_path):
    graph = open_kg(tmp_path, NODES, EDGES, [(12, "Salbutamol"), (12, "albuterol")])
    assert graph.synonyms_named("Salbutamol") == ()
    assert graph.summary.synonym_count == 1


def test_without_a_file_there_are_none(tmp_path):
    graph = open_kg(tmp_path, NODES, EDGES)
    assert graph.synonyms_named("heart attack") == ()
    assert (graph.summary.synonym_count, graph.summary.synonyms_checksum) == (0, "")


def test_synonyms_are_part_of_the_checksum(tmp_path):
    plain = open_kg(tmp_path / "plain", NODES, EDGES)
    one = open_kg(tmp_path / "one", NODES, EDGES, SYNONYMS)
    other = open_kg(tmp_path / "other", NODES, EDGES, SYNONYMS[:-1])
    assert len({plain.checksum, one.checksum, other.checksum}) == 3
    assert plain.summary.source_checksum == one.summary.source_checksum


@pytest.mark.parametrize("suffix", ["csv", "tsv"])
def test_commas_and_tabs_are_told_apart_by_the_header(tmp_path, suffix):
    path = write_synonyms(tmp_path / f"synonyms.{suffix}", [(40, "attack, heart")])
    assert read_synonyms(path, {40}).entries == (Synonym(40, "attack, heart"),)


def test_compressed_files_and_further_columns_are_read(tmp_path):
    path = tmp_path / "synonyms.csv.gz"
    path.write_bytes(gzip.compress("source,synonym,node\nMeSH,  NA ,7\n".encode("utf-8-sig")))
    assert read_synonyms(path, {7}).entries == (Synonym(7, "NA"),)


@pytest.mark.parametrize("end", ["", "\r\n", "\n\n \n"])
def test_empty_lines_at_the_end_are_no_rows(tmp_path, end):
    (tmp_path / "synonyms.csv").write_bytes(f"node,synonym\r\n40,MI{end}".encode())
    assert read_synonyms(tmp_path / "synonyms.csv", {40}).entries == (Synonym(40, "MI"),)


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("", 0, "the file is empty"),
        ("node,synonym\n", 0, "a header but no rows"),
        ("\nnode,synonym\n40,x\n", 1, "missing column node, synonym"),
        ("node,name\n40,x\n", 1, "missing column synonym"),
        ("node,synonym,node\n40,x,40\n", 1, "column node stands twice"),
        ("node,synonym\n40,a\nforty,x\n", 3, "node 'forty' is not a whole number from 0"),
        ("node,synonym\n40,a\n41,x\n", 3, "the graph has no node 41"),
        ("node,synonym\n" + "9" * 5000 + ",x\n", 2, "the graph has no node 999"),
        ("node,synonym\n40,a\n40, \n", 3, "synonym is empty"),
        ("node,synonym\n\n40,a\n", 2, "0 fields where the header has 2"),
        ("node,synonym\n40,a,b\n", 2, "3 fields where the header has 2"),
        ('node,synonym\n40,"a\n', 2, "not a CSV row"),
        ("node,synonym\n40,a\0\n", 2, "NUL"),
    ],
)
def test_a_bad_line_is_named_and_nothing_remains(tmp_path, text, line, reason):
    path = tmp_path / "synonyms.csv"
    path.write_text(text)
    source = write_kg(tmp_path / "kg.csv", NODES, EDGES)
    with pytest.raises(SourceFileError) as caught:
        build_index(source, tmp_path / "graph", synonyms=path)
    assert (caught.value.file, caught.value.line) == ("synonyms.csv", line)
    assert reason in caught.value.reason
    assert sorted(tmp_path.iterdir()) == [source, path]


def test_colliding_hashes_stay_apart(tmp_path, monkeypatch):
    monkeypatch.setattr("pipeline.core.kg.name_index.name_hash", lambda name: 7)
    graph = open_kg(tmp_path, NODES, EDGES, SYNONYMS)
    assert graph.synonyms_named("albuterol") == (Synonym(12, "albuterol"),)
