"""Linking by synonym: after the exact name, before similarity, recorded as what it is."""

import pytest

from pipeline.core.config import SimilarityConfig
from pipeline.core.linking import linker
from pipeline.core.linking.extraction import find_mentions
from pipeline.core.linking.options import nodes_in_option, option_aliases
from pipeline.core.records import LinkStage, Mention, NodeType, Side
from pipeline.core.similarity.lexical import LexicalSimilarity
from tests.factories.kg import open_kg
from tests.factories.method import EDGES, NODES, question

SYNONYMS = [
    (0, "reactive airway disease"),
    (1, "albuterol"),
    (4, "hypertension"),
    (4, "headache of old"),
    (14, "pyrexia"),
    (13, "sugar disease"),
    (10, "sugar disease"),
    (12, "gout pill"),
    (11, "gout pill"),
    (8, "NRSF"),
]


@pytest.fixture(scope="module")
def synonymous(tmp_path_factory):
    return open_kg(tmp_path_factory.mktemp("synonyms") / "kg", NODES, EDGES, SYNONYMS)


def linked(graph, text, type=None):
    mention = Mention(text, Side.QUESTION, 0, len(text), type)
    config = SimilarityConfig(floor=0.7, accept=None)
    return linker.link_by_name([mention], graph, LexicalSimilarity(graph), config)


def test_a_synonym_of_one_node_is_accepted_and_says_so(synonymous):
    (entity,) = linked(synonymous, "Albuterol").linked
    assert (entity.node.name, entity.stage) == ("Salbutamol", LinkStage.SYNONYM)
    assert (entity.score, entity.rank, entity.alternatives) == (1.0, 1, ())


def test_a_name_comes_before_a_synonym(synonymous):
    (opened,) = linked(synonymous, "hypertension").unlinked
    assert {candidate.node.index for candidate in opened.candidates} == {6, 7}
    (entity,) = linked(synonymous, "asthma").linked
    assert entity.stage is LinkStage.EXACT


def test_a_synonym_of_two_nodes_is_settled_by_type_or_stays_open(synonymous):
    (entity,) = linked(synonymous, "gout pill", NodeType.DRUG).linked
    assert (entity.node.index, entity.stage) == (12, LinkStage.SYNONYM)
    assert [other.node.index for other in entity.alternatives] == [11]
    (opened,) = linked(synonymous, "sugar disease", NodeType.DISEASE).unlinked
    assert {candidate.node.index for candidate in opened.candidates} == {10, 13}


def test_a_gene_s_synonym_counts_only_as_its_file_spells_it(synonymous):
    assert linked(synonymous, "nrsf").linked == ()
    assert linked(synonymous, "NRSF").linked[0].node.index == 8
    assert linked(synonymous, "nrsf", NodeType.GENE_PROTEIN).linked[0].node.index == 8


def test_texts_are_read_with_synonyms(synonymous):
    text = "A man with reactive airway disease takes albuterol and has pyrexia."
    found = [mention.text for mention in find_mentions(synonymous, text, Side.QUESTION)]
    assert found == ["reactive airway disease", "albuterol", "pyrexia"]
    (node,) = nodes_in_option(synonymous, "Albuterol")
    assert node.name == "Salbutamol"


def test_a_reader_is_shown_no_synonym_of_an_option_either(synonymous):
    asked = question(text="A child wheezes.", options=("Salbutamol", "Aspirin"))
    assert set(option_aliases(synonymous, asked, ())) == {"Salbutamol", "albuterol"}
