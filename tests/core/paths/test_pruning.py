"""Pruning keeps or drops paths that were found, and checks whoever chooses."""

from itertools import pairwise

import pytest

from pipeline.core.config import PruneConfig
from pipeline.core.errors import MalformedOutput, PrunedToNothing
from pipeline.core.paths.pruning import prune_paths, require_kept
from pipeline.core.reasoners.demonstration import DemonstrationReasoner
from pipeline.core.records import Edge, Node, NodeType, Path, Polarity, SearchLayer
from tests.factories_method import Scripted, question


def path(*indices: int) -> Path:
    nodes = tuple(Node(at, str(at), f"n{at}", NodeType.DISEASE, "MONDO") for at in indices)
    hops = tuple(
        (Edge(a, b, "disease_disease", "parent-child", Polarity.SUPPORTING),)
        for a, b in pairwise(indices)
    )
    return Path(nodes, hops, SearchLayer.SPECIFIC)


PATHS = (path(3, 1, 9), path(0, 1, 9), path(0, 2, 9))


def prune(graph, kept, scope="question", keep=2, paths=PATHS):
    reasoner = Scripted(DemonstrationReasoner(graph), kept=kept)
    return prune_paths(question(), paths, reasoner, PruneConfig(keep=keep, scope=scope))


def test_kept_paths_come_best_first_and_the_rest_is_dropped_with_a_reason(graph):
    kept, dropped = prune(graph, (2, 0))
    assert [each.node_indices for each in kept] == [(3, 1, 9), (0, 1, 9)]
    assert [each.node_indices for each in dropped] == [(0, 2, 9)]
    assert dropped[0].reason == "not among the 2 kept of 3 in this question"


def test_order_and_duplicates_of_what_was_found_do_not_matter(graph):
    assert prune(graph, (0,)) == prune(graph, (0,), paths=(*reversed(PATHS), PATHS[0]))


def test_scope_pair_asks_for_each_pair(graph):
    kept, dropped = prune(graph, (0,), scope="pair")
    assert [each.node_indices for each in kept] == [(0, 1, 9), (3, 1, 9)]
    assert len(dropped) == 1


@pytest.mark.parametrize("kept", [(3,), (-1,), (0, 0), (0, 1, 2)])
def test_positions_outside_repeated_or_too_many_are_malformed_output(graph, kept):
    with pytest.raises(MalformedOutput) as raised:
        prune(graph, kept)
    assert raised.value.stage == "pruning"


def test_nothing_kept_is_a_reason_of_its_own(graph):
    kept, dropped = prune(graph, ())
    with pytest.raises(PrunedToNothing, match="3 paths"):
        require_kept(kept, dropped)
