"""Format, answer and grounding: what each rejects, with the figures in its sentence."""

import pytest

from pipeline.core.filtering.answer import check_answer
from pipeline.core.filtering.filter_input import FilterInput
from pipeline.core.filtering.format import check_format
from pipeline.core.filtering.grounding import check_grounding
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


@pytest.mark.parametrize(
    ("text", "passes"),
    [
        ("The drug is contraindicated in the disease.", True),
        ("The drug should be avoided here.", True),
        ("Fever is absent in the disease.", True),
        ("It isn't given.", True),
        ("The drug treats the disease.", False),
        ("The drug is notable for the disease.", False),
    ],
)
def test_a_negative_edge_may_not_be_worded_as_support(text, passes):
    result = check_grounding(given((text, (BAD,)), ("And the drug helps.", (GOOD,))))
    assert result.passed is passes
    assert passes or "in step 1" in result.explanation
