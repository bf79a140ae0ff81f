"""What tokens cost: exact decimals, rounded up; None where the price is unknown, never 0."""

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

MILLION = Decimal(1_000_000)
SMALLEST = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class TokenPrice:
    """What a million tokens read and a million tokens written cost, in one currency."""

    input_per_million: Decimal
    output_per_million: Decimal
    currency: str


def cost_of(price: TokenPrice | None, input_tokens: int, output_tokens: int) -> Decimal | None:
    """The cost of one call in the price's currency, to a millionth, rounded up.

    None when the price is unknown.
    """
    if price is None:
        return None
    exact = input_tokens * price.input_per_million + output_tokens * price.output_per_million
    return (exact / MILLION).quantize(SMALLEST, rounding=ROUND_CEILING)
