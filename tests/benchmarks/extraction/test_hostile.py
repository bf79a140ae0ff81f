"""Long texts made to be slow: a rule that is not linear would keep these tests for hours."""

import pytest

from pipeline.benchmarks.extraction import extract
from tests.benchmarks.extraction.cases import lettered

LENGTH = 30_000
OPTIONS = lettered(
    ["Metformin", "Metformin and glipizide", "no", *(f"a b c d {n}" for n in range(12))]
)
UNITS = (
    *("\n", " ", "A\n", "A, ", "A and ", "(", "*", "\\boxed{", "<answer>A", "<think>", "{"),
    *("The answer is ", "the answer is not ", "answer (", "best a ", "is correct ", "so A. "),
    *("Metformin and ", "the ", "not A but ", '"answer": "', "A. Metformin\n", "wait ", "[[ "),
)


@pytest.mark.long
@pytest.mark.parametrize("unit", UNITS)
def test_a_long_text_is_read_in_time(unit):
    text = unit * (LENGTH // len(unit))
    found = extract(f"{text}\nThe answer is B and C.", OPTIONS)
    assert found.letter is None


def test_a_not_behind_every_not_is_not_followed_for_ever():
    assert extract("The answer is " + "not " * 5_000 + "A.", OPTIONS).letter is None


def test_deep_json_is_not_followed_for_ever():
    assert extract('{"a":' * 20_000 + "1" + "}" * 20_000, OPTIONS).letter is None
