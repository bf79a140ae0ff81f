"""The sheet: every edge with number, direction and polarity; cited paths apart from others."""

from dataclasses import replace

import pytest

from pipeline.core.records import CoT, Path, ReasonerKind, Step, TraceRecord
from pipeline.trace_page.layout import TraceView, trace_view
from tests.factories import question
from tests.factories.paths import (
    ABSENT,
    CONTRAINDICATION,
    INDICATION,
    PRESENT,
    SYNERGY,
    edge,
    node,
    path,
)

ASTHMA = node(0, "asthma")
GROUP = node(5, "bronchitis", source="MONDO_grouped")
SALBUTAMOL = node(1, "Salbutamol", "drug")
PROPRANOLOL = node(2, "Propranolol", "drug")
WHEEZE = node(3, "Wheezing", "effect/phenotype")

TREATS = edge(1, 0, INDICATION)
HARMS = edge(2, 0, CONTRAINDICATION)
SHOWS = edge(0, 3, PRESENT)
LACKS = edge(0, 3, ABSENT)
BOTH = edge(1, 2, SYNERGY)

FROM_WHEEZE = path(WHEEZE, ASTHMA, SALBUTAMOL, hops=((SHOWS, LACKS), (TREATS,)))
TO_PROPRANOLOL = path(ASTHMA, PROPRANOLOL, hops=((HARMS,),))
BETWEEN_DRUGS = path(SALBUTAMOL, PROPRANOLOL, hops=((BOTH,),))


def trace(*paths: Path, steps: tuple[Step, ...] = (), conclusion: str = "So it is.") -> TraceRecord:
    return TraceRecord(
        question=question(),
        graph_checksum="c",
        config_fingerprint="f",
        sample_index=0,
        reasoner_kind=ReasonerKind.DEMONSTRATION,
        paths=paths,
        cot=CoT(steps, conclusion) if steps else None,
    )


@pytest.fixture
def view() -> TraceView:
    steps = (Step(1, "It wheezes.", (SHOWS,)), Step(2, "A thought."), Step(3, "Treat.", (TREATS,)))
    return trace_view(trace(FROM_WHEEZE, TO_PROPRANOLOL, BETWEEN_DRUGS, steps=steps))


def test_edges_are_numbered_in_order_of_appearance(view):
    numbers = [line.number for path in view.paths for hop in path.hops for line in hop.edges]
    assert numbers == [0, 1, 2, 3, 4]


def test_a_step_names_the_edges_it_rests_on_by_the_same_numbers(view):
    assert [step.edge_numbers for step in view.steps] == ["0", "", "2"]
    assert view.steps[0].edges[0].sentence == view.paths[0].hops[0].edges[0].sentence
    assert view.conclusion == "So it is."


def test_parallel_relations_are_all_shown(view):
    first_hop = view.paths[0].hops[0]
    relations = [line.edge.display_relation for line in first_hop.edges]
    assert relations == ["phenotype present", "phenotype absent"]
    assert view.paths[0].edge_numbers == "0 1 2"


def test_negative_edges_are_known_as_such(view):
    negative = {
        line.edge.display_relation
        for path in view.paths
        for hop in path.hops
        for line in hop.edges
        if line.edge.negative
    }
    assert negative == {"phenotype absent", "contraindication"}


def test_an_edge_runs_forward_backward_or_both_ways(view):
    directions = [
        [line.direction for hop in path.hops for line in hop.edges] for path in view.paths
    ]
    assert directions == [["backward", "backward", "backward"], ["backward"], ["both"]]
    turned = trace_view(trace(path(SALBUTAMOL, ASTHMA, hops=((TREATS,),))))
    assert turned.paths[0].hops[0].edges[0].direction == "forward"


def test_a_sentence_speaks_from_the_edges_own_head_whatever_the_hops_direction(view):
    line = view.paths[0].hops[1].edges[0]
    assert (line.head, line.tail) == (SALBUTAMOL, ASTHMA)
    turned = trace_view(trace(path(SALBUTAMOL, ASTHMA, hops=((TREATS,),))))
    assert turned.paths[0].hops[0].edges[0].sentence == line.sentence
    assert line.sentence.index("Salbutamol") < line.sentence.index("asthma")


def test_cited_paths_stand_apart_from_the_others(view):
    assert [path.position for path in view.cited_paths] == [0]
    assert [path.number for path in view.other_paths] == [2, 3]


def test_a_path_tells_which_steps_cite_it(view):
    assert [path.cited_by for path in view.paths] == [(1, 3), (), ()]


def test_the_ends_of_a_path_have_their_roles(view):
    first = view.paths[0]
    roles = [first.start.role, *(hop.target.role for hop in first.hops)]
    assert roles == ["question", "between", "answer"]
    assert first.hops[-1].target.node == SALBUTAMOL


def test_a_grouped_disease_on_a_path_is_told():
    grouped = path(GROUP, SALBUTAMOL, hops=((edge(1, 5),),))
    with_group, without = trace_view(trace(grouped, TO_PROPRANOLOL)).paths
    assert (with_group.has_group, without.has_group) == (True, False)


def test_a_failed_trace_has_neither_steps_nor_drawing():
    view = trace_view(trace())
    assert (view.steps, view.paths, view.diagram, view.conclusion) == ((), (), None, "")


def test_paths_without_a_cot_are_shown_and_none_is_cited():
    view = trace_view(trace(FROM_WHEEZE))
    assert view.cited_paths == ()
    assert view.diagram is not None


def test_the_view_holds_nothing_a_reviewer_must_not_see(view):
    fields = set(TraceView.__dataclass_fields__)
    assert fields == {"question", "steps", "conclusion", "paths", "diagram"}
    renamed = replace(trace(FROM_WHEEZE), config_fingerprint="secret", graph_checksum="secret")
    assert "secret" not in repr(trace_view(renamed))
