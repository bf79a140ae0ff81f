"""Linking in three stages, and what is recorded of each."""

from dataclasses import replace

import pytest

from pipeline.core.config import SimilarityConfig
from pipeline.core.errors import MalformedOutput, NoMentionFound
from pipeline.core.linking import linker
from pipeline.core.linking.options import option_aliases
from pipeline.core.reasoners.demonstration import DemonstrationReasoner
from pipeline.core.records import Assertion, LinkStage, Mention, NodeType, Side
from pipeline.core.similarity.lexical import LexicalSimilarity
from tests.factories.method import Scripted, question

ASKED = question()


def said(text: str, side: Side = Side.QUESTION, type: NodeType | None = None) -> Mention:
    return Mention(text, side, 0, len(text), type)


def by_name(graph, *mentions, accept=None):
    config = SimilarityConfig(floor=0.7, accept=accept)
    return linker.link_by_name(mentions, graph, LexicalSimilarity(graph), config)


def selected(graph, linking, **acts):
    reasoner = Scripted(DemonstrationReasoner(graph), **acts)
    return linker.link_by_selection(ASKED, linking, reasoner), reasoner


def test_an_exact_name_needs_nobody(graph):
    linking = by_name(graph, said("ASTHMA"))
    (entity,) = linking.linked
    assert (entity.node.name, entity.stage, entity.score, entity.rank) == (
        "asthma",
        LinkStage.EXACT,
        1.0,
        1,
    )
    assert linking.unlinked == ()


def test_a_name_of_two_nodes_is_settled_by_its_type_or_stays_open(graph):
    typed = by_name(graph, said("hypertension", type=NodeType.EFFECT_PHENOTYPE))
    assert [entity.node.index for entity in typed.linked] == [7]
    assert [other.node.index for other in typed.linked[0].alternatives] == [6]
    (opened,) = by_name(graph, said("hypertension")).unlinked
    assert {candidate.node.index for candidate in opened.candidates} == {6, 7}


def test_similarity_proposes_and_only_a_threshold_lets_it_accept(graph):
    (opened,) = by_name(graph, said("Propranolole")).unlinked
    assert opened.candidates[0].node.name == "Propranolol"
    (entity,) = by_name(graph, said("Propranolole"), accept=0.85).linked
    assert entity.stage is LinkStage.SIMILARITY
    assert entity.score == opened.candidates[0].score
    assert by_name(graph, said("Propranolole"), accept=0.99).linked == ()


def test_one_selection_call_settles_all_that_has_candidates(graph):
    open_ones = by_name(graph, said("hypertension"), said("Propranolole"), said("xyzzy"))
    linking, reasoner = selected(graph, open_ones, choices=(1, None))
    assert len(reasoner.asked) == 1
    assert [opened.mention.text for opened in reasoner.asked[0]] == ["hypertension", "Propranolole"]
    (entity,) = linking.linked
    assert (entity.node.index, entity.stage, entity.rank) == (7, LinkStage.SELECTED, 2)
    assert [other.node.index for other in entity.alternatives] == [6]
    assert [opened.mention.text for opened in linking.unlinked] == ["Propranolole", "xyzzy"]


def test_nothing_open_asks_nobody(graph):
    _, reasoner = selected(graph, by_name(graph, said("asthma"), said("xyzzy")))
    assert reasoner.asked == []


@pytest.mark.parametrize("choices", [(), (0, 0), (2,), (-1,)])
def test_a_selection_that_does_not_fit_is_malformed_output(graph, choices):
    with pytest.raises(MalformedOutput) as raised:
        selected(graph, by_name(graph, said("hypertension")), choices=choices)
    assert raised.value.stage == "linking"


def test_repeated_mentions_collapse_to_one_entity_a_side(graph):
    linking = by_name(graph, said("asthma"), said("Asthma"), said("asthma", Side.ANSWER))
    assert [entity.mention.side for entity in linking.linked] == [Side.QUESTION, Side.ANSWER]


def test_of_several_mentions_of_a_node_the_one_that_says_it_is_present_stands_for_it(graph):
    told = [replace(said("asthma"), assertion=a) for a in (Assertion.FAMILY, Assertion.PAST)]
    assert by_name(graph, *told).linked[0].mention.assertion is Assertion.PAST
    (entity,) = by_name(graph, *told, said("Asthma")).linked
    assert entity.mention.text == "Asthma"


@pytest.mark.parametrize(
    ("text", "normal_form", "index", "stage"),
    [
        ("BA", "asthma", 0, LinkStage.EXACT),
        ("asthma", "gout", 0, LinkStage.EXACT),  # the text goes before its normal form
        ("BA", "xyzzy", None, None),
    ],
)
def test_a_normal_form_is_tried_after_the_text(graph, text, normal_form, index, stage):
    linking = by_name(graph, replace(said(text), normal_form=normal_form))
    found = [(entity.node.index, entity.stage) for entity in linking.linked]
    assert found == ([] if index is None else [(index, stage)])


def test_similarity_takes_the_normal_form_where_the_text_has_no_candidate(graph):
    mentions = [
        replace(said("xyzzy"), normal_form="Propranolole"),
        replace(said("Salbutamole"), normal_form="Propranolole"),
        said("xyzzy"),
    ]
    proposed = [[c.node.name for c in o.candidates] for o in by_name(graph, *mentions).unlinked]
    assert [names[:1] for names in proposed] == [["Propranolol"], ["Salbutamol"], []]


def test_a_gene_is_named_by_its_symbol_or_by_whoever_calls_it_a_gene(graph):
    assert by_name(graph, said("rest")).linked == ()
    assert by_name(graph, said("REST")).linked[0].node.index == 8
    assert by_name(graph, said("rest", type=NodeType.GENE_PROTEIN)).linked[0].node.index == 8


def test_a_question_without_mentions_is_a_failure_of_its_own(graph):
    with pytest.raises(NoMentionFound):
        linker.require_mentions([said("asthma", Side.ANSWER)])


def test_aliases_cover_all_options_but_nothing_the_question_names(graph):
    options = ("Propranolol for asthma", "Aspirin", "Give Salbutamol")
    asked = question(options=options, key=1)
    linked = by_name(graph, said("Acetylsalicylic acid", Side.ANSWER)).linked
    assert set(option_aliases(graph, asked, linked)) == {
        "Propranolol",
        "Acetylsalicylic acid",
        "Salbutamol",
    }


def test_an_alias_tells_an_option_from_the_others_or_is_the_whole_of_it(graph):
    both = ("Stop Salbutamol", "Continue Salbutamol")
    assert option_aliases(graph, question(text="What next?", options=both), ()) == ()
    some = (*both, "Give Allopurinol")
    assert option_aliases(graph, question(text="What next?", options=some), ()) == (
        "Salbutamol",
        "Allopurinol",
    )
    whole = question(text="Is it due to asthma or gout?", options=("Asthma", "Give for gout"))
    assert option_aliases(graph, whole, ()) == ("asthma",)


def test_entities_of_the_explanation_are_no_aliases(graph):
    asked = question(text="What next?", options=("Yes", "No"))
    explained = by_name(graph, said("asthma", Side.EXPLANATION)).linked
    assert explained
    assert option_aliases(graph, asked, explained) == ()
