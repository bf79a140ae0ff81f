"""The currency that a job counts its cost in."""

from collections.abc import Sequence
from decimal import Decimal

from pipeline.core.errors import InvalidConfiguration
from pipeline.ledger.prices import price_now
from pipeline.models import Endpoint


def currency_of(
    endpoints: Sequence[Endpoint], *, budget_money: Decimal | None, budget_tokens: int | None
) -> str:
    """The currency of the known prices, in which a job's cost is counted; empty without one.

    Raises InvalidConfiguration for a budget that cannot be kept.
    """
    if any(budget is not None and budget <= 0 for budget in (budget_money, budget_tokens)):
        raise InvalidConfiguration("A budget must be above 0.")
    if (budget_money, budget_tokens) != (None, None) and not endpoints:
        raise InvalidConfiguration("The demonstration costs nothing: give it no budget.")
    prices = {endpoint.model: price_now(endpoint) for endpoint in endpoints}
    currencies = {price.currency for price in prices.values() if price}
    if budget_money is not None:
        _check_priced([model for model, price in prices.items() if price is None], currencies)
    return currencies.pop() if len(currencies) == 1 else ""


def _check_priced(unpriced: list[str], currencies: set[str]) -> None:
    if unpriced:
        raise InvalidConfiguration(
            f"A budget in money needs a price, and that of {' and '.join(unpriced)} is not known: "
            "enter it in the price table, or give the budget in tokens."
        )
    if len(currencies) > 1:
        raise InvalidConfiguration(
            f"A budget in money needs one currency, and these prices are in "
            f"{' and '.join(sorted(currencies))}: give the budget in tokens."
        )
