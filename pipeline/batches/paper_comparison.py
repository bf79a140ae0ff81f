"""The method's figures on batches, to compare with those of the publication.

MedReason (arXiv 2504.00993) reports 32,682 traces kept of about 45,000 generated, for about
$3,600. It gives no intervals; ours are Wilson's, 95 %.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from pipeline import store
from pipeline.core.errors import InvalidConfiguration
from pipeline.core.records import Side, TraceRecord
from pipeline.jobs.costs import costs_of
from pipeline.models import Batch, LLMCall, Trace
from pipeline.statistics.intervals import wilson

PUBLISHED_KEPT, PUBLISHED_MADE = 32_682, 45_000
PUBLISHED_COST = "about 0.11 USD"
PUBLISHED_DISCARD = "about 28 %"
# By the source that loads them here: PubMedQA's are 8,094 artificial, 1,747 unlabelled and 603
# labelled ones; medical-o1's are published as "huatuo".
PUBLISHED_BY_SOURCE = {
    "pubmedqa": 10_444,
    "medqa": 8_016,
    "medical_o1": 6_475,
    "medmcqa": 6_197,
    "mmlu": 827,
    "medxpertqa": 666,
    "hle": 57,
}
UNLINKED, NO_CANDIDATE = "not linked", "no candidate"


@dataclass(frozen=True)
class Proportion:
    """A count of a total, with Wilson's 95 % interval; nothing of nothing has none."""

    count: int
    total: int

    @property
    def share(self) -> float | None:
        return self.count / self.total if self.total else None

    @property
    def interval(self) -> tuple[float, float] | None:
        return wilson(self.count / self.total, self.total) if self.total else None


@dataclass(frozen=True)
class SourceLine:
    """One question source: traces settled, made, kept, and why the others were not kept."""

    source: str
    settled: int
    made: int
    kept: int
    failures: tuple[tuple[str, int], ...]
    rejections: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class PaperComparison:
    """Counts over the current traces of batches.

    Traces towards the answer key alone, and their calls. settled = made + failed; made = kept +
    discarded by a filter. `mapping` counts mentions by
    side and by the stage that linked them; a rejected trace counts for each filter that
    rejected it. `mapped` are the settled traces both of whose sides were linked.
    """

    batches: tuple[str, ...]
    open: int
    settled: int
    mapped: Proportion
    kept_of_made: Proportion
    discarded_of_made: Proportion
    kept_of_settled: Proportion
    mapping: dict[str, dict[str, int]]
    failures: tuple[tuple[str, int], ...]
    rejections: tuple[tuple[str, int], ...]
    sources: tuple[SourceLine, ...]
    calls: int
    currency: str
    cost: Decimal | None
    cost_of_kept: Decimal | None


def compare_with_paper(batches: Sequence[Batch]) -> PaperComparison:
    """Count the batches together. Raises InvalidConfiguration for none, and for demonstrations."""
    if not batches:
        raise InvalidConfiguration("Name at least one batch.")
    for batch in batches:
        if batch.is_imported:
            raise InvalidConfiguration(
                f"Batch {batch.pk} ({batch}) was imported: nothing of the method ran, so there is "
                "nothing to compare."
            )
        if batch.is_demonstration:
            raise InvalidConfiguration(
                f"Batch {batch.pk} ({batch}) was made by the demonstration reasoner: "
                "rules replicate nothing of a method for language models."
            )
    tally = _Tally()
    for row in _settled(batches):
        tally.add(row)
    return _comparison(batches, tally)


@dataclass
class _Source:
    made: int = 0
    kept: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    rejections: Counter[str] = field(default_factory=Counter)

    def line(self, source: str) -> SourceLine:
        return SourceLine(
            source,
            self.made + self.failures.total(),
            self.made,
            self.kept,
            _ordered(self.failures),
            _ordered(self.rejections),
        )


@dataclass
class _Tally:
    sources: dict[str, _Source] = field(default_factory=dict)
    mapping: dict[str, Counter[str]] = field(
        default_factory=lambda: {side.value: Counter() for side in Side}
    )
    mapped: int = 0

    def add(self, row: Trace) -> None:
        source = self.sources.setdefault(row.question.question_set.source, _Source())
        if row.state == Trace.State.FAILED:
            source.failures[row.failure_reason] += 1
        else:
            source.made += 1
            source.kept += bool(row.kept)
            source.rejections.update(filter(None, row.rejections.split(",")))
        if row.record:
            self._add_mapping(store.trace_record(row))

    def _add_mapping(self, trace: TraceRecord) -> None:
        for linked in trace.linked:
            self.mapping[linked.mention.side.value][linked.stage.value] += 1
        for unlinked in trace.unlinked:
            outcome = UNLINKED if unlinked.candidates else NO_CANDIDATE
            self.mapping[unlinked.mention.side.value][outcome] += 1
        self.mapped += {linked.mention.side for linked in trace.linked} >= {
            Side.QUESTION,
            Side.ANSWER,
        }


def _settled(batches: Sequence[Batch]) -> Iterator[Trace]:
    rows = Trace.objects.of_key().filter(
        batch__in=batches, is_current=True, state__in=(Trace.State.MADE, Trace.State.FAILED)
    )
    return rows.select_related("question__question_set").order_by("pk").iterator(chunk_size=500)


def _comparison(batches: Sequence[Batch], tally: _Tally) -> PaperComparison:
    sources = tuple(source.line(name) for name, source in sorted(tally.sources.items()))
    settled, made = sum(line.settled for line in sources), sum(line.made for line in sources)
    kept = sum(line.kept for line in sources)
    costs = costs_of(LLMCall.objects.of_key().filter(batch__in=batches))
    per_kept = costs.per(kept)
    open_states = (Trace.State.PENDING, Trace.State.CLAIMED)
    return PaperComparison(
        batches=tuple(f"{batch.pk} {batch}" for batch in batches),
        open=Trace.objects.of_key().filter(batch__in=batches, state__in=open_states).count(),
        settled=settled,
        mapped=Proportion(tally.mapped, settled),
        kept_of_made=Proportion(kept, made),
        discarded_of_made=Proportion(made - kept, made),
        kept_of_settled=Proportion(kept, settled),
        mapping={side: dict(_ordered(counts)) for side, counts in tally.mapping.items()},
        failures=_summed(line.failures for line in sources),
        rejections=_summed(line.rejections for line in sources),
        sources=sources,
        calls=costs.sent,
        currency=costs.total[0] if costs.total else "",
        cost=costs.total[1] if costs.total else None,
        cost_of_kept=per_kept[1] if per_kept else None,
    )


def _summed(counts: Iterable[Sequence[tuple[str, int]]]) -> tuple[tuple[str, int], ...]:
    total: Counter[str] = Counter()
    for pairs in counts:
        total.update(dict(pairs))
    return _ordered(total)


def _ordered(counts: Counter[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
