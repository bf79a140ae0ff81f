"""What the calls of traces say: who answered, by which prompts, at what cost; a block at a time."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models.functions import Substr

from pipeline.ledger.call_rows import BY_REASON
from pipeline.models import LLMCall

# The prompt by which the chain of thought is written.
WRITES = "generate"
_REASON_LENGTH = 40
_SENT = frozenset({LLMCall.Status.SETTLED, LLMCall.Status.FAILED, LLMCall.Status.UNCERTAIN})
_ANSWERED = frozenset({LLMCall.Status.SETTLED, LLMCall.Status.REPLAYED})


class _Row(NamedTuple):
    """The columns read of a call; `reason` is the beginning of its error."""

    trace: int
    endpoint: int | None
    status: str
    prompt: str
    version: str
    model: str
    provider: str
    input_tokens: int | None
    output_tokens: int | None
    cost: Decimal | None
    currency: str
    reason: str

    @property
    def is_unknown(self) -> bool:
        """Whether it took tokens that nobody counted."""
        if None not in (self.input_tokens, self.output_tokens):
            return False
        failed_unpaid = self.status == LLMCall.Status.FAILED and (
            self.reason.partition(": ")[0] not in BY_REASON
        )
        return not failed_unpaid


@dataclass
class AnsweredAs:
    """The names that the answers of one endpoint gave themselves, in the order of their calls."""

    models: dict[str, None] = field(default_factory=dict)
    providers: dict[str, None] = field(default_factory=dict)


@dataclass
class TraceCalls:
    """The calls of one trace. Tokens and cost are null where one of them is not known; a replayed
    call took nothing. `cost` is in `currency`. `temperature` and `reasoning` are as they were sent
    when the chain of thought was written."""

    calls: int = 0
    replayed: int = 0
    input_tokens: int | None = 0
    output_tokens: int | None = 0
    cost: Decimal | None = Decimal(0)
    currencies: set[str] = field(default_factory=set)
    answered: dict[int | None, AnsweredAs] = field(default_factory=dict)
    prompts: set[tuple[str, str]] = field(default_factory=set)
    temperature: float | None = None
    reasoning: Mapping[str, Any] = field(default_factory=dict)

    @property
    def currency(self) -> str:
        """The one currency of the costs; empty where there is none, or several."""
        return next(iter(self.currencies)) if len(self.currencies) == 1 else ""

    def add(self, row: _Row) -> None:
        self.calls += 1
        self.replayed += row.status == LLMCall.Status.REPLAYED
        self.prompts.add((row.prompt, row.version))
        if row.status in _ANSWERED:
            named = self.answered.setdefault(row.endpoint, AnsweredAs())
            named.models |= {row.model: None} if row.model else {}
            named.providers |= {row.provider: None} if row.provider else {}
        if row.status in _SENT:
            self._spend(row)

    def _spend(self, row: _Row) -> None:
        self.currencies |= {row.currency} if row.currency else set()
        if row.is_unknown:
            self.input_tokens = self.output_tokens = self.cost = None
            return
        self.input_tokens = _plus(self.input_tokens, row.input_tokens or 0)
        self.output_tokens = _plus(self.output_tokens, row.output_tokens or 0)
        self.cost = None if self.cost is None or row.cost is None else self.cost + row.cost


def calls_of(traces: Iterable[int]) -> dict[int, TraceCalls]:
    """The calls of these traces by their ids, in two queries; none for a trace without any."""
    ids = list(traces)
    found: dict[int, TraceCalls] = defaultdict(TraceCalls)
    calls = LLMCall.objects.filter(trace__in=ids).order_by("pk")
    columns = (
        *("trace", "served_by", "status", "prompt_name", "prompt_version", "answer_model"),
        *("answer_provider", "input_tokens", "output_tokens", "cost", "currency", "reason"),
    )
    rows = calls.annotate(reason=Substr("error", 1, _REASON_LENGTH))
    for values in rows.values_list(*columns):
        found[values[0]].add(_Row(*values))
    for trace, temperature, effort, body in _as_sent(calls):
        found[trace].temperature = None if temperature is None else float(temperature)
        said = {"reasoning_effort": effort, **(body or {})}
        found[trace].reasoning = {name: value for name, value in said.items() if value}
    return dict(found)


def _as_sent(calls: Any) -> Sequence[tuple[int, float | None, str | None, dict[str, Any] | None]]:
    names = ("temperature", "reasoning_effort", "extra_body")
    sent = (f"parameters__{name}" for name in names)
    rows: Sequence[Any] = calls.filter(prompt_name=WRITES).values_list("trace", *sent)
    return rows


def _plus(total: int | None, more: int) -> int | None:
    return None if total is None else total + more
