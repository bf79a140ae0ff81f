"""What a batch may have been charged at least and at most for what the server told it."""

import json
from dataclasses import dataclass
from typing import Any

from pipeline.models import Batch, LLMCall
from tests.lab.replies import Call, Response


def bounds_of_charge(batch: Batch, told: list[tuple[Call, Response]]) -> tuple[int, int]:
    """The least and the most tokens that the batch may have been charged for what it was told.

    The least: what each usage amounts to that can be true; else the output limit, as no figure
    is known. The most: what was reserved for each call, or what was told, if that is more.
    """
    amounts = [(call, _usage_in(response)) for call, response in told if call.is_of_batch]
    least = [_amount(call, usage) or _unknown(call, usage) for call, usage in amounts]
    reserved = LLMCall.objects.filter(batch=batch).exclude(status="replayed")
    most = sum(value or 0 for value in reserved.values_list("reserved_tokens", flat=True))
    return sum(least), most + sum(_amount(call, usage) for call, usage in amounts)


def _usage_in(response: Response) -> Any:
    """The usage of a completion; None where there is no completion at all."""
    try:
        body = json.loads(response.body.strip())
    except ValueError:
        return None
    match body:
        case {"choices": [{"message": _}, *_]} if response.sent is None:
            return body.get("usage", {})
    return None


def _amount(call: Call, usage: Any) -> int:
    """What a usage amounts to, at the least; 0 where it says nothing that can be true."""
    counts = usage if isinstance(usage, dict) else {}
    parts = [counts.get(name) for name in ("prompt_tokens", "completion_tokens")]
    if not all(isinstance(part, int | float) and part > 0 for part in parts):
        return 0
    total = max(sum(parts), counts.get("total_tokens") or 0)
    return int(total) if total <= len(json.dumps(call.asked)) + call.limit + 1000 else 0


def _unknown(call: Call, usage: Any) -> int:
    return 0 if usage is None else call.limit


@dataclass(frozen=True)
class Charges:
    """What a batch was charged, and within which bounds that is right."""

    least: int
    spent: int
    most: int
    reserved: int

    @classmethod
    def of(cls, batch: Batch, told: list[tuple[Call, Response]]) -> "Charges":
        least, most = bounds_of_charge(batch, told)
        return cls(least, batch.spent_tokens, most, batch.reserved_tokens)

    @property
    def are_right(self) -> bool:
        return self.least <= self.spent <= self.most and self.reserved == 0
