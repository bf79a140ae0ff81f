"""An estimate against the budget given, as expected and at worst."""

from dataclasses import replace
from decimal import Decimal

import pytest

from pipeline.batches.estimates.against_budget import budget_lines
from pipeline.batches.estimates.estimate import BatchEstimate, Share, Span
from pipeline.core.llm.pricing import TokenPrice
from pipeline.models import Endpoint

PRICE = TokenPrice(Decimal(1), Decimal(1), "USD")
SHARE = Share(Endpoint(name="a", model="m"), Span(1, 1), Span(400, 600), Span(100, 500), PRICE)
# 500 to 1,100 tokens: 800 in the middle.
ESTIMATE = BatchEstimate(
    questions=20, traces=40, placebos=0, sampled=5, finished=5, threads=1, shares=(SHARE,)
)


def told(estimate: BatchEstimate = ESTIMATE, **budgets: object) -> dict[str, str]:
    given = {"budget_money": None, "budget_tokens": None} | budgets
    return dict(budget_lines(estimate, **given))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("tokens", "words"),
    [
        (1100, "Expected, 800: fits. Worst case, 1,100: fits."),
        (
            1099,
            "Expected, 800: fits. "
            "Worst case, 1,100: does not fit, and lasts for about 19 of 20 questions.",
        ),
        (
            400,
            "Expected, 800: does not fit, and lasts for about 10 of 20 questions. "
            "Worst case, 1,100: does not fit, and lasts for about 7 of 20 questions.",
        ),
    ],
)
def test_a_budget_in_tokens(tokens, words):
    assert told(budget_tokens=tokens) == {f"Budget of {tokens:,} tokens": words}


def test_a_budget_in_money_is_compared_in_the_prices_currency():
    words = told(budget_money=Decimal("0.0009"))
    assert words == {
        "Budget of 0.0009 USD": "Expected, 0.0008 USD: fits. Worst case, 0.0011 USD: does not "
        "fit, and lasts for about 16 of 20 questions."
    }


def test_an_unknown_cost_is_held_against_nothing():
    unpriced = replace(ESTIMATE, shares=(replace(SHARE, price=None),))
    assert "not known" in told(unpriced, budget_money=Decimal(1))["Budget in money"]


def test_without_a_budget_nothing_is_said():
    assert told() == {}
