"""The published table: its own average follows from it, and it stands only where it fits."""

import pytest

from pipeline.benchmarks.published import MEDREASON_8B, PUBLISHED, reference_for
from pipeline.core.datasets.registry import ADAPTERS


def test_the_published_average_follows_from_the_rows():
    """Of the six benchmarks for which the text has the figure; it says 57.3."""
    found = [result.accuracy.value for result in PUBLISHED if result.model == MEDREASON_8B]
    assert len(found) == 6
    assert 100 * sum(found) / 6 == pytest.approx(57.3, abs=0.05)
    assert len(PUBLISHED) == 8 * 3 + 6


def test_every_row_is_of_a_source_that_can_be_loaded_and_says_whose_its_interval_is():
    for result in PUBLISHED:
        assert result.benchmark.source in ADAPTERS
        assert result.accuracy.low < result.accuracy.value < result.accuracy.high
        assert result.accuracy.n == result.benchmark.n
        assert "computed here" in result.interval
        assert "guesses" in result.scorer


def test_the_two_medbullets_differ_by_their_options():
    four, five = (reference_for("medbullets", 308, options) for options in (4, 5))
    values = [[result.accuracy.value for result in found.results] for found in (four, five)]
    assert values[0] == pytest.approx([0.487, 0.533, 0.575, 0.575])
    assert values[1] == pytest.approx([0.425, 0.497, 0.523, 0.555])


@pytest.mark.parametrize(
    ("source", "n", "options", "why"),
    [
        ("pubmedqa", 500, 3, "results on 1,000 questions with 3 options, not on 500 questions"),
        ("medmcqa", 2816, 4, "4,183 questions with 4 options, not on 2,816"),
        ("medqa", 1273, 4, "1,273 questions with 5 options, not on 1,273 questions with 4"),
        ("medbullets", 308, None, "varying numbers of options"),
        ("house", 40, 4, "no results on this source"),
    ],
)
def test_another_benchmark_of_the_name_has_no_reference(source, n, options, why):
    found = reference_for(source, n, options)
    assert found.results == ()
    assert why in found.reason


def test_where_options_vary_the_number_of_questions_decides():
    assert len(reference_for("hle", 103, None).results) == 3
    assert not reference_for("hle", 104, None).results
