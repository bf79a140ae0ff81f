"""Traces of a known size for the grading screen."""

from dataclasses import replace

from pipeline import store
from pipeline.core.records import CoT, Step
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
