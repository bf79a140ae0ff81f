"""The price table read: what a model costs on a day."""

from datetime import date

from django.utils import timezone

from pipeline.core.llm.pricing import TokenPrice
from pipeline.models import Endpoint, Price


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
