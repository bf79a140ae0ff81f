"""The linking report: every mention once, under the stage that settled it."""

from pipeline.core.config import SimilarityConfig
from pipeline.core.linking.report import (
    EXACT,
    NONE,
    SHARED,
    SYNONYM,
    SimilarityStage,
    count_links,
    report_links,
)
from pipeline.core.reasoners.demonstration import DemonstrationReasoner
from pipeline.core.records import Candidate, Mention, Side
from pipeline.core.similarity.base import SimilarityBackend
from pipeline.core.similarity.lexical import LexicalSimilarity
from tests.factories.method import Scripted, question


class Knows(SimilarityBackend):
    """A similarity backend that knows one synonym."""

    def __init__(self, graph, text, index):
        self._text, self._candidate = text, Candidate(graph.node(index), 0.9)

    def candidates(self, text, type, k, floor):
        return (self._candidate,) if text == self._text else ()


def said(text, side=Side.QUESTION):
    return Mention(text, side, 0, len(text))


MENTIONS = (
    said("asthma"),
    said("Asthma"),  # the same name again
    said("hypertension"),  # a disease and a phenotype
    said("Propranolole"),  # a slip
    said("podagra"),  # a synonym, and not spelt alike
    said("7 mg", Side.ANSWER),
    said("gout", Side.ANSWER),
)


def report(graph):
    reasoner = Scripted(DemonstrationReasoner(graph), mentions=MENTIONS)
    stages = [
        SimilarityStage("lexical", LexicalSimilarity(graph), SimilarityConfig(floor=0.7)),
        SimilarityStage(
            "dense", Knows(graph, "podagra", 11), SimilarityConfig("dense", "x", accept=0.85)
        ),
    ]
    return list(report_links([question()], graph, reasoner, stages)), stages


def test_each_mention_is_under_the_stage_that_settled_it(graph):
    links, _ = report(graph)
    assert {(link.mention.text, link.how) for link in links} == {
        ("asthma", EXACT),
        ("hypertension", SHARED),
        ("Propranolole", "lexical"),
        ("podagra", "dense"),
        ("gout", EXACT),
        ("7 mg", NONE),
    }
    assert all((link.entity is None) == (link.how == NONE) for link in links)


def test_counts_stand_in_the_order_of_the_funnel_by_side(graph):
    links, stages = report(graph)
    counts = count_links(links, stages)
    assert [how for how, _ in counts] == [EXACT, SHARED, SYNONYM, "lexical", "dense", NONE]
    assert [sides[Side.QUESTION] for _, sides in counts] == [1, 1, 0, 1, 1, 0]
    assert [sides[Side.ANSWER] for _, sides in counts] == [1, 0, 0, 0, 0, 1]
