"""Funnel and cost: what became of every question, by source and reason, and what it cost."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np

from pipeline.batches.funnel import Funnel, funnel_of
from pipeline.jobs.costs import Costs, costs_of
from pipeline.models import Batch, LLMCall
from pipeline.statistics.estimate import Estimate, undefined
from pipeline.statistics.estimation.ratio_estimator import estimate_ratio, share_ratio
from review.reports.assisted import scored_sample
from review.reports.document import Cell, Column, Headline, Report, Section, Table
from review.reports.facts import Facts
from review.reports.wording import with_plot

ALL = "all sources"
READING = (
    "A failed trace has no chain of thought. Every other one is kept or discarded by the filters. "
    "Batches are counted when this report is built, after every event of the study.",
)
COST_READING = (
    "Replayed calls were paid for by an earlier call and cost nothing here. A call of "
    "unknown price is counted as a call, never as free; where there is one, the cost of a trace "
    "is unknown.",
    "An expert-accepted trace is a kept trace that the panel accepts: their number is the kept "
    "traces times the estimated share acceptable among them.",
)


@dataclass(frozen=True)
class SourceRun:
    """The study's batches over one source: their funnels and their calls."""

    source: str
    funnels: tuple[Funnel, ...]
    costs: Costs

    @property
    def settled(self) -> int:
        return sum(funnel.settled for funnel in self.funnels)

    @property
    def kept(self) -> int:
        return sum(funnel.kept for funnel in self.funnels)

    @property
    def passed(self) -> dict[str, int]:
        """Traces that passed each stage, in the order of the method."""
        counted: Counter[str] = Counter()
        for funnel in self.funnels:
            counted.update({stage.title: stage.passed for stage in funnel.stages})
        return dict(counted)

    @property
    def left(self) -> list[tuple[tuple[str, str], int]]:
        """(stage, reason) and how many traces left there, most first."""
        counted: Counter[tuple[str, str]] = Counter()
        for funnel in self.funnels:
            for stage in funnel.stages:
                for reason in stage.reasons:
                    title = f"rejected by {reason.title}" if stage.is_filters else reason.title
                    counted[stage.title, title] += reason.count
        return counted.most_common()


def funnel_report(facts: Facts) -> Report:
    """The funnel of the study's batches by source and reason; costs per kept and accepted."""
    runs = _runs(list(facts.study.batches.select_related("question_set")))
    return Report(
        "funnel",
        "Funnel and cost",
        facts.study.name,
        (
            Section("funnel", "Funnel", READING, tuple(_funnel(runs))),
            Section("cost", "Cost", COST_READING, (_calls(runs), *_money(facts, runs))),
        ),
        facts.estimand,
        headline=_headline(runs),
        preliminary=facts.preliminary,
    )


def _headline(runs: Sequence[SourceRun]) -> Headline | None:
    if not runs or not runs[0].settled:
        return None
    total = runs[0]
    title = f"Kept, of {total.settled:,} traces processed"
    return Headline(title, total.kept / total.settled, "share")


def _runs(batches: Sequence[Batch]) -> list[SourceRun]:
    """All sources together, then each; just the one where there is one."""
    sources = sorted({batch.question_set.source for batch in batches})
    runs = [
        _run(source, [batch for batch in batches if batch.question_set.source == source])
        for source in sources
    ]
    return [_run(ALL, batches), *runs] if len(runs) > 1 else runs


def _run(source: str, batches: Sequence[Batch]) -> SourceRun:
    funnels = tuple(funnel_of(batch) for batch in batches)
    costs = costs_of(LLMCall.objects.of_key().filter(batch__in=batches))
    return SourceRun(source, funnels, costs)


def _funnel(runs: Sequence[SourceRun]) -> Iterator[Table]:
    """Stages and reasons of everything; folded beneath each, the same by source."""
    for table in (_stages, _reasons):
        yield table(runs[:1], "", "")
        if len(runs) > 1:
            yield replace(table(runs[1:], "_by_source", ", by source"), plot=None, folded=True)


def _stages(runs: Sequence[SourceRun], key: str, by: str) -> Table:
    rows = tuple(
        (run.source, title, passed, passed / run.settled if run.settled else None)
        for run in runs
        for title, passed in {"Traces processed": run.settled, **run.passed}.items()
    )
    columns = (
        Column("source", "Source"),
        Column("stage", "Stage passed"),
        Column("traces", "Traces", "items"),
        Column("share", "Share of traces processed", "share"),
    )
    return Table(f"stages{key}", f"Traces that passed each stage{by}", columns, rows)


