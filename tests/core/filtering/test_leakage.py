"""Leakage: measured on sentences of our own; the prompt's own words are always caught."""

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.core.filtering.leakage import check_leakage
from pipeline.core.kg.relations import SPECS
from pipeline.core.reasoners.language_model.prompt_data import edges_and_paths
from pipeline.core.records import CoT, Option, Step
from tests.core.filtering.leakage_figures import HALVES, QUESTION, figures, leaks, row, sentences
from tests.core.filtering.test_filters import given

NOUNS = ("edge", "path", "statement")
CITATIONS = (
    *("{} 0", "{}s 2 and 3", "{} 1 above", "{}s 0, 4, 7", "{}s 1-3", "[{} 12]", "({}s 0 and 1)"),
    *("{} no. 3", "{} number 3", "{} #3", "{} three", "**{} 5**", "{}\u00a05", "{} 2:"),
    *("supplied {}s", "a supplied {}", "the given {}s", "the numbered {}s", "the listed {}s"),
    *("the provided {}s", "the {}s provided", "the {}s given to me", "the {}s I was given"),
    *("{} 0 of the supplied {}s", "one {} of the graph", "the {}s above", "the {}s before me"),
)
MATERIAL = (
    *("the knowledge graph", "the biomedical knowledge graph", "the graph says", "in the graph"),
    *("the supplied graph", "the data given", "the JSON document", "the data document"),
    *("the user message", "the system prompt", "the given answer", "the expected answer"),
)


@pytest.mark.parametrize(
    ("half", "precision", "recall"), [("built on", 0.99, 0.98), ("held out", 0.95, 0.75)]
)
def test_precision_and_recall_hold(half, precision, recall):
    found = figures(half)
    assert found.precision >= precision, found.accused
    assert found.recall >= recall, found.missed


def test_there_are_at_least_two_hundred_different_sentences():
    every = [s for half in HALVES for kind in ("leaks", "innocent") for s in sentences(half, kind)]
    assert len(every) == len(set(every)) >= 200


@pytest.mark.parametrize("half", HALVES)
def test_the_documented_figures_are_those_counted(root: Path, half):
    assert row(half) in (root / "docs" / "method.md").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("noun", NOUNS)
def test_every_citation_in_the_prompts_words_is_caught(noun):
    citations = [form.format(noun, noun) for form in CITATIONS]
    frames = ("As {} shows, urate rises.", "Fever is common ({}).", "So it follows from {}.")
    said = [frame.format(text) for text in citations for frame in frames]
    assert not [text for text in said if not leaks(text) or not leaks(text.upper())]


@pytest.mark.parametrize("material", MATERIAL)
def test_the_rest_of_the_prompts_material_is_caught(material):
    assert leaks(f"According to {material}, the drug helps.")


def test_the_nouns_are_those_of_the_prompts(root: Path):
    """Other keys or words in a prompt must be known here, and so to the filter."""
    assert {f"{noun}s" for noun in NOUNS} >= set(edges_and_paths(()))
    for prompt in (root / "pipeline/core/prompts/generate").glob("*.jinja"):
        text = prompt.read_text(encoding="utf-8")
        assert not [word for word in ("triple", "passage", "fact ") if word in text], prompt.name


def test_the_graphs_own_wordings_are_no_leak():
    worded = [spec.wording.format(head="Alpha", tail="Beta") for spec in SPECS]
    assert not [text for text in worded if leaks(text)]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("Which of the following statements is true?", "Of the given statements, B is true."),
        ("Statement 1: Iron is low. Statement 2: Ferritin is high.", "Statement 2 is false."),
        ("What does the graph show?", "According to the graph, clearance is constant."),
        ("The data of a trial are shown.", "From the data given, the risk is 0.2."),
    ],
)
def test_what_the_question_itself_speaks_of_is_no_leak(asked, said):
    assert leaks(said)
    assert not leaks(said, replace(QUESTION, text=asked))
    assert not leaks(said, replace(QUESTION, options=(Option("A", asked),)))
    assert leaks("Edge 0 of the supplied edges.", replace(QUESTION, text=asked))


def check(*steps, conclusion="Rest."):
    cot = CoT(tuple(Step(number, text) for number, text in enumerate(steps, start=1)), conclusion)
    return check_leakage(replace(given(), cot=cot))


def test_a_leak_is_quoted_with_its_place_and_kind():
    result = check("Fever.", "As Edge  0\nshows, and path 1 too.", conclusion="The given answer.")
    assert (result.passed, result.score) == (False, 0.0)
    assert result.explanation == (
        "Step 2 speaks of an edge or path by its number, “Edge 0”; the numbers are the prompt's. "
        "3 passages leak in all."
    )


def test_the_conclusion_is_read_too():
    assert check("Fever.", conclusion="Hence the given answer.").explanation == (
        "The conclusion speaks of a given answer, “given answer”; "
        "whoever has the answer reasons towards it."
    )


def test_no_leak_runs_from_one_part_into_the_next():
    result = check("The ulcer has a raised edge", "2 weeks later it healed at the edge", "3 remain")
    assert (result.passed, result.score) == (True, 1.0)


def test_invisible_characters_hide_nothing():
    assert not check("As ed\u00adge 0 shows, the ground\u2011truth holds.").passed
