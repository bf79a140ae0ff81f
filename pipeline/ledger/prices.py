"""The price table: what models cost on a day, entered and corrected by leads, with audit."""

from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from pipeline.core.errors import InvalidConfiguration
from pipeline.core.llm.pricing import TokenPrice
from pipeline.models import Endpoint, Event, Price


def price_on(day: date, *, model: str, service_tier: str = "") -> TokenPrice | None:
    """The price that is valid on a day: the latest that began by then; None when there is none."""
    rows = Price.objects.filter(model=model, service_tier=service_tier, valid_from__lte=day)
    row = rows.order_by("-valid_from").first()
    if row is None:
        return None
    return TokenPrice(row.input_per_million, row.output_per_million, row.currency)


def price_now(endpoint: Endpoint) -> TokenPrice | None:
    """What the endpoint's model costs today under its service tier; None when unknown."""
    today = timezone.localdate()
    return price_on(today, model=endpoint.model, service_tier=endpoint.service_tier)


@dataclass(frozen=True)
class PriceTerms:
    """What a million tokens of a model cost from a day on, under one service tier."""

    model: str
    valid_from: date
    input_per_million: Decimal
    output_per_million: Decimal
    service_tier: str = ""
    currency: str = "USD"
    source: str = ""


def enter_price(terms: PriceTerms, *, by: User | None = None) -> Price:
    """A new line of the table. Raises InvalidConfiguration for a day that has its price."""
    return _save(Price(), terms, "price.entered", by)


def change_price(price: Price, *, terms: PriceTerms, by: User | None = None) -> Price:
    """Correct a line; costs already recorded stay as they are. Raises InvalidConfiguration."""
    before = {name: str(getattr(price, name)) for name in asdict(terms)}
    return _save(price, terms, "price.changed", by, before=before)


def _save(price: Price, terms: PriceTerms, action: str, by: User | None, **payload: Any) -> Price:
    for name, value in asdict(terms).items():
        setattr(price, name, value)
    try:
        price.full_clean()
    except ValidationError as error:
        raise InvalidConfiguration(_message(price, error)) from error
    try:
        with transaction.atomic():
            price.save()
            after = {name: str(value) for name, value in asdict(terms).items()}
            Event.objects.record(action, price, by=by, **payload, **after)
    except IntegrityError as error:  # entered since full_clean looked
        raise InvalidConfiguration(_duplicate(price)) from error
    return price


def _message(price: Price, error: ValidationError) -> str:
    name, texts = next(iter(error.message_dict.items()))
    return _duplicate(price) if name == "__all__" else f"{name}: {texts[0]}"


def _duplicate(price: Price) -> str:
    return f"{price.model} has a price from {price.valid_from} already: change that one."
