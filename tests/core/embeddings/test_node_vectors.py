"""Vectors of a graph's names: written once, resumed, sealed, and refused when not whole."""

import json

import numpy as np
import pytest

from pipeline.core.embeddings import embed as embed_module
from pipeline.core.embeddings.checkpoint import open_checkpoint
from pipeline.core.embeddings.embed import embed
from pipeline.core.embeddings.node_vectors import NodeVectors, folder_of, verify
from pipeline.core.errors import ArtefactError, SimilarityUnavailable
from pipeline.core.records import NodeType
from tests.factories.encoders import Letters

MODEL = "someone/letters"


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "vectors"


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch):
    monkeypatch.setattr(embed_module, "CHUNK_SIZE", 5)


def written(graph, folder, encoder=None, **how):
    embed(graph, folder, model=MODEL, encoder=encoder or Letters(), **how)
    return folder_of(folder, MODEL)


def opened(graph, folder):
    return NodeVectors.open(folder, graph_checksum=graph.checksum)


def test_every_name_has_its_vector_and_a_type_is_one_slice(graph, folder):
    vectors = opened(graph, written(graph, folder))
    assert vectors.matrix.dtype == np.float32
    assert sorted(vectors.indices.tolist()) == graph.indices_of_type(None).tolist()
    for kind in (*NodeType, None):
        indices, matrix = vectors.of_type(kind)
        assert sorted(indices.tolist()) == graph.indices_of_type(kind).tolist()
        names = [graph.node(index).name for index in indices.tolist()]
        if names:
            np.testing.assert_allclose(matrix, Letters().encode(names), rtol=1e-6)
    assert not list(folder.glob(".*"))


def test_progress_counts_names(graph, folder):
    told = []
    written(graph, folder, progress=lambda done, total: told.append((done, total)))
    assert told == [(5, 17), (10, 17), (15, 17), (17, 17)]


def test_an_interrupted_run_goes_on_where_it_stopped(graph, folder, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        written(graph, folder, Letters(fails_after=13))
    assert not folder_of(folder, MODEL).exists()
    second = Letters()
    path = written(graph, folder, second)
    names = [graph.node(int(at)).name for at in opened(graph, path).indices]
    assert second.asked[-7:] == names[10:]
    assert len(second.asked) < 17
    whole = written(graph, tmp_path / "at once")
    assert (path / "vectors.npy").read_bytes() == (whole / "vectors.npy").read_bytes()


def test_rows_written_after_the_last_record_do_not_count(graph, folder):
    with pytest.raises(KeyboardInterrupt):
        written(graph, folder, Letters(fails_after=13))
    (partial,) = folder.glob(".*.partial")
    with (partial / "vectors.npy").open("ab") as stream:
        stream.write(b"half a row")
    verify(path := written(graph, folder))
    assert opened(graph, path).matrix.shape == (17, 26)


@pytest.mark.parametrize(
    "change", [{"revision": "other"}, {"size": 20}], ids=["revision", "dimension"]
)
def test_what_another_model_began_is_begun_anew(graph, folder, change):
    with pytest.raises(KeyboardInterrupt):
        written(graph, folder, Letters(fails_after=13))
    other = Letters(**change)
    vectors = opened(graph, written(graph, folder, other))
    names = [graph.node(int(at)).name for at in vectors.indices]
    np.testing.assert_allclose(vectors.matrix, other.encode(names), rtol=1e-6)


def test_a_model_that_changed_under_its_name_is_noticed_on_resuming(graph, folder):
    with pytest.raises(KeyboardInterrupt):
        written(graph, folder, Letters(fails_after=13))

    class Mirrored(Letters):
        def encode(self, texts):
            return np.ascontiguousarray(super().encode(texts)[:, ::-1])

    vectors = opened(graph, written(graph, folder, Mirrored()))
    names = [graph.node(int(at)).name for at in vectors.indices]
    np.testing.assert_allclose(vectors.matrix, Mirrored().encode(names), rtol=1e-6)


def test_two_processes_do_not_write_the_same_vectors(graph, folder):
    path = folder_of(folder, MODEL)
    summary = embed(graph, folder / "other", model=MODEL, encoder=Letters())
    with (
        open_checkpoint(path.with_name(f".{path.name}.partial"), summary),
        pytest.raises(SimilarityUnavailable, match="Another process"),
    ):
        written(graph, folder)


def test_vectors_that_are_no_numbers_are_refused(graph, folder):
    class Broken(Letters):
        def encode(self, texts):
            return super().encode(texts) * np.nan

    with pytest.raises(SimilarityUnavailable, match="no numbers"):
        written(graph, folder, Broken())
    assert not folder_of(folder, MODEL).exists()


def test_models_of_like_names_have_folders_of_their_own(folder):
    names = ("a/model", "b/model", "a/model@1", "a/model@2", "/somewhere/model", "model/")
    folders = {folder_of(folder, name) for name in names}
    assert len(folders) == len(names)
    assert all(path.parent == folder and path.name.startswith("model") for path in folders)


def cut(path):
    path.write_bytes(path.read_bytes()[:-40])


def foreign(path):
    meta = json.loads(path.read_text())
    path.write_text(json.dumps(meta | {"format_version": 99}))


@pytest.mark.parametrize(
    ("name", "harm", "said"),
    [
        ("vectors.npy", cut, "damaged|cut off"),
        ("indices.npy", cut, "damaged|cut off"),
        ("vectors.npy", lambda path: path.unlink(), "damaged"),
        ("meta.json", lambda path: path.write_text("{"), "damaged"),
        ("meta.json", lambda path: path.write_text("[]"), "damaged"),
        ("meta.json", foreign, "another version"),
    ],
)
def test_damaged_or_foreign_vectors_are_refused_in_a_sentence(graph, folder, name, harm, said):
    path = written(graph, folder)
    harm(path / name)
    with pytest.raises(ArtefactError, match=said):
        opened(graph, path)


def test_vectors_of_another_graph_are_refused(graph, folder):
    with pytest.raises(ArtefactError, match="another graph"):
        NodeVectors.open(written(graph, folder), graph_checksum="0" * 64)


def test_a_changed_byte_is_found_by_verifying(graph, folder):
    path = written(graph, folder)
    verify(path)
    content = bytearray((path / "vectors.npy").read_bytes())
    content[-1] ^= 1
    (path / "vectors.npy").write_bytes(content)
    with pytest.raises(ArtefactError, match="not what was written"):
        verify(path)