def _reasons(runs: Sequence[SourceRun], key: str, by: str) -> Table:
    rows = tuple(
        (run.source, stage, reason, count, count / run.settled)
        for run in runs
        for (stage, reason), count in run.left
    )
    columns = (
        Column("source", "Source"),
        Column("stage", "Left before"),
        Column("reason", "Reason"),
        Column("traces", "Traces", "items"),
        Column("share", "Share of traces processed", "share"),
    )
    table = Table(
        f"reasons{key}",
        f"Why traces left{by}",
        columns,
        rows,
        "A discarded trace is counted once, under all the filters that rejected it.",
        empty="No trace has left the funnel.",
    )
    return with_plot(table, "bars", "reason", ("traces",)) if rows else table


def _calls(runs: Sequence[SourceRun]) -> Table:
    rows = tuple(
        (
            run.source,
            run.costs.sent,
            run.costs.replayed,
            run.costs.failed,
            run.costs.uncertain,
            run.costs.unknown,
            run.costs.input_tokens,
            run.costs.output_tokens,
        )
        for run in runs
        if run.costs.calls
    )
    titles = (
        ("source", "Source"),
        ("sent", "Calls sent"),
        ("replayed", "Replayed, free"),
        ("failed", "Of the sent, failed"),
        ("uncertain", "Of the sent, outcome unknown"),
        ("unknown", "Of the sent, price unknown"),
        ("input", "Input tokens"),
        ("output", "Output tokens"),
    )
    columns = tuple(Column(key, title, "" if key == "source" else "items") for key, title in titles)
    return Table(
        "calls", "Calls to language models", columns, rows, empty="These batches made no call."
    )


def _money(facts: Facts, runs: Sequence[SourceRun]) -> Iterator[Table]:
    shares = _shares_of_kept(facts)
    for currency in sorted({name for run in runs for name, _ in run.costs.money}):
        columns = (
            Column("source", "Source"),
            Column("spent", f"Spent, {currency}", currency),
            Column("kept", "Kept traces", "items"),
            Column("per_kept", "Per kept trace", currency),
            Column("acceptable", "Share acceptable among kept", "share"),
            Column("per_accepted", "Per expert-accepted trace", currency),
        )
        rows = tuple(_spent(run, currency, shares[run.source]) for run in runs)
        title = f"Cost in {currency}"
        yield Table(f"cost_{currency.lower()}", title, columns, rows)


def _shares_of_kept(facts: Facts) -> Mapping[str, Estimate]:
    sample = scored_sample(facts).sample
    sources = np.array([item.source for item in facts.items], dtype=object)
    shares = {
        str(source): estimate_ratio(sample, share_ratio(sample, sample.kept & (sources == source)))
        for source in {batch.question_set.source for batch in facts.study.batches.all()}
    }
    return shares | {ALL: estimate_ratio(sample, share_ratio(sample, sample.kept))}


def _spent(run: SourceRun, currency: str, acceptable: Estimate) -> tuple[Cell, ...]:
    spent = dict(run.costs.money).get(currency, Decimal(0))
    if run.costs.unknown:
        missing = undefined(f"calls of unknown price: {run.costs.unknown:,}")
        return run.source, float(spent), run.kept, missing, acceptable, missing
    per_kept = float(spent) / run.kept if run.kept else None
    accepted = (
        undefined("nothing was kept") if per_kept is None else per_accepted(per_kept, acceptable)
    )
    return run.source, float(spent), run.kept, per_kept, acceptable, accepted


def per_accepted(per_kept: float, acceptable: Estimate) -> Estimate:
    """What an accepted trace costs: a kept one's cost over the share acceptable among kept."""
    if not acceptable.value:
        return undefined(acceptable.reason or "no kept trace was found acceptable", acceptable.n)
    value = per_kept / acceptable.value
    if not acceptable.low or acceptable.high is None:
        return Estimate(value, n=acceptable.n, reason="the share may be 0: there is no upper end")
    settled = acceptable.once_settled
    if settled is not None:
        settled = settled.mapped(lambda share: per_kept / share) if settled.lowest else None
    return Estimate(
        value,
        per_kept / acceptable.high,
        per_kept / acceptable.low,
        acceptable.n,
        once_settled=settled,
    )
