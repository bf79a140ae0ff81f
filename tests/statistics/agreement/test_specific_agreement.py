"""Positive and negative agreement."""

import pytest

from pipeline.statistics.agreement.specific_agreement import specific_agreement
from tests.statistics.examples import of_rows


def positive_and_negative(rows, **more):
    result = specific_agreement(of_rows(rows, scale=("no", "yes")), replicates=50, **more)
    return result["yes"], result["no"]


def test_two_raters_as_cicchetti_and_feinstein():
    rows = [("yes", "yes")] * 40 + [("yes", "no")] * 9 + [("no", "yes")] * 6 + [("no", "no")] * 45
    positive, negative = positive_and_negative(rows)
    assert positive.value == pytest.approx(2 * 40 / (2 * 40 + 15))
    assert negative.value == pytest.approx(2 * 45 / (2 * 45 + 15))
    assert (positive.n, negative.n) == (55, 60)
    assert positive.low < positive.value < positive.high


def test_three_raters_by_pairs():
    positive, negative = positive_and_negative(
        [("yes", "yes", "no"), ("yes", "yes", "yes"), ("no", "no", None)]
    )
    assert positive.value == pytest.approx((2 + 6) / (4 + 6))
    assert negative.value == pytest.approx((0 + 0 + 2) / (2 + 0 + 2))


def test_what_nobody_said_is_undefined():
    positive, negative = positive_and_negative([("no", "no")] * 3)
    assert positive.value is None
    assert "was given it" in positive.reason
    assert negative.value == 1


def test_one_rater_has_nobody_to_agree_with():
    assert positive_and_negative([("yes",), ("no",)])[0].reason == "no item has two ratings"
    assert positive_and_negative([])[0].reason == "no item has two ratings"
