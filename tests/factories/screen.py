"""Traces of a known size, or with everything said of them, for the screens."""

from dataclasses import replace
from itertools import cycle

from pipeline import store
from pipeline.core.records import (
    Comparison,
    CoT,
    DecidedBy,
    Failure,
    FilterResult,
    Preferred,
    ReadAnswer,
    Reading,
    ReadingKind,
    Rival,
    Step,
    StepCheck,
    Support,
    Verdict,
)
from pipeline.models import Trace
from review.grading.practice_cases import HARMFUL, SOUND


def three_paths_and_steps(row: Trace, steps: int = 6, more_paths: int = 0) -> None:
    """Give the trace three cited paths, or some again, and this many steps."""
    paths = (*SOUND.trace.paths, *HARMFUL.trace.paths)
    cited = [path.edges[0] for path in paths]
    paths = (*paths, *paths[:more_paths])
    written = tuple(
        Step(number, f"Step number {number} says something.", tuple(cited[number - 1 : number]))
        for number in range(1, steps + 1)
    )
    trace = replace(store.trace_record(row), paths=paths, cot=CoT(written, "So it is."))
    Trace.objects.filter(pk=row.pk).update(record=store.trace_text(trace))


def everything_said(row: Trace) -> None:
    """Give a made trace all that reader and rules may say of one."""
    trace = store.trace_record(row)
    if trace.cot is None or trace.verdict is None:
        raise ValueError("Only a made trace can be read.")
    outcomes = zip(trace.cot.steps, cycle(Support), cycle(DecidedBy))
    alone = ReadAnswer("B", "Propranolol", "Nothing but the question speaks for it.", 0.4)
    won = Comparison(True, Preferred.KEY, "Its edges name the disease that the case describes.")
    lost = Comparison(False, Preferred.RIVAL, "Its steps are fewer and each cites an edge.")
    measured = FilterResult("contrast", False, 0.5, "It wins 1 of 2 readings.", decides=False)
    assessed = replace(
        trace,
        unmasked=("points to B", "the second option"),
        step_checks=tuple(
            StepCheck(step.number, support, by, "The edge joins the two entities named.")
            for step, support, by in outcomes
        ),
        readings=(
            Reading(ReadingKind.WITHOUT_COT, alone, correct=False),
            Reading(ReadingKind.OTHER_READER, replace(alone, label="A"), correct=True),
            Reading(ReadingKind.PERMUTED, ReadAnswer(None, "", ""), False, "malformed_output"),
        ),
        rivals=(
            Rival("B", "Propranolol", trace.paths, trace.cot, (won, lost)),
            Rival("D", "Sumatriptan", failure=Failure("search", "no_path", "")),
        ),
        verdict=Verdict((*trace.verdict.filters, measured)),
    )
    Trace.objects.filter(pk=row.pk).update(record=store.trace_text(assessed))
