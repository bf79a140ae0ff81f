"""Which entities a statement names, by which wordings, and which it only hints at."""

import pytest

from pipeline.core.filtering.statements.naming import Named, find_entities, wordings_of
from pipeline.core.filtering.statements.words import words_of
from pipeline.core.records import (
    LinkedEntity,
    LinkStage,
    Mention,
    Node,
    NodeType,
    Path,
    SearchLayer,
    Side,
)

GENE = frozenset({7})


def named(text, *names, gene=False, nodes_named=None):
    node = 7
    found = find_entities(words_of(text), {node: names}, GENE if gene else frozenset(), nodes_named)
    return found.named(node)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("He has ASTHMA.", "asthma (disease)"),
        ("Gallstones were seen.", "gallstone"),
        ("A deficiency of vitamin D is likely.", "vitamin D deficiency"),
        ("Type 2 diabetes mellitus runs on.", "diabetes mellitus, type 2"),
        ("In type 2 diabetes it helps.", "type 2 diabetes mellitus"),
        ("Oedema of the leg", "Edema"),
        ("Alzheimer's disease begins late.", "Alzheimer disease"),
        ("Asthmatic patients wheeze.", "asthma"),
        ("β-blockers slow the heart.", "beta blocker"),
    ],
)
def test_a_name_is_known_in_its_plain_variants(text, name):
    assert named(text, name) is Named.WHOLLY


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Type 1 diabetes is another.", "type 2 diabetes mellitus"),
        ("CKD is severe.", "chronic kidney disease"),
        ("The kidneys fail.", "chronic kidney disease"),
        ("Prednisone is given.", "prednisolone"),
        ("Hepatitis A is mild.", "hepatitis B"),
        ("Magnesium is low.", "magnesium sulfate"),
    ],
)
def test_a_related_word_is_a_hint(text, name):
    assert named(text, name) is Named.HINTED


@pytest.mark.parametrize(
    ("text", "name"), [("The moon is cheese.", "asthma"), ("Gout hurts.", "disease of the retina")]
)
def test_other_words_name_nothing(text, name):
    assert named(text, name) is Named.NOT


@pytest.mark.parametrize(
    ("text", "expected"), [("REST binds DNA.", Named.WHOLLY), ("The rest is sleep.", Named.HINTED)]
)
def test_a_gene_is_named_by_its_symbol_as_written(text, expected):
    assert named(text, "REST", gene=True) is expected


def test_part_of_a_longer_name_of_the_graph_names_that():
    longer = {"pulmonary hypertension": (8,)}
    found = {"nodes_named": lambda name: longer.get(name.casefold(), ())}
    assert named("Pulmonary hypertension is rare.", "hypertension", **found) is Named.HINTED
    assert named("Severe hypertension is rare.", "hypertension", **found) is Named.WHOLLY


def test_the_longer_of_two_names_is_meant():
    names = {1: ("hypertension",), 2: ("pulmonary hypertension",)}
    found = find_entities(words_of("Pulmonary hypertension is rare."), names, frozenset(), None)
    assert (found.named(1), found.named(2)) == (Named.HINTED, Named.WHOLLY)


def test_question_and_answer_lend_their_words():
    node = Node(3, "", "Acetylsalicylic acid", NodeType.DRUG, "")
    mention = Mention("ASA 100", Side.ANSWER, 0, 7, normal_form="aspirin")
    entity = LinkedEntity(mention, node, LinkStage.SELECTED, 1.0, 1)
    path = Path((node,), (), SearchLayer.SPECIFIC)
    wordings = wordings_of([path], [entity], lambda index: ("acetyl salicylate",))
    assert wordings == {3: (node.name, "acetyl salicylate", "ASA 100", "aspirin")}
