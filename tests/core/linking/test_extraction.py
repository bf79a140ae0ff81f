"""Dictionary extraction: right spans, longest names, and no over-linking."""

import pytest

from pipeline.core.linking.extraction import (
    PART_OF_A_WORD,
    TOO_GENERAL,
    extract_names,
    find_mentions,
    side_text,
)
from pipeline.core.records import NodeType, Side
from tests.factories.kg import open_kg
from tests.factories.method import question

NODES = {
    0: ("disease", "asthma"),
    1: ("disease", "exercise-induced asthma"),
    2: ("gene/protein", "REST"),
    3: ("gene/protein", "LARGE"),
    4: ("anatomy", "blood"),
    5: ("drug", "Urea"),
    6: ("effect/phenotype", "Fever"),
    7: ("effect/phenotype", "Cough"),
    8: ("effect/phenotype", "asthma"),
    9: ("disease", "small cell carcinoma"),
    10: ("drug", "Aspirin"),
    11: ("disease", "Sjogren syndrome"),
    12: ("gene/protein", "CAT"),
    13: ("anatomy", "left ventricle"),
    14: ("drug", "Caffeine"),
    15: ("drug", "Codeine"),
    16: ("drug", "Caffeine-Codeine"),
}
EDGES = [
    *((0, other, "disease_phenotype_positive", "phenotype present") for other in (6, 7, 8)),
    *((gene, 0, "disease_protein", "associated with") for gene in (2, 3, 12)),
    *((drug, 0, "indication", "indication") for drug in (5, 10, 14, 15, 16)),
    *((0, other, "disease_disease", "parent-child") for other in (1, 9, 11)),
    *((place, 2, "anatomy_protein_present", "expression present") for place in (4, 13)),
]


@pytest.fixture(scope="module")
def graph(tmp_path_factory):
    return open_kg(tmp_path_factory.mktemp("names") / "kg", NODES, EDGES)


def texts(graph, text, **how):
    return [mention.text for mention in find_mentions(graph, text, Side.QUESTION, **how)]


def test_offsets_count_in_the_text_as_written(graph):
    text = "A «young» man with  Sjögren's syndrome, then fever."
    mentions = find_mentions(graph, text, Side.QUESTION)
    assert [mention.text for mention in mentions] == ["Sjögren's syndrome", "fever"]
    assert all(text[mention.start : mention.end] == mention.text for mention in mentions)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("has asth\u00adma and \u200bFe\u200bver.", ["asth\u00adma", "Fe\u200bver"]),
        ("\u202bfever\u202c, \u200ecough\u200f", ["fever", "cough"]),
        ("Sjögrenʼs\u00a0syndrome", ["Sjögrenʼs\u00a0syndrome"]),
        ("expresses RE\u00adST", ["RE\u00adST"]),
        ("exercise\u2011induced asthma", ["exercise\u2011induced asthma"]),
        ("a non\u2011small cell carcinoma", []),
        ("her blo\u00adod", []),
    ],
)
def test_invisible_characters_hide_nothing_and_stay_in_the_mention(graph, text, found):
    mentions = find_mentions(graph, text, Side.QUESTION)
    assert [mention.text for mention in mentions] == found
    assert all(text[mention.start : mention.end] == mention.text for mention in mentions)


def test_the_longest_name_wins_and_none_overlap(graph):
    assert texts(graph, "Exercise-induced asthma and asthma") == [
        "Exercise-induced asthma",
        "asthma",
    ]


def test_a_name_of_several_types_leaves_the_type_open(graph):
    (asthma, fever) = find_mentions(graph, "asthma with fever", Side.QUESTION)
    assert asthma.type is None
    assert fever.type is NodeType.EFFECT_PHENOTYPE


@pytest.mark.parametrize(
    "text",
    [
        "He was at rest with a large belly.",
        "His blood was drawn; urea was normal.",
        "A CAT scan was made.",
        "A non-small cell carcinoma.",
        "He was feverish.",
        "First came exercise. Induced asthmatic wheeze followed.",
    ],
)
def test_common_words_and_parts_of_names_are_no_mentions(graph, text):
    assert texts(graph, text) == []


def test_a_gene_symbol_counts_as_spelt_and_a_hyphen_may_follow_a_cause(graph):
    assert texts(graph, "REST is repressed in Aspirin-induced rash.") == ["REST", "Aspirin"]


def test_places_of_several_words_are_mentions(graph):
    assert texts(graph, "in the left ventricle") == ["left ventricle"]


def test_what_is_denied_is_a_mention_that_says_so(graph):
    text = "She de\u00adnies fever or cough. She has asthma, without cough but with fever."
    found = [(m.text, m.assertion.value) for m in find_mentions(graph, text, Side.QUESTION)]
    assert found == [
        *(("fever", "absent"), ("cough", "absent"), ("asthma", "present")),
        *(("cough", "absent"), ("fever", "present")),
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("took aspirin-caffeine daily", ["aspirin", "caffeine"]),
        ("took aspirin/caffeine daily", ["aspirin", "caffeine"]),
        ("took Aspirin\u2010Caffeine daily", ["Aspirin", "Caffeine"]),
        ("took aspirin-caffeine-codeine", ["aspirin", "caffeine", "codeine"]),
        # The whole is a node: never its parts.
        ("took caffeine-codeine", ["caffeine-codeine"]),
        # Not all parts are drugs, or one says too little alone, or is no word of the graph.
        ("aspirin-REST", []),
        ("aspirin-urea", []),
        ("aspirin-xyzzy", []),
        ("asthma-aspirin", []),
        ("non-aspirin-caffeine", []),
        ("aspirin - caffeine", ["aspirin", "caffeine"]),
    ],
)
def test_a_combination_of_drugs_is_its_drugs_where_the_whole_is_no_node(graph, text, found):
    mentions = find_mentions(graph, text, Side.QUESTION)
    assert [mention.text for mention in mentions] == found
    assert all(text[mention.start : mention.end] == mention.text for mention in mentions)


def test_what_is_dropped_is_told_once_with_the_reason(graph):
    extraction = extract_names(graph, "Blood, blood and a non-small cell carcinoma.", Side.ANSWER)
    assert extraction.mentions == ()
    assert [(d.text, d.side, d.reason) for d in extraction.dropped] == [
        ("Blood", Side.ANSWER, TOO_GENERAL),
        ("small cell carcinoma", Side.ANSWER, PART_OF_A_WORD),
    ]


def test_texts_that_name_nodes_may_use_single_words(graph):
    assert texts(graph, "blood and urea", generic_words=True) == ["blood", "urea"]


def test_each_side_has_a_text_of_its_own():
    asked = question(options=("yes", "no"), long_answer="Yes, it does.")
    texts = {side: side_text(asked, side) for side in Side}
    assert texts == {
        Side.QUESTION: asked.text,
        Side.ANSWER: "yes",
        Side.EXPLANATION: "Yes, it does.",
    }
