"""What the filters of batches are worth: the placebo arms beside the arm towards the key."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline import store
from pipeline.core.config import BASE_FILTERS, CHECK_FILTERS
from pipeline.core.records import ReadingKind
from pipeline.models import Batch, Trace
from pipeline.statistics.discrimination import Discrimination, Outcome, Trial, discriminate

# What the two placebo arms are called where they stand beside each other.
COMPARED = {
    "random": (Trace.Arm.PLACEBO_RANDOM,),
    "nearest": (Trace.Arm.PLACEBO_NEAREST,),
    "together": (Trace.Arm.PLACEBO_RANDOM, Trace.Arm.PLACEBO_NEAREST),
}


@dataclass(frozen=True)
class PlaceboReport:
    """The discrimination by kind of wrong option, see COMPARED.

    `open` placebo traces, or those whose trace towards the key is open, are not counted yet.
    `deciding` are the filters that reject traces in all of the batches.
    """

    by_kind: Mapping[str, Discrimination]
    questions: int
    open: int
    deciding: tuple[str, ...]


def placebo_report(batches: Sequence[Batch]) -> PlaceboReport | None:
    """Compare the arms of the batches; None where no question has a placebo."""
    traces = Trace.objects.filter(batch__in=batches, is_current=True)
    placebos = traces.exclude(arm=Trace.Arm.KEY)
    if not placebos.exists():
        return None
    settled = {"state__in": (Trace.State.MADE, Trace.State.FAILED)}
    columns = ("batch_id", "question_id", "sample_index", "arm", "kept", "features")
    rows = traces.filter(**settled, question__in=placebos.values("question"))
    outcomes = {row[:4]: _outcome(*row[4:]) for row in rows.values_list(*columns).order_by("pk")}
    trials = {arm: _trials(outcomes, arm) for arm in Trace.Arm.values if arm != Trace.Arm.KEY}
    return PlaceboReport(
        by_kind={
            kind: discriminate([trial for arm in arms for trial in trials[arm]])
            for kind, arms in COMPARED.items()
        },
        questions=placebos.values("question").distinct().count(),
        open=placebos.count() - sum(map(len, trials.values())),
        deciding=tuple(sorted(frozenset.intersection(*map(_deciding, batches)))),
    )


def _deciding(batch: Batch) -> frozenset[str]:
    return frozenset(batch.config.get("checks", {}).get("deciding", BASE_FILTERS))


def _outcome(kept: bool | None, features: dict[str, Any]) -> Outcome:
    """`kept` is None where the trace failed before a chain of thought was judged."""
    traits = store.trace_features(features)
    results = traits.filters if kept is not None else ()
    passed = {
        result.name: result.passed
        for result in results
        # A check without a score looked at nothing: no rival was written, a reading failed.
        if result.name in BASE_FILTERS
        or (result.name in CHECK_FILTERS and result.score is not None)
    }
    alone = [
        reading.correct
        for reading in traits.readings
        if reading.kind is ReadingKind.WITHOUT_COT and not reading.failure
    ]
    return Outcome(kept is not None, bool(kept), passed, alone[0] if alone else None)


def _trials(outcomes: Mapping[tuple[Any, ...], Outcome], arm: str) -> list[Trial]:
    """Each placebo of this arm beside its trace towards the key."""
    return [
        Trial(question, (batch, sample), outcomes[batch, question, sample, Trace.Arm.KEY], wrong)
        for (batch, question, sample, of), wrong in outcomes.items()
        if of == arm and (batch, question, sample, Trace.Arm.KEY) in outcomes
    ]
