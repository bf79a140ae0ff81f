"""Ranking of candidate paths: telling relations, specific nodes and short chains come first."""

from dataclasses import replace

import pytest

from pipeline.core.paths.ranking import Ranking
from pipeline.core.records import Path
from tests.factories.method import question
from tests.factories.paths import ABSENT, CONTRAINDICATION, INDICATION, PRESENT, edge, node, path

SIDE_EFFECT = ("drug_effect", "side effect")
DEGREES = {7: 2000, 8: 300}
DIAGNOSIS = question("Which diagnosis is most likely?")
TREATMENT = question("Which drug treats this?")
ADVERSE = question("Which adverse effect is likely?")
AVOID = question("Which drug should be avoided?")
EXCEPT = question("All are findings EXCEPT which?")


def over(*relations, between: tuple[int, ...] = (5, 6), start: int = 1, end: int = 9) -> Path:
    """A path with one relation a hop, over these nodes."""
    inner = between[: len(relations) - 1]
    nodes = [node(index) for index in (start, *inner, end)]
    hops = tuple(
        (edge(head.index, tail.index, relation),)
        for head, tail, relation in zip(nodes, nodes[1:], relations, strict=False)
    )
    return path(*nodes, hops=hops)


def relevance(asked, one: Path) -> float:
    return Ranking(asked, lambda index: DEGREES.get(index, 10)).relevance(one)


@pytest.mark.parametrize(
    ("asked", "better", "worse"),
    [
        pytest.param(asked, better, worse, id=name)
        for name, asked, better, worse in (
            ("no-coincidence", DIAGNOSIS, over(PRESENT, PRESENT), over(SIDE_EFFECT, SIDE_EFFECT)),
            (
                "longer-but-telling",
                DIAGNOSIS,
                over(PRESENT, PRESENT, PRESENT),
                over(SIDE_EFFECT, SIDE_EFFECT),
            ),
            ("asked-treatment", TREATMENT, over(INDICATION), over(SIDE_EFFECT)),
            ("shorter", DIAGNOSIS, over(PRESENT), over(PRESENT, PRESENT)),
            (
                "rare-between",
                DIAGNOSIS,
                over(PRESENT, PRESENT),
                over(PRESENT, PRESENT, between=(7,)),
            ),
            ("rare-start", DIAGNOSIS, over(PRESENT), over(PRESENT, start=7)),
            ("rare-end", DIAGNOSIS, over(PRESENT), over(PRESENT, end=7)),
            (
                "between-more-than-ends",
                DIAGNOSIS,
                over(PRESENT, PRESENT, start=7),
                over(PRESENT, PRESENT, between=(7,)),
            ),
            (
                "denial-unasked",
                TREATMENT,
                over(INDICATION, SIDE_EFFECT),
                over(CONTRAINDICATION, SIDE_EFFECT),
            ),
            ("denial-asked", AVOID, over(CONTRAINDICATION), over(INDICATION)),
            ("last-hop-twice", DIAGNOSIS, over(SIDE_EFFECT, PRESENT), over(PRESENT, SIDE_EFFECT)),
        )
    ],
)
def test_the_better_path_ranks_higher(asked, better, worse):
    assert relevance(asked, better) > relevance(asked, worse)


def test_a_relation_asked_for_ranks_higher_than_where_it_is_not():
    assert relevance(ADVERSE, over(SIDE_EFFECT)) == 2 * relevance(DIAGNOSIS, over(SIDE_EFFECT))


def test_a_denial_beside_another_relation_adds_nothing_unasked():
    both = path(node(1), node(9), hops=((edge(1, 9, SIDE_EFFECT), edge(1, 9, CONTRAINDICATION)),))
    assert relevance(DIAGNOSIS, both) == relevance(DIAGNOSIS, over(SIDE_EFFECT))


def test_an_exception_does_not_lower_a_denial():
    assert relevance(EXCEPT, over(ABSENT)) > 2 * relevance(TREATMENT, over(ABSENT))


def test_a_node_between_that_the_question_speaks_of_ranks_higher():
    names = ("renal colic", "something else")
    spoken, other = (
        path(node(1), node(5, name), node(9), hops=over(PRESENT, PRESENT).hops) for name in names
    )
    asked = replace(DIAGNOSIS, text="He has colic. Which diagnosis is most likely?")
    assert relevance(asked, spoken) > relevance(asked, other)


def test_a_hop_counts_by_its_most_telling_edge():
    both = path(node(1), node(9), hops=((edge(1, 9, SIDE_EFFECT), edge(1, 9, INDICATION)),))
    assert relevance(TREATMENT, both) == relevance(TREATMENT, over(INDICATION))
