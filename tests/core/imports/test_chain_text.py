import re
from collections import Counter

import pytest

from pipeline.core.datasets.fields import InvalidRecord
from pipeline.core.imports.chain_text import MAX_CHARACTERS, chain_of
from pipeline.core.release_format import reasoning_text

NUMBERED_STEPS = """Step 1: Fever and a stiff neck point to meningitis.
1. The neck is stiff.
2. The fever is high.
Step 2: Cloudy fluid means bacteria.

Conclusion: Ceftriaxone is given at once."""

MEDREASON = """Finding reasoning paths:
1. Hypertension -> Pheochromocytoma -> Catecholamines
2. Sweating -> Pheochromocytoma

Reasoning Process:
1. **Symptoms**: Headache, sweating and palpitations come in spells.
2. **Cause**: The adrenal medulla makes catecholamines.
3. Doses of 1.5 mg change nothing.

Conclusion:
The answer is **pheochromocytoma**."""

HEADINGS = """### Understanding the case
The child limps.

### Weighing the options
Perthes disease fits the age.

## Final Answer
Perthes disease"""

PARAGRAPHS = """Okay, so a patient with gout. Let me think.

Hmm, colchicine would help, e.g. Early on.

Alright, colchicine it is."""

ONE_PARAGRAPH = (
    "The rash spares the face. Dr. House saw it. "
    "It follows amoxicillin. So mononucleosis is likely."
)


def parts(text, conclusion=""):
    cot = chain_of(text, conclusion)
    return [step.text for step in cot.steps], cot.conclusion


def words(text):
    return Counter(re.findall(r"\w+", text))


def test_steps_are_found_by_their_number_and_lists_within_them_stay_together():
    steps, conclusion = parts(NUMBERED_STEPS)
    assert len(steps) == 2
    assert steps[0].startswith("Fever and a stiff neck")
    assert "2. The fever is high." in steps[0]
    assert conclusion == "Ceftriaxone is given at once."


def test_sections_and_numbers_of_the_published_release():
    steps, conclusion = parts(MEDREASON)
    assert [step.splitlines()[0] for step in steps] == [
        "Finding reasoning paths:",
        "Sweating -> Pheochromocytoma",
        "Reasoning Process:",
        "2. Cause: The adrenal medulla makes catecholamines.",
        "3. Doses of 1.5 mg change nothing.",
    ]
    assert conclusion == "The answer is pheochromocytoma."


def test_headings_begin_steps_and_the_final_answer_is_the_conclusion():
    steps, conclusion = parts(HEADINGS)
    assert [step.splitlines()[0] for step in steps] == [
        "Understanding the case",
        "Weighing the options",
    ]
    assert conclusion == "Final Answer\nPerthes disease"


def test_without_marks_paragraphs_are_steps_and_the_last_is_the_conclusion():
    steps, conclusion = parts(PARAGRAPHS)
    assert len(steps) == 2
    assert conclusion == "Alright, colchicine it is."


def test_a_single_paragraph_is_split_by_sentences_not_at_abbreviations():
    steps, conclusion = parts(ONE_PARAGRAPH)
    assert steps == ["The rash spares the face.", "Dr. House saw it.", "It follows amoxicillin."]
    assert conclusion == "So mononucleosis is likely."


def test_many_sentences_are_grouped():
    steps, conclusion = parts(" ".join(f"Finding {n} holds." for n in range(30)))
    assert len(steps) == 8
    assert conclusion == "Finding 29 holds."


def test_a_conclusion_given_apart_leaves_the_whole_text_to_the_steps():
    steps, conclusion = parts(PARAGRAPHS, "Colchicine.")
    assert len(steps) == 3
    assert conclusion == "Colchicine."


@pytest.mark.parametrize(
    "text",
    [
        *(NUMBERED_STEPS, MEDREASON, HEADINGS, PARAGRAPHS, ONE_PARAGRAPH),
        "Step 3: A numbered oddly.\nStep 1: Then back.\nAnswer: Nothing follows\nConclusion:",
        "Answer: one\n\nAnswer: two",
        "1. One\n1. Two\n### \n2. Three\nConclusion:\n\n### Conclusion\nDone",
        "**Heading only**\n\n**Another**\n\nText\n\nMore\n\n### Last heading",
        "## Conclusion\nComes first.\n\nThen a paragraph.",
        "A line\nAnother line",
        "Conclusion Conclusion: twice. Then another sentence.",
    ],
)
def test_no_word_is_lost(text):
    steps, conclusion = parts(text)
    lost = words(text) - words(reasoning_text(steps, conclusion))
    assert not lost


@pytest.mark.parametrize("text", ["Only one sentence.", "### Heading", "Conclusion: all of it"])
def test_a_chain_without_a_step_is_refused(text):
    with pytest.raises(InvalidRecord, match="no step before"):
        chain_of(text)


def test_what_is_too_long_is_refused():
    with pytest.raises(InvalidRecord, match="longer than"):
        chain_of("A. B. " * MAX_CHARACTERS)
    with pytest.raises(InvalidRecord, match="more than 100 steps"):
        chain_of("\n\n".join(f"Paragraph {n}" for n in range(102)))
