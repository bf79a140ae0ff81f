"""What a batch would take, estimated from a sample before anything is sent.

Nothing is asked and no row is written. A range is given, not a figure: the sample is small, a
token is assumed to be so many characters, and what a model writes is assumed from its act.
"""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from statistics import mean

from pipeline import store
from pipeline.batches.filters.arms import PLACEBO_ARMS, drawn_for_placebo
from pipeline.batches.preflight import embeddings_of
from pipeline.core.config import MethodConfig
from pipeline.core.dry_run import Asked, DryTrace, WouldAsk, dry_run
from pipeline.core.embeddings.embedding_model import EMBED
from pipeline.core.errors import InvalidConfiguration
from pipeline.core.llm.pricing import TokenPrice, cost_of
from pipeline.ledger.prices import price_now
from pipeline.models import Endpoint, KnowledgeGraph, QuestionSet
from pipeline.sources.open_graphs import open_graph

SAMPLE_SIZE = 30
# Characters a token: clinical English in the tokenizers of 2023 to 2026, few to many tokens.
CHARACTERS_PER_TOKEN = (4.6, 3.4)
# Tokens an act writes, few to many. A model that reasons before it answers writes more.
OUTPUT_TOKENS = {
    "extract": (120, 400),
    "select": (30, 150),
    "prune": (10, 40),
    "generate": (350, 1000),
    "answer": (80, 400),
    "judge": (40, 150),
    "check_steps": (60, 400),
    "compare": (60, 300),
    EMBED: (0, 0),
}
# Calls whose answer must be repaired, as a share.
REPAIRS = (0.0, 0.1)
LATENCY_SECONDS = (2.0, 8.0)


@dataclass(frozen=True)
class Span:
    """From few to many."""

    low: float
    high: float

    def __add__(self, other: "Span") -> "Span":
        return Span(self.low + other.low, self.high + other.high)

    def times(self, low: float, high: float | None = None) -> "Span":
        return Span(self.low * low, self.high * (low if high is None else high))


@dataclass(frozen=True)
class Share:
    """What one endpoint would be asked in all."""

    endpoint: Endpoint
    calls: Span
    input_tokens: Span
    output_tokens: Span
    price: TokenPrice | None

    @property
    def cost(self) -> tuple[Decimal, Decimal] | None:
        """In the price's currency; None when the price is unknown."""
        low = cost_of(self.price, round(self.input_tokens.low), round(self.output_tokens.low))
        high = cost_of(self.price, round(self.input_tokens.high), round(self.output_tokens.high))
        return None if low is None or high is None else (low, high)


@dataclass(frozen=True)
class BatchEstimate:
    """What a batch would take. `finished` of the `sampled` questions came to a verdict by rules.

    `placebos` of the `traces` are towards wrong options; they belong to the `questions` too.
    """

    questions: int
    traces: int
    placebos: int
    sampled: int
    finished: int
    threads: int
    shares: tuple[Share, ...]

    @property
    def calls(self) -> Span:
        return _sum(share.calls for share in self.shares)

    @property
    def input_tokens(self) -> Span:
        return _sum(share.input_tokens for share in self.shares)

    @property
    def output_tokens(self) -> Span:
        return _sum(share.output_tokens for share in self.shares)

    @property
    def cost(self) -> tuple[str, Decimal, Decimal] | None:
        """Currency, low and high; None when a price is unknown or currencies differ."""
        costs = [share.cost for share in self.shares]
        currencies = {share.price.currency for share in self.shares if share.price}
        known = [cost for cost in costs if cost is not None]
        if len(known) < len(costs) or len(currencies) != 1:
            return None
        low, high = (sum((cost[end] for cost in known), Decimal(0)) for end in (0, 1))
        return currencies.pop(), low, high

    @property
    def unpriced(self) -> tuple[str, ...]:
        """Models whose price is not known."""
        models = (share.endpoint.model for share in self.shares if share.price is None)
        return tuple(dict.fromkeys(models))

    @property
    def seconds(self) -> Span:
        """By threads and assumed latency, or by an endpoint's limits where these are slower."""
        work = self.calls.times(*LATENCY_SECONDS).times(1 / self.threads)
        floors = [_by_limits(share) for share in self.shares]
        return Span(
            max(work.low, *(floor.low for floor in floors)),
            max(work.high, *(floor.high for floor in floors)),
        )


