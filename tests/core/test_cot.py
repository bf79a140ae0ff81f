"""The chain of thought: citations by number, and what the second reader may not see."""

import pytest

from pipeline.core import cot
from pipeline.core.errors import MalformedOutput, NoReasoningWritten
from pipeline.core.reasoner import DraftCoT, DraftStep
from pipeline.core.records import CoT, Edge, Node, NodeType, Path, Polarity, SearchLayer, Step
from tests.factories.method import question


def node(index: int) -> Node:
    return Node(index, str(index), f"node {index}", NodeType.DISEASE, "MONDO")


def edge(head: int, tail: int) -> Edge:
    return Edge(head, tail, "disease_disease", "parent-child", Polarity.SUPPORTING)


PATHS = (
    Path((node(0), node(1), node(2)), ((edge(0, 1),), (edge(1, 2),)), SearchLayer.SPECIFIC),
    Path((node(3), node(1), node(2)), ((edge(3, 1),), (edge(1, 2),)), SearchLayer.SPECIFIC),
)


def masked(text: str, options: tuple[str, ...], aliases: tuple[str, ...] = ()) -> str:
    written = CoT((Step(1, text),), "secret conclusion")
    return cot.mask(written, question(options=options), aliases)


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


def test_the_conclusion_is_cut_and_every_option_is_masked_alike():
    told = masked("Metformin beats INSULIN.", ("Insulin", "Metformin"))
    assert told == "1. [an option] beats [an option]."


@pytest.mark.parametrize(
    ("text", "options", "aliases", "expected"),
    [
        ("Beta-blockers help.", ("beta blocker",), (), "[an option] help."),
        ("Two biopsies agree.", ("Biopsy",), (), "Two [an option] agree."),
        ("ACE inhibitor cough", ("ACE", "ACE inhibitor"), (), "[an option] cough"),
        ("Ironclad iron.", ("Iron",), (), "Ironclad [an option]."),
        ("Acetylsalicylic acid", ("Aspirin",), ("Acetylsalicylic acid",), "[an option]"),
        ("osteomyelitis it is", ("X",), ("osteomyelitis (disease)",), "[an option] it is"),
        ("So option B fits", ("one thing", "two things"), (), "So [an option] fits"),
        ("Give vitamin B12 now", ("Vitamin B1", "Vitamin B12"), (), "Give [an option] now"),
        ("It was (C) x, option c", ("a1", "b1"), (), "It was (C) x, option c"),
    ],
)
def test_naming_is_masked_whole_and_nothing_else(text, options, aliases, expected):
    assert masked(text, options, aliases) == f"1. {expected}"


def test_an_option_is_masked_whatever_invisible_characters_it_holds():
    written = CoT((Step(1, "So para\u00adcetamol\u2019s use.", ()),), "")
    masked = cot.mask(written, question(options=("Paraceta\u200bmol", "Ibuprofen")), ())
    assert masked == "1. So [an option]'s use."


def test_yes_and_no_are_masked_only_where_they_stand_as_the_answer():
    told = masked("Yes, no tumour was seen. The answer is yes.", ("yes", "no", "maybe"))
    assert told == "1. [an option], no tumour was seen. The answer is [an option]."


def test_free_text_masks_the_answer():
    asked = question(options=(), key=None, answer_text="Propranolol")
    written = CoT((Step(1, "Propranolol is it."),), "x")
    assert cot.mask(written, asked) == "1. [an option] is it."
