"""Clusters: the same as joining every pair of near duplicates, whatever the order."""

import random
from itertools import combinations

import networkx as nx
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.core.duplicates.clusters import cluster_names, clusters
from pipeline.core.duplicates.near_duplicates import NEAR, similarity, wording_of

STEM = (
    "A man comes to the emergency department because of crushing chest pain for two hours. He has "
    "smoked for twenty years and takes no drugs at home. Which vessel is most likely occluded?"
)
_LETTERS = random.Random(1)
WORDS = ["".join(_LETTERS.choices("abcdefghijklmnopqrstuvwxyz", k=6)) for _ in range(90)]


def changed(text: str, count: int, draw: random.Random) -> str:
    """The text with so many words after one another replaced."""
    words = text.split()
    place = draw.randrange(len(words) - count)
    words[place : place + count] = draw.choices(WORDS, k=count)
    return " ".join(words)


def test_a_chain_of_near_duplicates_is_one_cluster():
    """Its ends are not alike: each is near to the next alone."""
    draw = random.Random(5)
    texts = [STEM]
    for _ in range(6):
        texts.append(changed(texts[-1], 5, draw))
    wordings = [wording_of(text, []) for text in texts]
    assert similarity(wordings[0], wordings[-1]) < NEAR
    assert clusters(wordings) == [0] * 7
    # Both ends come first: those between join them though they were apart.
    assert clusters([wordings[0], wordings[-1], *wordings[1:-1]]) == [0] * 7


def test_questions_of_the_same_words_are_together_and_others_alone():
    asked = [(STEM, ["a", "b"]), ("Which drug?", ["x"]), (STEM.upper(), ["b", "a"]), ("", [])]
    assert clusters([wording_of(*one) for one in asked]) == [0, 1, 0, 3]
    assert clusters([]) == []


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_clusters_are_those_of_all_pairs(seed):
    draw = random.Random(seed)
    texts = [" ".join(draw.sample(WORDS, 24)) for _ in range(4)]
    for known in (4, 10):
        texts += [changed(draw.choice(texts[:known]), draw.randint(1, 5), draw) for _ in range(6)]
    wordings = [wording_of(text, ["yes", "no"]) for text in texts]
    graph = nx.Graph(
        (a, b)
        for a, b in combinations(range(len(texts)), 2)
        if similarity(wordings[a], wordings[b]) >= NEAR
    )
    graph.add_nodes_from(range(len(texts)))
    expected = {number: min(part) for part in nx.connected_components(graph) for number in part}
    assert clusters(wordings) == [expected[number] for number in range(len(texts))]


def test_a_clusters_name_does_not_depend_on_the_order():
    draw = random.Random(2)
    named = [(changed(STEM, 2, draw), f"q{number}") for number in range(5)]
    named += [(" ".join(draw.sample(WORDS, 20)), f"r{number}") for number in range(5)]
    first: dict[str, str] = {}
    for _ in range(4):
        draw.shuffle(named)
        wordings = [wording_of(text, []) for text, _ in named]
        names = [name for _, name in named]
        found = dict(zip(names, cluster_names(wordings, names), strict=True))
        first = first or found
        assert found == first
    assert {name for name in first.values() if name.startswith("q")} == {"q0"}
