"""Trace features as columns of numbers, for the learned score.

A filter has three columns: passed; its score, where it gave none the mean of those that did; and
whether it gave none. So a missing score is never taken for a low one. Nor is a check that ran on
a share of the traces taken to have rejected the others: they have the share that passed, and a
fourth column says that it did not run. Kinds (relations, layers, linking stages) have a column
each for the kinds the batch has.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from pipeline.core.features import FILTER_MEANINGS, TraceFeatures
from pipeline.statistics.estimate import FloatArray

NUMBERS: Mapping[str, Callable[[TraceFeatures], float]] = MappingProxyType(
    {
        "path length": lambda trace: trace.path_length,
        "paths": lambda trace: trace.paths,
        "cited paths": lambda trace: trace.cited_paths,
        "steps": lambda trace: trace.steps,
        "uncited steps": lambda trace: trace.uncited_steps,
        "words of the question": lambda trace: trace.question_words,
        "words of the chain of thought": lambda trace: trace.cot_words,
        "a negative edge is cited": lambda trace: trace.negative,
        "a grouped disease is on a cited path": lambda trace: trace.grouped,
    }
)
KINDS: Mapping[str, Callable[[TraceFeatures], Sequence[str]]] = MappingProxyType(
    {
        "relation": lambda trace: trace.relations,
        "layer": lambda trace: trace.layers,
        "linked by": lambda trace: trace.stages,
    }
)


@dataclass(frozen=True, slots=True, eq=False)
class TraceColumns:
    """Columns by name; `values` has a row for each trace."""

    names: tuple[str, ...]
    values: FloatArray


def trace_columns(traces: Sequence[TraceFeatures]) -> TraceColumns:
    """The features of a batch's traces, in their order."""
    columns = {name: _column(traces, read) for name, read in NUMBERS.items()}
    for name, kinds_of in KINDS.items():
        columns |= _kind_columns(traces, name, kinds_of)
    for name in filters_run(traces):
        columns |= _filter_columns(traces, name)
    return TraceColumns(tuple(columns), np.column_stack(list(columns.values())))


def filters_run(traces: Sequence[TraceFeatures]) -> tuple[str, ...]:
    """The filters that ran on any of the traces, in the order in which verdicts report them."""
    names = {result.name for trace in traces for result in trace.filters}
    known = [name for name in FILTER_MEANINGS if name in names]
    return (*known, *sorted(names.difference(known)))


def _column(traces: Sequence[TraceFeatures], read: Callable[[TraceFeatures], float]) -> FloatArray:
    return np.fromiter((read(trace) for trace in traces), float, len(traces))


def _kind_columns(
    traces: Sequence[TraceFeatures], title: str, kinds_of: Callable[[TraceFeatures], Sequence[str]]
) -> dict[str, FloatArray]:
    kinds = [frozenset(str(kind) for kind in kinds_of(trace)) for trace in traces]
    return {
        f"{title}: {kind}": np.fromiter(
            (kind in trace_kinds for trace_kinds in kinds), float, len(kinds)
        )
        for kind in sorted(frozenset().union(*kinds))
    }


def _filter_columns(traces: Sequence[TraceFeatures], name: str) -> dict[str, FloatArray]:
    scores = filter_scores(traces, name)
    missing = np.isnan(scores)
    mean = float(scores[~missing].mean()) if not missing.all() else 0.0
    ran = _column(traces, lambda trace: trace.ran(name))
    passed = _column(traces, lambda trace: trace.passed(name))
    columns = {
        f"{name}: passed": np.where(ran > 0, passed, passed.sum() / ran.sum()),
        f"{name}: score": np.where(missing, mean, scores),
        f"{name}: no score": missing.astype(float),
    }
    return columns if ran.all() else columns | {f"{name}: not run": 1 - ran}


def filter_scores(traces: Sequence[TraceFeatures], name: str) -> FloatArray:
    """What the filter of this name scored each trace; NaN where it gave no score."""
    scores = ({result.name: result.score for result in trace.filters}.get(name) for trace in traces)
    return np.array([np.nan if score is None else score for score in scores], dtype=float)
