"""Masking as a filter: a reading that saw an option is counted apart, with what it saw."""

from dataclasses import replace

import pytest

from pipeline.core.filtering.masking import check_masking
from tests.core.filtering.test_filters import given


def test_a_masked_reading_passes():
    result = check_masking(given(("It helps.",)))
    assert (result.name, result.passed, result.score) == ("masking", True, 1.0)


@pytest.mark.parametrize(
    ("unmasked", "says"),
    [(("had 5 seizures",), "1 passage"), (("had 5 seizures", "on day 7"), "2 passages")],
)
def test_a_reading_that_may_have_seen_an_option_is_rejected_with_what_it_saw(unmasked, says):
    result = check_masking(replace(given(("It helps.",)), unmasked=unmasked))
    assert (result.passed, result.score) == (False, 0.0)
    assert f"saw {says} " in result.explanation
    assert "“had 5 seizures”" in result.explanation
