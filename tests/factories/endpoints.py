"""Endpoints, prices and calls for tests."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from django.utils import timezone

from pipeline.core.llm.dialects import NAMES
from pipeline.endpoints.registry import (
    NO_KEY,
    ApiKeyInput,
    EndpointTerms,
    create_endpoint,
    remember_found,
)
from pipeline.models import Batch, Endpoint, LLMCall, Price

LOCAL = "http://127.0.0.1:8081/v1"


def terms(**changes: object) -> EndpointTerms:
    """A reasoner on this machine; parts of a dialect among the changes are stated."""
    stated = {name: changes.pop(name) for name in NAMES if name in changes}
    fields: dict[str, object] = {"role": "reasoner", "base_url": LOCAL, "model": "model-r"}
    fields["output_licence"] = "Apache-2.0"
    return EndpointTerms(**(fields | changes), dialect_stated=stated)  # type: ignore[arg-type]


def endpoint(
    name: str = "reasoner",
    *,
    key: ApiKeyInput = NO_KEY,
    tested: bool = True,
    found: Mapping[str, Any] = MappingProxyType({"answer_format": "json_schema"}),
    **changes: object,
) -> Endpoint:
    """An endpoint on this machine; `found` is what its test found, unless it was not tested."""
    row = create_endpoint(name, terms=terms(**changes), key=key)
    if tested:
        remember_found(row, dict(found))
    return row


def reader(name: str = "reader", **changes: object) -> Endpoint:
    """A second reader on this machine, another model than the reasoner's."""
    fields: dict[str, Any] = {"role": "second_reader", "model": "model-s"}
    return endpoint(name, **(fields | changes))


def price(model: str = "model-r", **changes: object) -> Price:
    """A price that holds since 2020: one a million tokens in, three out."""
    fields: dict[str, object] = {
        "valid_from": date(2020, 1, 1),
        "input_per_million": Decimal(1),
        "output_per_million": Decimal(3),
    }
    return Price.objects.create(model=model, **(fields | changes))


def call(batch: Batch | None, **changes: object) -> LLMCall:
    """A settled call of the batch: 1,000 tokens read, 200 written, for 0.0016 USD."""
    fields: dict[str, object] = {
        "batch": batch,
        "stage": "extraction",
        "fingerprint": f"call {LLMCall.objects.count()}",
        "endpoint": "reasoner",
        "model": "model-r",
        "prompt_name": "extract",
        "prompt_version": "v1",
        "messages": [{"role": "user", "content": "Name the entities."}],
        "status": "settled",
        "answer_text": "{}",
        "input_tokens": 1000,
        "output_tokens": 200,
        "cost": Decimal("0.0016"),
        "currency": "USD",
        "latency_ms": 300,
        "settled_at": timezone.now(),
    }
    return LLMCall.objects.create(**(fields | changes))
