"""The artefact on disk: whole or absent, checked on opening, hashed on demand."""

import gzip
import hashlib
import json
import shutil

import numpy as np
import pytest

from pipeline.core.errors import ArtefactError
from pipeline.core.kg.index import GraphIndex, build_index
from tests.factories.kg import write_kg

NODES = {0: ("disease", "asthma"), 1: ("drug", "Salbutamol")}
EDGES = [(1, 0, "indication", "indication")]


@pytest.fixture
def folder(tmp_path):
    build_index(write_kg(tmp_path / "kg.csv", NODES, EDGES), tmp_path / "graph")
    return tmp_path / "graph"


def test_plain_and_compressed_give_one_artefact(tmp_path, folder):
    source = write_kg(tmp_path / "kg.csv.gz", NODES, EDGES)
    compressed = build_index(source, tmp_path / "other")
    plain = GraphIndex.open(folder).summary
    assert compressed.checksum == plain.checksum
    assert compressed.source_checksum == hashlib.sha256(source.read_bytes()).hexdigest()
    assert compressed.source_checksum != plain.source_checksum
    for file in folder.glob("*.npy"):
        assert file.read_bytes() == (tmp_path / "other" / file.name).read_bytes()


def test_compression_is_known_by_content_not_by_suffix(tmp_path, folder):
    (tmp_path / "kg.data").write_bytes(gzip.compress((tmp_path / "kg.csv").read_bytes()))
    summary = build_index(tmp_path / "kg.data", tmp_path / "other")
    assert summary.checksum == GraphIndex.open(folder).checksum


@pytest.mark.parametrize(
    "change", [{1: ("drug", "Fenoterol")}, {1: ("drug", "Salbutamol", "DB1", "DrugBank")}]
)
def test_the_checksum_follows_the_content(tmp_path, folder, change):
    source = write_kg(tmp_path / "other.csv", NODES | change, EDGES)
    other = build_index(source, tmp_path / "other")
    assert other.checksum != GraphIndex.open(folder).checksum


def test_an_artefact_is_never_overwritten(tmp_path, folder):
    with pytest.raises(ArtefactError, match="exists already"):
        build_index(tmp_path / "kg.csv", folder)
    GraphIndex.open(folder).verify()


def test_an_interrupted_build_leaves_nothing(tmp_path):
    source = write_kg(tmp_path / "kg.csv", NODES, EDGES)

    def interrupt(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_index(source, tmp_path / "graph", interrupt)
    assert list(tmp_path.iterdir()) == [source]


def test_a_missing_folder_is_refused(tmp_path):
    with pytest.raises(ArtefactError, match="There is no graph artefact at graph"):
        GraphIndex.open(tmp_path / "graph")


@pytest.mark.parametrize(
    ("text", "reason"), [("", "damaged"), ("[]", "another version"), ("{}", "another version")]
)
def test_a_foreign_meta_is_refused(folder, text, reason):
    (folder / "meta.json").write_text(text)
    with pytest.raises(ArtefactError, match=reason):
        GraphIndex.open(folder)


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        ("format_version", 1, "another version"),
        ("relations", [["indication", "indication"]], "another version"),
        ("summary", {}, "damaged"),
        ("files", {"names.npy": {}}, "damaged"),
        ("files", {}, "contradicts itself"),
    ],
)
def test_a_changed_meta_is_refused(folder, key, value, reason):
    meta = json.loads((folder / "meta.json").read_text())
    (folder / "meta.json").write_text(json.dumps(meta | {key: value}))
    with pytest.raises(ArtefactError, match=reason):
        GraphIndex.open(folder)


def test_every_missing_or_cut_file_is_refused(tmp_path, folder):
    for file in sorted(folder.glob("*.npy")):
        broken = tmp_path / f"without-{file.stem}"
        shutil.copytree(folder, broken)
        (broken / file.name).write_bytes(file.read_bytes()[:-1])
        with pytest.raises(ArtefactError, match=file.name):
            GraphIndex.open(broken)
        (broken / file.name).unlink()
        with pytest.raises(ArtefactError, match=f"{file.name} .* is missing"):
            GraphIndex.open(broken)


def test_pickled_objects_are_never_loaded(folder):
    with (folder / "names.npy").open("wb") as stream:
        np.save(stream, np.array([object()]), allow_pickle=True)
    with pytest.raises(ArtefactError, match=r"names\.npy .* is damaged"):
        GraphIndex.open(folder)


def test_verify_finds_a_changed_byte(folder):
    content = bytearray((folder / "codes.npy").read_bytes())
    content[-1] ^= 1
    (folder / "codes.npy").write_bytes(content)
    graph = GraphIndex.open(folder)
    with pytest.raises(ArtefactError, match=r"codes\.npy .* is not what was built"):
        graph.verify()
