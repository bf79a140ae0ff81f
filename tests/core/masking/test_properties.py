"""What holds of masking whatever the text: it is complete, blind to the key and fair to options."""

from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.core.masking import MASK, mask_options
from pipeline.core.records import CoT, Step
from tests.core.masking.case import DRUGS, LETTERS, STANCES, Case

OPTION_SETS = (
    DRUGS,
    STANCES,
    ("5 mg", "10 mg", "20 mg"),
    ("3", "4", "one"),
    ("Observe", "Operate", "Lead"),
    ("Acute myeloid leukemia (AML)", "Carcinoma of the lung", "Pulmonary embolism", "MRI"),
    ("Option", "An option", "Another option"),
)
FILLERS = """
    the of and is so not yes no maybe option options choice answer second last first vitamin group
    patient A B C D E I (A) (b) B, AML PE MRI lung carcinoma leukaemia 5 10 mg 3 four observe
    observed lead an a rules out points to hence , . ; ( ) : " - \u2192 also known as Inderal
"""
WORDS = st.sampled_from(
    (*FILLERS.split(), *(name for names in OPTION_SETS for name in names), MASK)
)
TEXTS = st.lists(WORDS, max_size=14).map(" ".join)


def masked(options: tuple[str, ...], text: str, key: int = 0):
    asked = Case("any", options, text, stem="A patient takes 5 mg. Which fits?").question(key)
    return mask_options(CoT((Step(1, text), Step(2, text[::-1])), "none"), asked)


def steps_of(text: str) -> tuple[Step, ...]:
    return tuple(Step(at, line[3:]) for at, line in enumerate(text.split("\n"), start=1))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(OPTION_SETS), TEXTS)
def test_what_is_masked_once_is_masked(options, text):
    once = masked(options, text)
    asked = Case("any", options, text, stem="A patient takes 5 mg. Which fits?").question()
    assert mask_options(CoT(steps_of(once.text), "none"), asked) == once


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(OPTION_SETS), TEXTS)
def test_the_key_is_not_looked_at(options, text):
    assert len({masked(options, text, key) for key in range(len(options))}) == 1


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(OPTION_SETS), TEXTS)
def test_the_order_of_options_and_of_aliases_does_not_matter(options, text):
    orders = list(permutations(options))[:6]
    assert len({masked(order, text) for order in orders}) == 1


@pytest.mark.parametrize("options", OPTION_SETS[:1])
def test_each_option_is_masked_by_the_same_sign(options):
    told = {masked(options, f"It is {option}.").text.split("\n")[0] for option in options}
    assert told == {f"1. It is {MASK}."}


def test_the_article_goes_with_the_name_whose_sound_it_would_tell():
    told = masked(("Aspirin", "Biopsy"), "It is an aspirin or a biopsy.").text.split("\n")[0]
    assert told == f"1. It is {MASK} or {MASK}."


@pytest.mark.parametrize("label", LETTERS[:4])
def test_each_label_is_masked_by_the_same_sign(label):
    told = masked(DRUGS, f"Option {label} fits, so the answer is {label}.").text.split("\n")[0]
    assert told == f"1. {MASK} fits, so the answer is {MASK}."
