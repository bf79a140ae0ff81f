"""The chain of thought: citations by number."""

import pytest

from pipeline.core import cot
from pipeline.core.errors import MalformedOutput, NoReasoningWritten
from pipeline.core.reasoner import DraftCoT, DraftStep
from pipeline.core.records import CoT, Edge, Node, NodeType, Path, Polarity, SearchLayer, Step


def node(index: int) -> Node:
    return Node(index, str(index), f"node {index}", NodeType.DISEASE, "MONDO")


def edge(head: int, tail: int) -> Edge:
    return Edge(head, tail, "disease_disease", "parent-child", Polarity.SUPPORTING)


PATHS = (
    Path((node(0), node(1), node(2)), ((edge(0, 1),), (edge(1, 2),)), SearchLayer.SPECIFIC),
    Path((node(3), node(1), node(2)), ((edge(3, 1),), (edge(1, 2),)), SearchLayer.SPECIFIC),
)


def test_edges_are_numbered_once_in_order_of_appearance():
    assert cot.numbered_edges(PATHS) == (edge(0, 1), edge(1, 2), edge(3, 1))


def test_a_draft_becomes_numbered_steps_with_their_edges():
    draft = DraftCoT((DraftStep(" one ", (2, 0, 2)), DraftStep("two", ())), " so ")
    assert cot.assemble(draft, PATHS) == CoT(
        (Step(1, "one", (edge(3, 1), edge(0, 1))), Step(2, "two")), "so"
    )


@pytest.mark.parametrize("number", [-1, 3])
def test_a_citation_of_no_edge_is_malformed_output(number):
    with pytest.raises(MalformedOutput, match=f"edge {number}") as raised:
        cot.assemble(DraftCoT((DraftStep("one", (number,)),), "so"), PATHS)
    assert raised.value.stage == "generation"


def test_a_draft_without_steps_is_no_reasoning():
    with pytest.raises(NoReasoningWritten):
        cot.assemble(DraftCoT((), "so"), PATHS)
