"""Masking: no wording of an option is left unflagged, no clinical word is struck."""

import pytest

from tests.core.masking.chains.labels import LABELS, LETTERS_OF_MEDICINE, PLACES
from tests.core.masking.chains.last import LAST_HARM, LAST_LEAKS
from tests.core.masking.chains.later import LATER_HARM, LATER_LEAKS
from tests.core.masking.chains.names import NAMES
from tests.core.masking.chains.values import QUANTITIES, STANCE_CASES, WORDS

CASES = (
    *LABELS,
    *PLACES,
    *LETTERS_OF_MEDICINE,
    *NAMES,
    *STANCE_CASES,
    *QUANTITIES,
    *WORDS,
    *LATER_LEAKS,
    *LATER_HARM,
    *LAST_LEAKS,
    *LAST_HARM,
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_options_are_masked_and_the_case_is_not(case):
    masked = case.masked()
    assert (case.left_over(masked) if not case.unsafe else []) == [], masked
    assert case.struck(masked) == [], masked
    assert bool(masked.unsafe) is case.unsafe, masked
