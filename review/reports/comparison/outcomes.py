"""What became of each question in a batch, by question: shares of its traces, calls, costs."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Q, Sum

from pipeline.jobs.costs import SENT
from pipeline.models import Batch, LLMCall, Trace

# Stages before or at which a question is linked to the graph.
UP_TO_LINKING = ("extraction", "linking")


@dataclass(frozen=True, slots=True)
class Outcome:
    """One settled trace. `cost` and `tokens` are None where a call's are unknown."""

    trace: str
    made: bool
    kept: bool
    linked: bool
    left: str
    seconds: float | None
    calls: int
    tokens: int | None
    cost: Decimal | None
    currencies: frozenset[str]
    replayed: int

    @property
    def said(self) -> str:
        """What became of it, as people read it."""
        if not self.made:
            return f"failed: {self.left}"
        return "kept" if self.kept else f"discarded: {self.left}"


@dataclass(frozen=True)
class RunOutcomes:
    """A batch and its settled traces towards the key, by their questions' content.

    Of two sets, questions of the same content are the same: same text, options and key.
    """

    batch: Batch
    of_question: dict[str, tuple[Outcome, ...]]
    texts: dict[str, str]
    questions: int

    @property
    def samples(self) -> int:
        """The most settled traces that a question has."""
        return max((len(traces) for traces in self.of_question.values()), default=0)


def mean_of(traces: Iterable[Outcome], value: Callable[[Outcome], float]) -> float:
    """The mean of a figure over the traces of a question."""
    values = [float(value(trace)) for trace in traces]
    return sum(values) / len(values)


def read_outcomes(batch: Batch) -> RunOutcomes:
    """The batch's current, settled traces, and the calls that made them, in three queries."""
    current = batch.traces.of_key().filter(is_current=True)
    settled = current.filter(state__in=(Trace.State.MADE, Trace.State.FAILED))
    calls = _calls(batch)
    columns = (
        *("pk", "key", "state", "kept", "rejections", "failure_stage", "failure_reason"),
        *("seconds", "question__content_sha256", "question__text"),
    )
    found: dict[str, list[Outcome]] = defaultdict(list)
    texts = {}
    for row in settled.order_by("sample_index", "pk").values_list(*columns).iterator():
        question = row[8]
        found[question].append(_outcome(row, calls.get(row[0])))
        texts[question] = row[9]
    return RunOutcomes(
        batch,
        {question: tuple(traces) for question, traces in found.items()},
        texts,
        current.values("question").distinct().count(),
    )


@dataclass(frozen=True, slots=True)
class _Calls:
    sent: int
    replayed: int
    tokens: int | None
    cost: Decimal | None
    currencies: frozenset[str]


NO_CALLS = _Calls(0, 0, 0, Decimal(0), frozenset())


def _calls(batch: Batch) -> dict[int, _Calls]:
    """The calls of each trace by currency, then joined."""
    sent = Q(status__in=SENT)
    rows = (
        LLMCall.objects.of_key()
        .filter(batch=batch, trace__isnull=False)
        .order_by()
        .values_list("trace", "currency")
        .annotate(
            sent=Count("pk", filter=sent),
            replayed=Count("pk", filter=Q(status=LLMCall.Status.REPLAYED)),
            untold=Count("pk", filter=sent & Q(input_tokens=None)),
            unpriced=Count("pk", filter=sent & Q(cost=None)),
            read=Sum("input_tokens", filter=sent),
            written=Sum("output_tokens", filter=sent),
            paid=Sum("cost", filter=sent),
        )
    )
    found: dict[int, _Calls] = {}
    for trace, currency, count, replayed, untold, unpriced, read, written, cost in rows:
        before = found.get(trace, NO_CALLS)
        tokens = None if untold else (read or 0) + (written or 0)
        money = None if unpriced else cost or Decimal(0)
        found[trace] = _Calls(
            before.sent + count,
            before.replayed + replayed,
            None if tokens is None or before.tokens is None else before.tokens + tokens,
            None if money is None or before.cost is None else before.cost + money,
            before.currencies | ({currency} if count and currency else set()),
        )
    return found


def _outcome(row: tuple[object, ...], calls: _Calls | None) -> Outcome:
    _, key, state, kept, rejections, stage, reason, seconds, *_ = row
    made, spent = state == Trace.State.MADE, calls or NO_CALLS
    left = rejections if made else reason
    return Outcome(
        trace=str(key),
        made=made,
        kept=bool(kept),
        linked=made or stage not in UP_TO_LINKING,
        left=str(left).replace("_", " ").replace(",", ", "),
        seconds=None if seconds is None else float(str(seconds)),
        calls=spent.sent,
        tokens=spent.tokens,
        cost=spent.cost,
        currencies=spent.currencies,
        replayed=spent.replayed,
    )
