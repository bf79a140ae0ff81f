"""An estimate as people read it, with everything that was assumed."""

from decimal import Decimal

from pipeline.batches.estimates.estimate import (
    CHARACTERS_PER_TOKEN,
    LATENCY_SECONDS,
    REPAIRS,
    BatchEstimate,
    Share,
    Span,
)

NAMES = ("Reasoner", "Second reader", "Embeddings")


def rows(estimate: BatchEstimate) -> list[tuple[str, str]]:
    """What is estimated, and how much of it."""
    return [
        ("Traces", _traces(estimate)),
        ("Calls", counts(estimate.calls)),
        ("Input tokens", counts(estimate.input_tokens)),
        ("Output tokens", counts(estimate.output_tokens)),
        ("Cost", cost_in_words(estimate)),
        ("Time", f"{duration(estimate.seconds)} with {estimate.threads} threads"),
        *((name, _share(share)) for name, share in zip(NAMES, estimate.shares, strict=False)),
    ]


def _traces(estimate: BatchEstimate) -> str:
    placebos = f", {estimate.placebos:,} of them placebos" if estimate.placebos else ""
    return f"{estimate.traces:,}{placebos}"


def assumptions(estimate: BatchEstimate) -> list[str]:
    """What the figures rest on, a sentence each."""
    few, many = CHARACTERS_PER_TOKEN
    quick, slow = LATENCY_SECONDS
    return [
        f"Drawn by seed: {estimate.sampled} questions, of which {estimate.finished} came to a "
        "verdict by rules. The low figures follow them, the high ones take each to its end.",
        f"A token is {many} to {few} characters. What a model writes is assumed from its act; "
        "one that reasons before it answers writes more.",
        f"{REPAIRS[0]:.0%} to {REPAIRS[1]:.0%} of the calls are repaired once; a call takes "
        f"{quick:g} to {slow:g} seconds.",
        "Answers paid for before, which may be used again, are not taken off.",
        "Against a budget, expected is the middle of the range and the worst case its upper end. "
        "A batch pauses a little before its budget is spent, since each call reserves the most "
        "it may cost.",
        "Nothing was sent, and nothing was written.",
    ]


def cost_in_words(estimate: BatchEstimate) -> str:
    """The range, or which price is missing."""
    if estimate.unpriced:
        return f"unknown: no price for {' and '.join(estimate.unpriced)}"
    if estimate.cost is None:
        return "in two currencies, see below"
    currency, low, high = estimate.cost
    return f"{money(low)} to {money(high)} {currency}"


def counts(span: Span) -> str:
    return f"{round(span.low):,} to {round(span.high):,}"


def money(amount: Decimal) -> str:
    """Two decimals, more where two would show nothing."""
    return f"{amount:,.2f}" if amount >= 1 else f"{amount:.4f}"


def duration(span: Span) -> str:
    """A range of seconds in the unit that suits its upper end."""
    for size, unit in ((3600, "hours"), (60, "minutes")):
        if span.high >= 2 * size:
            return f"{span.low / size:.1f} to {span.high / size:.1f} {unit}"
    return f"{span.low:.0f} to {span.high:.0f} seconds"


def _share(share: Share) -> str:
    cost = share.cost
    currency = share.price.currency if share.price else ""
    costs = f"{money(cost[0])} to {money(cost[1])} {currency}" if cost else "cost unknown"
    return f"{share.endpoint} ({share.endpoint.model}): {counts(share.calls)} calls, {costs}"
