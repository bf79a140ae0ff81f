"""Intervals hold the truth and the exact test errs as often as it may: a small form, seeded."""

import pytest

from tests.benchmarks.scoring.simulation import (
    Exam,
    accuracy_coverage,
    difference_coverage,
    false_alarms,
)

WORLDS = 400
# 95 % with the noise of so few worlds, and the little that a bootstrap of 200 resamples lacks.
LEAST, MOST = 0.92, 0.985


@pytest.mark.parametrize(
    "exam",
    [
        Exam(120, 0.6),
        Exam(120, 0.6, repeated=20),
        Exam(120, 0.6, samples=4),
        Exam(120, 0.15, samples=4, repeated=20),
        Exam(103, 0.98, samples=8),
    ],
)
def test_accuracy_is_covered(exam):
    assert LEAST <= accuracy_coverage(exam, WORLDS).share <= MOST


@pytest.mark.parametrize("exam", [Exam(120, 0.6), Exam(120, 0.6, samples=4, repeated=20)])
def test_the_paired_difference_is_covered(exam):
    for name, found in difference_coverage(exam, WORLDS).items():
        assert LEAST <= found.share <= MOST, name


def test_between_equal_models_the_exact_test_errs_at_most_as_often_as_it_says():
    assert false_alarms(Exam(120, 0.6), WORLDS) <= 0.05
