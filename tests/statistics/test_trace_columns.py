"""Trace features as columns: a missing score is not a low one."""

import numpy as np
import pytest

from pipeline.core.features import FilterFeature, TraceFeatures
from pipeline.statistics.trace_columns import filter_scores, filters_run, trace_columns


def trace(score: float | None = None, *, passed: bool = True, **changes) -> TraceFeatures:
    return TraceFeatures(filters=(FilterFeature("answer", passed, score),), **changes)


def column(traces, name: str):
    columns = trace_columns(traces)
    return columns.values[:, columns.names.index(name)].tolist()


def test_counts_and_kinds_have_a_column_each():
    traces = [
        trace(path_length=3, relations=("indication", "target"), negative=True),
        trace(path_length=1, relations=("target",)),
    ]
    assert column(traces, "path length") == [3, 1]
    assert column(traces, "a negative edge is cited") == [1, 0]
    assert column(traces, "relation: indication") == [1, 0]
    assert column(traces, "relation: target") == [1, 1]


def test_a_missing_score_takes_the_usual_one_and_says_so():
    traces = [trace(0.2), trace(None, passed=False), trace(0.6), TraceFeatures()]
    assert column(traces, "answer: score") == pytest.approx([0.2, 0.4, 0.6, 0.4])
    assert column(traces, "answer: no score") == [0, 1, 0, 1]
    assert np.isnan(filter_scores(traces, "answer")).tolist() == [False, True, False, True]


def test_a_check_that_did_not_run_has_not_rejected_and_says_so():
    traces = [trace(0.2), trace(None, passed=False), TraceFeatures()]
    assert column(traces, "answer: passed") == pytest.approx([1, 0, 0.5])
    assert column(traces, "answer: not run") == [0, 0, 1]
    assert "answer: not run" not in trace_columns(traces[:2]).names


def test_filters_are_named_in_the_order_of_a_verdict():
    names = ("margin", "order", "format", "of a later version")
    results = tuple(FilterFeature(name, True, None) for name in names)
    found = filters_run([TraceFeatures(filters=results[:2]), TraceFeatures(filters=results[2:])])
    assert found == ("format", "order", "margin", "of a later version")


def test_a_filter_without_any_score_still_makes_finite_columns():
    assert np.isfinite(trace_columns([trace(), trace()]).values).all()
