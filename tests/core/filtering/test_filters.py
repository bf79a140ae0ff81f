"""Format, answer and grounding: what each rejects, with the figures in its sentence."""

from dataclasses import replace

import pytest

from pipeline.core.filtering.answer import check_answer
from pipeline.core.filtering.filter_input import FilterInput
from pipeline.core.filtering.format import check_format
from pipeline.core.filtering.grounding import check_grounding
from pipeline.core.filtering.order import check_order
from pipeline.core.records import (
    CoT,
    Edge,
    Judgement,
    Node,
    NodeType,
    Path,
    Polarity,
    ReadAnswer,
    SearchLayer,
    Step,
)
from tests.factories.method import question

GOOD = Edge(0, 1, "indication", "indication", Polarity.SUPPORTING)
BAD = Edge(0, 1, "contraindication", "contraindication", Polarity.NEGATIVE)
STRANGE = Edge(5, 6, "indication", "indication", Polarity.SUPPORTING)
FIRST = Edge(0, 1, "drug_protein", "target", Polarity.SUPPORTING)
SECOND = Edge(1, 2, "disease_protein", "associated with", Polarity.SUPPORTING)
NODES = (
    Node(0, "0", "drug", NodeType.DRUG, "DrugBank"),
    Node(1, "1", "disease", NodeType.DISEASE, "MONDO"),
)
READ = ReadAnswer("A", "Salbutamol", "")


def given(*steps, conclusion="So it is.", read=READ, degree=10, asked=None, judgement=None):
    return FilterInput(
        asked or question(),
        (Path(NODES, ((GOOD, BAD),), SearchLayer.SPECIFIC),),
        CoT(tuple(Step(at, *step) for at, step in enumerate(steps, start=1)), conclusion),
        read,
        judgement,
        0.5,
        lambda index: degree,
    )


def on_path(*steps, hops=((FIRST,), (SECOND,))):
    return replace(given(*steps), paths=(Path((), hops, SearchLayer.SPECIFIC),))


def test_a_whole_cot_is_well_formed():
    assert check_format(given(("It helps.", (GOOD,)))).passed


@pytest.mark.parametrize(
    ("faulty", "says"),
    [
        (given(), "no step"),
        (given(("  ",)), "step 1 is empty"),
        (given(("It helps.",), conclusion=" "), "no conclusion"),
        (given(("It helps.",), ("And so.", (STRANGE,))), "step 2 cites 1 edges"),
    ],
)
def test_a_missing_part_or_a_strange_citation_is_named(faulty, says):
    result = check_format(faulty)
    assert not result.passed
    assert says in result.explanation


@pytest.mark.parametrize(("label", "passes"), [("A", True), ("B", False), (None, False)])
def test_options_are_compared_by_label(label, passes):
    result = check_answer(given(("x",), read=ReadAnswer(label, "", "")))
    assert result.passed is passes
    assert "A (Salbutamol)" in result.explanation


@pytest.mark.parametrize("correct", [True, False])
def test_free_text_is_for_the_judge(correct):
    asked = question(options=(), key=None, answer_text="Salbutamol")
    result = check_answer(
        given(("x",), asked=asked, judgement=Judgement(correct, "The names are equal."))
    )
    assert result.passed is correct
    assert "The names are equal." in result.explanation


def test_half_of_the_steps_must_rest_on_an_edge():
    result = check_grounding(given(("x", (GOOD,)), ("y",)))
    assert (result.passed, result.score) == (True, 0.5)
    assert "1 of 2 steps" in result.explanation
    assert not check_grounding(given(("x", (GOOD,)), ("y",), ("z",))).passed


def test_edges_through_hubs_are_counted_not_rejected():
    result = check_grounding(given(("x", (GOOD,)), degree=5000))
    assert result.passed
    assert "1 of 1 cited edges touch a generic hub" in result.explanation


def test_the_order_of_steps_is_scored_and_never_rejects():
    forward = check_order(on_path(("x", (FIRST,)), ("y", (SECOND,))))
    assert (forward.passed, forward.score, forward.decides) == (True, 1.0, False)
    backward = check_order(on_path(("y", (SECOND,)), ("x", (FIRST,))))
    assert (backward.passed, backward.score) == (True, 0.0)
    assert "0 of 1 pairs" in backward.explanation


def test_one_step_may_tell_neighbouring_hops_and_what_is_not_cited_does_not_count():
    assert check_order(on_path(("x", (SECOND, FIRST)))).score == 1.0
    assert check_order(on_path(("x", (SECOND,)))).score is None


def test_a_hop_is_told_by_any_of_its_parallel_edges():
    hops = ((FIRST, STRANGE), (SECOND,))
    told = on_path(("x", (STRANGE,)), ("y", (SECOND,)), ("z", (FIRST,)), hops=hops)
    assert check_order(told).score == 1.0
