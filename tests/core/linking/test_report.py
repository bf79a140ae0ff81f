"""The linking report: every mention once, under the stage that settled it."""

from dataclasses import replace

import pytest

from pipeline.core.config import SimilarityConfig
from pipeline.core.linking.linker import Linking
from pipeline.core.linking.report import (
    EXACT,
    NONE,
    SELECTED,
    SHARED,
    SIMILAR,
    STAGES,
    Mapped,
    commonest_unmapped,
    count_links,
    links_of,
    mapped,
    report_links,
)
from pipeline.core.reasoners.demonstration import DemonstrationReasoner
from pipeline.core.records import LinkStage, Mention, OpenMention, Side
from pipeline.core.similarity.lexical import LexicalSimilarity
from tests.factories.method import Scripted, question


def said(text, side=Side.QUESTION):
    return Mention(text, side, 0, len(text))


MENTIONS = (
    said("asthma"),
    said("Asthma"),  # the same name again
    said("hypertension"),  # a disease and a phenotype
    said("Propranolole"),  # a slip
    said("7 mg", Side.ANSWER),
    said("7 MG", Side.ANSWER),
    said("gout", Side.EXPLANATION),
)


def report(graph, accept=None):
    reasoner = Scripted(DemonstrationReasoner(graph), mentions=MENTIONS)
    config = SimilarityConfig(floor=0.7, accept=accept)
    return list(report_links([question()], graph, reasoner, LexicalSimilarity(graph), config))


@pytest.mark.parametrize(("accept", "slip"), [(None, SELECTED), (0.8, SIMILAR)])
def test_each_mention_is_under_the_stage_that_settled_it(graph, accept, slip):
    links = report(graph, accept)
    assert {(link.mention.text, link.how) for link in links} == {
        ("asthma", EXACT),
        ("hypertension", SHARED),
        ("Propranolole", slip),
        ("7 mg", NONE),
        ("gout", EXACT),
    }
    assert all((link.entity is None) == (link.how == NONE) for link in links)


def test_counts_stand_in_the_order_of_the_stages_by_side(graph):
    counts = dict(count_links(report(graph)))
    assert list(counts) == list(STAGES)
    assert [counts[EXACT][side] for side in Side] == [1, 0, 1]
    assert [counts[NONE][side] for side in Side] == [0, 1, 0]


def test_the_share_linked_is_told_by_side_and_in_all(graph):
    links = report(graph)
    assert mapped(links) == Mapped(4, 5)
    assert [mapped(links, side) for side in Side] == [Mapped(3, 3), Mapped(0, 1), Mapped(1, 1)]


@pytest.mark.parametrize(
    ("linked", "mentions", "met"), [(9, 10, True), (89, 100, False), (0, 0, False)]
)
def test_nine_of_ten_meet_the_target_and_none_of_none_do_not(linked, mentions, met):
    assert Mapped(linked, mentions).meets_target is met


def test_the_commonest_mentions_without_a_node_come_first():
    unlinked = [tuple(OpenMention(said(t), ()) for t in texts) for texts in ("ab", "bB", "c")]
    links = [link for one in unlinked for link in links_of(question(), Linking((), one))]
    assert commonest_unmapped(links, 2) == [("b", 2), ("a", 1)]


def test_every_stage_of_linking_has_a_line(graph):
    entity = next(link.entity for link in report(graph) if link.entity)
    for stage in LinkStage:
        (link,) = links_of(question(), Linking((replace(entity, stage=stage, score=0.9),), ()))
        assert link.how in STAGES
