"""Twins: the same words are joined; one changed word, number or sign is another statement."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.duplicates.twins import (
    EMPTY_WORDS,
    Twin,
    find_twins,
    nearly_same_words,
    same_words,
)

COT = """\
1. Wheezing points to asthma (PEF 1.5 times lower).
2. Therefore, salbutamol 100 \u00b5g is the drug of choice.

Conclusion: Salbutamol."""


def are_same(first, second):
    return same_words(first) == same_words(second)


def are_near(first, second):
    return nearly_same_words(same_words(first)) == nearly_same_words(same_words(second))


@pytest.mark.parametrize(
    "text",
    [
        COT.upper().replace("\u00b5G".upper(), "\u00b5g"),
        COT.replace(",", "").replace(".\n", "\n"),
        COT.replace(" ", "  ").replace("\n", "\r\n\r\n"),
        COT.replace("1. ", "Step 1: ").replace("2. ", "**Step 2:** "),
        COT.replace("1. ", "").replace("2. ", ""),
        COT.replace("1. ", "(1) ").replace("2. ", "2) "),
        COT.replace("(PEF", "[PEF").replace(" lower)", "\u00a0lower]"),
        COT.replace("100 \u00b5g", "100\u03bcg"),
        COT.replace("Salbutamol.", "**Salbutamol**"),
        COT.replace("points", "po\u00adints"),
    ],
    ids=[
        *("case", "punctuation", "spacing", "steps", "no numbers", "brackets round numbers"),
        *("brackets", "unit", "bold", "soft hyphen"),
    ],
)
def test_the_same_words_are_found_however_they_are_set(text):
    assert are_same(COT, text)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Therefore, the drug lowers LDL.", "The drug thus lowers LDL."),
        ("This suggests that asthma is present.", "Suggests asthma is present."),
        ("Furthermore, the left ventricle fails.", "Left ventricle fails."),
    ],
)
def test_words_that_carry_no_meaning_make_no_difference(first, second):
    assert are_near(first, second)
    assert not are_same(first, second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Insulin increases uptake.", "Insulin decreases uptake."),
        ("The left kidney", "The right kidney"),
        ("Give prednisone.", "Give prednisolone."),
        ("It is treated.", "It is not treated."),
        ("with fever", "without fever"),
        ("A dose of 1.5 mg", "A dose of 15 mg"),
        ("A dose of .5 mg", "A dose of 5 mg"),
        ("5-10 mg", "510 mg"),
        ("-5 degrees", "5 degrees"),
        ("Rh- mother", "Rh mother"),
        ("CD4+ cells", "CD4- cells"),
        ("HER2+", "HER2"),
        ("pH < 7.2", "pH > 7.2"),
        ("LDL \u2191", "LDL \u2193"),
        ("LDL \uf0e1", "LDL \uf0e2"),
        ("10\u00b2 cells", "102 cells"),
        ("hepatitis A", "hepatitis"),
        ("Patients with AN are thin.", "Patients are thin."),
        ("hypertension", "hypotension"),
        ("Asthma treats salbutamol.", "Salbutamol treats asthma."),
        ("5 mg", "5 \u00b5g"),
        ("It may help.", "It will help."),
        ("overall survival", "survival"),
        ("alpha blockers", "beta blockers"),
        ("\u03b1 blockers", "\u03b2 blockers"),
        ("All patients", "Patients"),
        ("so severe", "severe"),
        ("1. Acute\n2. generation", "1. Acute\n3. generation"),
        ("2. generation cephalosporin", "3. generation cephalosporin"),
        ("20 %", "20"),
        ("Is it asthma?", "Is it asthma."),
        ("ratio 1:10", "ratio 1 10"),
    ],
)
def test_another_statement_is_no_twin(first, second):
    assert not are_near(first, second)


def test_no_word_that_carries_meaning_is_called_empty():
    """Negation, degree, doubt, number, side, relation: none may ever be left out."""
    meant = "no not nor never without with may can must more less than all some or and if only but"
    assert not EMPTY_WORDS & set(f"{meant} a an of in to by as so overall left right".split())


def test_one_of_each_group_is_kept_by_rank_then_by_id():
    texts = {7: COT, 3: COT.lower(), 5: COT.replace("Therefore, ", "Thus "), 4: "Another.", 9: ""}
    found = find_twins(texts, lambda pk: pk != 7)
    assert found == {3: Twin(7, exact=True), 5: Twin(7, exact=False)}
    assert find_twins(texts, lambda pk: 0) == {7: Twin(3, exact=True), 5: Twin(3, exact=False)}


def test_texts_without_a_word_are_nobodys_twins():
    assert find_twins({1: "", 2: " .", 3: "\n"}, lambda pk: 0) == {}
    assert len(find_twins({1: "The.", 2: "the", 3: "this"}, lambda pk: 0)) == 1


@given(st.text(), st.text())
def test_twins_are_symmetric_and_same_words_are_near(first, second):
    assert are_near(first, second) == are_near(second, first)
    assert not are_same(first, second) or are_near(first, second)
    assert are_same(first, f"  {first}\n")
