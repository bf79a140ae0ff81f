"""Prices: exact, never rounded down, and unknown is not free."""

from decimal import Decimal

import pytest

from pipeline.core.llm.pricing import TokenPrice, cost_of

PRICE = TokenPrice(Decimal("2.5"), Decimal(10), "USD")


@pytest.mark.parametrize(
    ("read", "written", "cost"),
    [
        (1_000_000, 0, "2.5"),
        (0, 1_000_000, "10"),
        (1200, 300, "0.006"),
        (1, 0, "0.000003"),
        (0, 0, "0"),
    ],
)
def test_input_and_output_each_cost_their_own_rounded_up(read, written, cost):
    assert cost_of(PRICE, read, written) == Decimal(cost)


def test_an_unknown_price_is_null_and_not_zero():
    assert cost_of(None, 1200, 300) is None
