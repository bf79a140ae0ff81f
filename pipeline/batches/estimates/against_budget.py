"""An estimate held against the budget given: whether it fits, and for how many questions."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from pipeline.batches.estimates.estimate import BatchEstimate
from pipeline.batches.estimates.wording import money

Words = Callable[[Decimal], str]
# The high figures, and the middle of the range: no likelihood is claimed for either.
WORST, EXPECTED = "Worst case", "Expected"


@dataclass(frozen=True)
class Need:
    """What a batch would take of one budget: the range of the estimate, and its middle."""

    low: Decimal
    high: Decimal

    @property
    def expected(self) -> Decimal:
        return (self.low + self.high) / 2


def budget_lines(
    estimate: BatchEstimate, *, budget_money: Decimal | None, budget_tokens: int | None
) -> list[tuple[str, str]]:
    """For each budget given: whether the batch fits, as expected and at worst, a name and words."""
    lines: list[tuple[str, str]] = []
    if budget_tokens is not None:
        tokens = estimate.input_tokens + estimate.output_tokens
        need = Need(Decimal(round(tokens.low)), Decimal(round(tokens.high)))
        told = _told(estimate, need, Decimal(budget_tokens), lambda sum_: f"{sum_:,.0f}")
        lines.append((f"Budget of {budget_tokens:,} tokens", told))
    if budget_money is not None:
        lines.append(_money_line(estimate, budget_money))
    return lines


def _money_line(estimate: BatchEstimate, budget: Decimal) -> tuple[str, str]:
    if estimate.cost is None:
        return "Budget in money", "The cost is not known, so it cannot be held against the budget."
    currency, low, high = estimate.cost
    told = _told(estimate, Need(low, high), budget, lambda sum_: f"{money(sum_)} {currency}")
    return f"Budget of {money(budget)} {currency}", told


def _told(estimate: BatchEstimate, need: Need, budget: Decimal, words: Words) -> str:
    return " ".join(_sentences(estimate.questions, need, budget, words))


def _sentences(questions: int, need: Need, budget: Decimal, words: Words) -> Iterator[str]:
    for case, amount in ((EXPECTED, need.expected), (WORST, need.high)):
        start = f"{case}, {words(amount)}:"
        if amount <= budget:
            yield f"{start} fits."
        else:
            lasts = int(questions * budget / amount)
            yield f"{start} does not fit, and lasts for about {lasts:,} of {questions:,} questions."
