"""Pruning keeps or drops paths that were found, and checks whoever chooses."""

from itertools import pairwise

import pytest

from pipeline.core.config import PruneConfig
from pipeline.core.errors import MalformedOutput, PrunedToNothing
from pipeline.core.paths.pruning import prune_paths, require_kept
from pipeline.core.reasoners.demonstration import DemonstrationReasoner
from pipeline.core.records import Edge, Node, NodeType, Path, Polarity, SearchLayer
from tests.factories.method import Scripted, question


def path(*indices: int) -> Path:
    nodes = tuple(Node(at, str(at), f"n{at}", NodeType.DISEASE, "MONDO") for at in indices)
    hops = tuple(
        (Edge(a, b, "disease_disease", "parent-child", Polarity.SUPPORTING),)
        for a, b in pairwise(indices)
    )
    return Path(nodes, hops, SearchLayer.SPECIFIC)


PATHS = (path(3, 1, 9), path(0, 1, 9), path(0, 2, 9))


# Twenty paths of one pair, three of another, and two of a third whose ends lie further apart.
CROWD = (
    *(path(0, 100 + between, 9) for between in range(20)),
    *(path(3, 100 + between, 9) for between in range(3)),
    *(path(5, 6, 100 + between, 9) for between in range(2)),
)


def alike(index: int) -> int:
    """A degree that makes no node a hub."""
    return 1


def prune(graph, kept, scope="question", keep=2, paths=PATHS, shown=None):
    reasoner = Scripted(DemonstrationReasoner(graph), kept=kept)
    return prune_paths(question(), paths, reasoner, PruneConfig(keep, scope, shown), alike)


def seen(graph, shown, asked=None, paths=CROWD):
    """The paths that went before the reasoner, and those that did not."""

    class Looking(Scripted):
        def prune(self, question, paths, keep):
            looked_at.extend(paths)
            return ()

    looked_at: list[Path] = []
    looking = Looking(DemonstrationReasoner(graph))
    _, dropped = prune_paths(
        asked or question(), paths, looking, PruneConfig(3, shown=shown), alike
    )
    return looked_at, [one for one in dropped if "shown for choice" in one.reason]


def test_kept_paths_come_best_first_and_the_rest_is_dropped_with_a_reason(graph):
    looked_at, _ = seen(graph, None, paths=PATHS)
    kept, dropped = prune(graph, (2, 0))
    assert kept == (looked_at[2], looked_at[0])
    assert [each.node_indices for each in dropped] == [looked_at[1].node_indices]
    assert dropped[0].reason == "not among the 2 kept of 3 in this question"


def test_order_and_duplicates_of_what_was_found_do_not_matter(graph):
    assert prune(graph, (0,)) == prune(graph, (0,), paths=(*reversed(PATHS), PATHS[0]))


def test_scope_pair_asks_for_each_pair(graph):
    kept, dropped = prune(graph, (0,), scope="pair")
    assert [each.nodes[0].index for each in kept] == [0, 3]
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


def test_every_pair_is_shown_its_fair_share_and_what_is_not_shown_says_so(graph):
    looked_at, unseen = seen(graph, 9)
    starts = [each.nodes[0].index for each in looked_at]
    assert (starts.count(0), starts.count(3), starts.count(5)) == (4, 3, 2)
    assert len(unseen) == len(CROWD) - 9
    assert unseen[0].reason == "not among the 9 of 25 that were shown for choice"


def test_the_pairs_with_the_best_paths_come_first_where_not_every_pair_fits(graph):
    looked_at, _ = seen(graph, 2)
    assert {each.nodes[0].index for each in looked_at} == {0, 3}  # the third pair is further apart


def test_pairs_take_turns_each_with_its_best_path_first(graph):
    longer = path(0, 1, 2, 9), path(3, 1, 2, 9)
    looked_at, _ = seen(graph, None, paths=(*longer, path(0, 4, 9), path(3, 9), path(3, 5, 9)))
    turns = [(3, 9), (0, 4, 9), (3, 5, 9), (0, 1, 2, 9), (3, 1, 2, 9)]
    assert [each.node_indices for each in looked_at] == turns


def test_what_is_shown_is_the_same_each_time_and_another_for_another_question(graph):
    looked_at, _ = seen(graph, 9)
    assert seen(graph, 9, paths=tuple(reversed(CROWD)))[0] == looked_at
    assert seen(graph, 9, asked=question(id_in_source="2"))[0] != looked_at


@pytest.mark.parametrize("shown", [None, 25, 100])
def test_nothing_is_held_back_where_all_may_be_shown(graph, shown):
    looked_at, unseen = seen(graph, shown)
    assert len(looked_at) == 25
    assert not unseen


def test_positions_count_among_the_paths_shown(graph):
    looked_at, _ = seen(graph, 9)
    kept, dropped = prune(graph, (8, 0), paths=CROWD, shown=9)
    assert kept == (looked_at[8], looked_at[0])
    assert len(dropped) == 23
    with pytest.raises(MalformedOutput):
        prune(graph, (9,), paths=CROWD, shown=9)
