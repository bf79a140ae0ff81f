"""What must hold before a batch may begin: its numbers, its language models, its budget.

Each check raises InvalidConfiguration with one sentence, before anything is written or asked.
"""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from pipeline.core.config import MethodConfig
from pipeline.core.errors import InvalidConfiguration
from pipeline.core.records import ReasonerKind
from pipeline.endpoints.registry import open_model
from pipeline.ledger.prices import price_now
from pipeline.models import Endpoint, QuestionSet

MOST_SAMPLES = 16
HOTTEST = 2.0


@dataclass(frozen=True)
class Minds:
    """The endpoints a batch asks; both are None under rules."""

    reasoner: Endpoint | None = None
    reader: Endpoint | None = None

    @property
    def named(self) -> tuple[Endpoint, ...]:
        return tuple(one for one in (self.reasoner, self.reader) if one is not None)

    @property
    def fields(self) -> dict[str, Any]:
        """What the batch's row keeps of them, so that a later change of theirs is noticed."""
        return {
            "reasoner_endpoint": self.reasoner,
            "reader_endpoint": self.reader,
            "reasoner_base_url": self.reasoner.base_url if self.reasoner else "",
            "reader_base_url": self.reader.base_url if self.reader else "",
        }

    @property
    def warnings(self) -> list[str]:
        """What a lead should know, though the batch may begin."""
        if self.reasoner and self.reader and self.reasoner.model == self.reader.model:
            return [
                f"The second reader is the reasoner's own model ({self.reader.model}): "
                "it tends to agree with itself."
            ]
        return []


def check_size(limit: int | None, samples: int) -> None:
    """Whether the numbers of questions and samples are in range."""
    if limit is not None and limit < 1:
        raise InvalidConfiguration(f"The limit must be at least 1, not {limit}.")
    if not 1 <= samples <= MOST_SAMPLES:
        raise InvalidConfiguration(
            f"The traces a question must be 1 to {MOST_SAMPLES}, not {samples}."
        )


def check_text_may_go(minds: Minds, question_set: QuestionSet) -> None:
    """Whether the endpoints can be asked, and about these questions, without asking them."""
    for endpoint in minds.named:
        open_model(endpoint, question_set=question_set)


def with_models(
    config: MethodConfig, minds: Minds, *, temperature: float | None, samples: int
) -> MethodConfig:
    """The configuration with the names of the models that will do its acts."""
    if config.reasoner_kind is ReasonerKind.DEMONSTRATION:
        if minds.named or temperature is not None:
            raise InvalidConfiguration("The demonstration asks no language model: name none.")
        return config
    if minds.reasoner is None or minds.reader is None:
        raise InvalidConfiguration(
            f"The preset {config.preset} needs a language model: "
            "name an endpoint as reasoner and one as second reader."
        )
    model = replace(
        config.model,
        reasoner=minds.reasoner.model,
        second_reader=minds.reader.model,
        temperature=config.model.temperature if temperature is None else temperature,
        service_tier="flex" if minds.reasoner.service_tier == "flex" else "",
    )
    _check_temperature(model.temperature, samples)
    return replace(config, model=model)


def _check_temperature(temperature: float | None, samples: int) -> None:
    if temperature is not None and not 0 <= temperature <= HOTTEST:
        raise InvalidConfiguration(f"The temperature must be 0 to {HOTTEST:g}, not {temperature}.")
    if samples > 1 and temperature == 0:
        raise InvalidConfiguration(
            "Several traces a question need a temperature above 0: "
            "at 0 a model gives the same answer again, and it would be paid again."
        )


def currency_of(minds: Minds, *, budget_money: Decimal | None, budget_tokens: int | None) -> str:
    """The currency of the known prices, in which the batch's cost is told; empty without one.

    Raises InvalidConfiguration for a budget that cannot be kept.
    """
    if any(budget is not None and budget <= 0 for budget in (budget_money, budget_tokens)):
        raise InvalidConfiguration("A budget must be above 0.")
    if (budget_money, budget_tokens) != (None, None) and not minds.named:
        raise InvalidConfiguration("The demonstration costs nothing: give it no budget.")
    prices = {endpoint.model: price_now(endpoint) for endpoint in minds.named}
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
