"""Trace features as columns of numbers, for the learned score.

A filter has three columns: passed; its score, where it gave none the mean of those that did; and
whether it gave none. So a missing score is never taken for a low one. Kinds (relations, layers,
linking stages) have a column each for the kinds the batch has.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from pipeline.core.features import TraceFeatures
from pipeline.statistics.estimate import FloatArray

NUMBERS: Mapping[str, Callable[[TraceFeatures], float]] = MappingProxyType(
    {
        "path length": lambda one: one.path_length,
        "paths": lambda one: one.paths,
        "cited paths": lambda one: one.cited_paths,
        "steps": lambda one: one.steps,
        "uncited steps": lambda one: one.uncited_steps,
        "words of the question": lambda one: one.question_words,
        "words of the chain of thought": lambda one: one.cot_words,
        "a negative edge is cited": lambda one: one.negative,
        "a grouped disease is on a cited path": lambda one: one.grouped,
    }
)
KINDS: Mapping[str, Callable[[TraceFeatures], Sequence[str]]] = MappingProxyType(
    {
        "relation": lambda one: one.relations,
        "layer": lambda one: one.layers,
        "linked by": lambda one: one.stages,
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
        columns |= _kinds(traces, name, kinds_of)
    for name in sorted({one.name for trace in traces for one in trace.filters}):
        columns |= _filter(traces, name)
    return TraceColumns(tuple(columns), np.column_stack(list(columns.values())))


def _column(traces: Sequence[TraceFeatures], read: Callable[[TraceFeatures], float]) -> FloatArray:
    return np.fromiter((read(trace) for trace in traces), float, len(traces))


def _kinds(
    traces: Sequence[TraceFeatures], title: str, kinds_of: Callable[[TraceFeatures], Sequence[str]]
) -> dict[str, FloatArray]:
    held = [frozenset(str(kind) for kind in kinds_of(trace)) for trace in traces]
    return {
        f"{title}: {kind}": np.fromiter((kind in one for one in held), float, len(held))
        for kind in sorted(frozenset().union(*held))
    }


def _filter(traces: Sequence[TraceFeatures], name: str) -> dict[str, FloatArray]:
    scores = filter_scores(traces, name)
    missing = np.isnan(scores)
    usual = float(scores[~missing].mean()) if not missing.all() else 0.0
    return {
        f"{name}: passed": _column(traces, lambda trace: trace.passed(name)),
        f"{name}: score": np.where(missing, usual, scores),
        f"{name}: no score": missing.astype(float),
    }


def filter_scores(traces: Sequence[TraceFeatures], name: str) -> FloatArray:
    """What the filter of this name scored each trace; NaN where it gave no score."""
    found = ({one.name: one.score for one in trace.filters}.get(name) for trace in traces)
    return np.array([np.nan if score is None else score for score in found], dtype=float)
