"""Lexical similarity proposes spelling variants, the best of all that pass the guards."""

import gc
import random
import weakref

import pytest
from rapidfuzz import fuzz

from pipeline.core.kg.names import normalise
from pipeline.core.records import NodeType
from pipeline.core.similarity.lexical import LexicalSimilarity
from pipeline.core.similarity.lexical_index import name_forms
from pipeline.core.similarity.name_marks import marks
from pipeline.core.similarity.spelling import key_words
from tests.factories.kg import open_kg

SAID = "acute renal tubular necrosis type 1 2 left ventricular of the lung hypertrophy ii"
WORDS = SAID.split()


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """400 names made of few words: many ties, many look-alikes."""
    draw = random.Random(3)
    names = [" ".join(draw.choices(WORDS, k=draw.randint(1, 5))) for _ in range(400)]
    nodes = {at: (("drug", "disease")[at % 2], name) for at, name in enumerate(names)}
    edges = [(at, at + 1, "indication", "indication") for at in range(0, 400, 2)]
    return open_kg(tmp_path_factory.mktemp("many") / "kg", nodes, edges)


def every_ratio(graph, text, type):
    """Score and index of every node of the type whose name the guards let pass."""
    name = normalise(text)
    for index in graph.indices_of_type(type).tolist():
        other = graph.normalised_name(index)
        if marks(other) == marks(name):
            forms = ((name, other), (key_words(name), key_words(other)))
            yield round(max(fuzz.ratio(*form) for form in forms) / 100, 6), index


def test_a_spelling_variant_is_proposed_with_its_score(graph):
    (candidate,) = LexicalSimilarity(graph).candidates("Propranolole", None, 10, 0.8)
    assert candidate.node.name == "Propranolol"
    assert 0.9 < candidate.score < 1


@pytest.mark.parametrize("text", ["diabetes mellitus type 2", "type 2 of the diabetes mellitus"])
def test_word_order_and_words_of_grammar_do_not_matter(graph, text):
    (found,) = LexicalSimilarity(graph).candidates(text, None, 10, 0.9)
    assert (found.node.name, found.score) == ("type 2 diabetes mellitus", 1.0)


def test_candidates_keep_to_the_type_the_floor_and_the_guards(graph):
    similarity = LexicalSimilarity(graph)
    assert similarity.candidates("Propranolole", NodeType.DISEASE, 10, 0.8) == ()
    assert similarity.candidates("Propranolole", NodeType.DRUG, 10, 0.99) == ()
    assert similarity.candidates("type 1 diabetes mellitus", None, 10, 0.7) == ()
    both = similarity.candidates("hypertensions", None, 10, 0.7)
    assert [candidate.node.index for candidate in both] == [6, 7]
    assert len(similarity.candidates("hypertensions", None, 1, 0.7)) == 1


@pytest.mark.parametrize("floor", [0.0, 0.5, 0.7, 1.0])
@pytest.mark.parametrize("type", [None, NodeType.DISEASE])
def test_the_best_of_all_names_that_pass_are_found_whatever_the_guards_strike(many, floor, type):
    similarity, draw = LexicalSimilarity(many), random.Random(5)
    for _ in range(20):
        text = " ".join(draw.choices(WORDS, k=4))[draw.randint(0, 4) :]
        ranked = sorted(every_ratio(many, text, type), key=lambda scored: (-scored[0], scored[1]))
        expected = [(index, score) for score, index in ranked if score >= floor][:10]
        found = similarity.candidates(text, type, 10, floor)
        assert [(each.node.index, each.score) for each in found] == expected


def test_look_alikes_take_no_place_among_the_k(tmp_path):
    wrong = {at: ("disease", f"type {at} renal tubular acidosis") for at in range(3, 60)}
    right = {1: ("disease", "renal tubular acidosis type 2 form"), 2: ("drug", "Bicarbonate")}
    edges = [(2, at, "indication", "indication") for at in (1, *wrong)]
    graph = open_kg(tmp_path / "kg", wrong | right, edges)
    found = LexicalSimilarity(graph).candidates("type 2 renal tubular acidosis", None, 1, 0.7)
    assert [candidate.node.index for candidate in found] == [1]


def test_texts_taken_together_find_what_they_find_alone(graph):
    similarity = LexicalSimilarity(graph)
    wanted = [("Propranolole", NodeType.DRUG), ("hypertensions", None), ("xyzzy", None)]
    together = similarity.candidates_of_each(wanted, 5, 0.7)
    assert together == tuple(similarity.candidates(text, type, 5, 0.7) for text, type in wanted)


def test_the_names_are_held_once_a_graph_and_go_with_it(tmp_path):
    nodes = {0: ("disease", "asthma"), 1: ("drug", "Salbutamol")}
    graph = open_kg(tmp_path / "kg", nodes, [(1, 0, "indication", "indication")])
    names = weakref.ref(name_forms(graph, None).as_written)
    assert name_forms(graph, None).as_written is names()
    del graph
    gc.collect()
    assert names() is None