def estimate_batch(
    question_set: QuestionSet,
    *,
    knowledge_graph: KnowledgeGraph,
    config: MethodConfig,
    reasoner: Endpoint,
    reader: Endpoint,
    limit: int | None = None,
    samples: int = 1,
    placebo_share: float = 0.0,
    threads: int = 8,
    sample: int = SAMPLE_SIZE,
) -> BatchEstimate:
    """Estimate a batch of these choices from a seeded sample of its questions.

    A placebo trace is taken to cost what another does. An endpoint that embeds is asked too,
    where the configuration names one. Raises InvalidConfiguration when there is no question,
    ArtefactError without the graph.
    """
    keys = list(question_set.questions.order_by("pk").values_list("pk", flat=True)[:limit])
    if not keys:
        raise InvalidConfiguration(f"The question set {question_set} has no questions.")
    drawn = random.Random(config.seed).sample(keys, min(sample, len(keys)))
    rows = question_set.questions.filter(pk__in=drawn).select_related("question_set")
    questions = [store.question_record(row) for row in rows.order_by("pk")]
    traces = dry_run(questions, open_graph(knowledge_graph), config)
    asked_for = question_set.questions.order_by("pk")[:limit]
    drawn_too = drawn_for_placebo(asked_for, share=placebo_share, config=config)
    placebos = len(PLACEBO_ARMS) * len(drawn_too) * samples
    total = len(keys) * samples + placebos
    asked: dict[Asked, Endpoint | None]
    asked = {"reasoner": reasoner, "reader": reader, "embeddings": embeddings_of(config)}
    return BatchEstimate(
        questions=len(keys),
        traces=total,
        placebos=placebos,
        sampled=len(traces),
        finished=sum(trace.finished for trace in traces),
        threads=threads,
        shares=tuple(
            _share(endpoint, traces, total, role) for role, endpoint in asked.items() if endpoint
        ),
    )


def _share(endpoint: Endpoint, traces: Sequence[DryTrace], total: int, role: Asked) -> Share:
    """Low: as the rules fared. High: every question comes to a verdict, and repairs besides."""
    asked = [[call for call in trace.calls if call.asked == role] for trace in traces]
    whole = [calls for calls, trace in zip(asked, traces, strict=True) if trace.finished] or asked
    scale = (total * (1 + REPAIRS[0]), total * (1 + REPAIRS[1]))

    def span(low: float, high: float) -> Span:
        return Span(low, high).times(*scale)

    return Share(
        endpoint,
        span(mean(map(len, asked)), mean(map(len, whole))),
        span(
            mean(_input_tokens(calls, 0) for calls in asked),
            mean(_input_tokens(calls, 1) for calls in whole),
        ),
        span(
            mean(_output_tokens(calls, 0) for calls in asked),
            mean(_output_tokens(calls, 1) for calls in whole),
        ),
        price_now(endpoint),
    )


def _input_tokens(calls: Sequence[WouldAsk], end: int) -> float:
    return sum(call.characters for call in calls) / CHARACTERS_PER_TOKEN[end]


def _output_tokens(calls: Sequence[WouldAsk], end: int) -> float:
    return sum(OUTPUT_TOKENS[call.act][end] for call in calls)


def _by_limits(share: Share) -> Span:
    """Seconds that an endpoint's limits a minute leave at least; 0 without limits."""
    minutes = Span(0, 0)
    tokens = share.input_tokens + share.output_tokens
    for used, limit in (
        (share.calls, share.endpoint.requests_per_minute),
        (tokens, share.endpoint.tokens_per_minute),
    ):
        if limit:
            minutes = Span(max(minutes.low, used.low / limit), max(minutes.high, used.high / limit))
    return minutes.times(60)


def _sum(spans: Iterable[Span]) -> Span:
    return reduce(Span.__add__, spans, Span(0, 0))
