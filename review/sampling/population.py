"""The population of a study: every trace its sample was drawn from, as it was at that time."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from sys import intern
from typing import Any

import numpy as np
from django.db.models import QuerySet

from pipeline import store
from pipeline.core.errors import Refusal
from pipeline.core.features import TraceFeatures
from pipeline.models import Trace
from pipeline.statistics.estimate import BoolArray, FloatArray, IntArray
from pipeline.statistics.trace_columns import TraceColumns, filters_run, trace_columns
from review.models import Study
from review.sampling.draw import stratum_of, traces_with_cot

# A large study's population takes much memory: two are kept.
CACHE_SIZE = 2
CHUNK_SIZE = 500


class PopulationChanged(Refusal):
    """The batches no longer hold the traces that the sample was drawn from."""


@dataclass(frozen=True, slots=True, eq=False)
class Population:
    """Columns with a row for each trace: failed traces, without a CoT, are left out.

    `row_of`: a trace's row, by its key. `passed`: by filter, which traces passed it; a filter
    that ran on none of them is not in it.
    """

    traces: IntArray
    row_of: Mapping[str, int]
    strata: tuple[str, ...]
    stratum: IntArray
    passed: Mapping[str, BoolArray]
    columns: TraceColumns

    def passing(self, filters: tuple[str, ...]) -> BoolArray:
        """Which traces passed every one of these filters."""
        inside = np.ones(len(self.traces), dtype=bool)
        for name in filters:
            inside &= self.passed.get(name, False)
        return inside

    def sizes(self, inside: BoolArray) -> dict[str, int]:
        """How many of these traces each stratum has; strata without any are left out."""
        counted = np.bincount(self.stratum[inside], minlength=len(self.strata))
        named = zip(self.strata, counted.tolist(), strict=True)
        return {name: count for name, count in named if count}

    def means(self, values: FloatArray, inside: BoolArray) -> dict[str, float]:
        """The mean of the values by stratum, over these traces."""
        sizes = self.sizes(inside)
        sums = np.bincount(self.stratum[inside], values[inside], len(self.strata))
        named = zip(self.strata, sums.tolist(), strict=True)
        return {name: total / sizes[name] for name, total in named if name in sizes}


def population_of(study: Study) -> Population:
    """The study's population. Raises PopulationChanged where it cannot be found again."""
    return _read(study.pk, study.created_at)


def left_out_of(design: Mapping[str, Any]) -> frozenset[int]:
    """Twins that are not of the population; none where a study was opened before they were."""
    return frozenset(design.get("twins", {}).get("traces", ()))


@dataclass(frozen=True, slots=True)
class _Row:
    """What is kept of a trace while its population is read."""

    pk: int
    key: str
    stratum: str
    features: TraceFeatures

    @classmethod
    def of(cls, row: Trace, variables: Sequence[str]) -> "_Row":
        stratum = intern(stratum_of(row, variables))
        return cls(row.pk, str(row.key), stratum, store.trace_features(row.features))


def _in_blocks(traces: QuerySet[Trace], opened_at: datetime) -> Iterator[Trace]:
    """The traces there were then, without their questions' texts, a block at a time in memory."""
    rows = traces.filter(settled_at__lte=opened_at)
    return rows.defer("record", "question__text", "question__context").iterator(CHUNK_SIZE)


@lru_cache(maxsize=CACHE_SIZE)
def _read(study_id: int, opened_at: datetime) -> Population:
    study = Study.objects.get(pk=study_id)
    design = study.design
    traces = traces_with_cot(study.batches.all(), include_discarded=design["include_discarded"])
    left_out = left_out_of(design)
    rows = [
        _Row.of(row, design["variables"])
        for row in _in_blocks(traces, opened_at)
        if row.pk not in left_out
    ]
    strata = [row.stratum for row in rows]
    if Counter(strata) != Counter(design["population"]):
        raise PopulationChanged(
            "The batches no longer hold the traces that this study's sample was drawn from."
        )
    features = [row.features for row in rows]
    stratum_names, stratum = _codes(strata)
    return Population(
        traces=np.array([row.pk for row in rows], dtype=np.int64),
        row_of={row.key: number for number, row in enumerate(rows)},
        strata=stratum_names,
        stratum=stratum,
        passed={
            name: np.array([row.passed(name) for row in features], dtype=bool)
            for name in filters_run(features)
        },
        columns=trace_columns(features),
    )


def _codes(names: list[str]) -> tuple[tuple[str, ...], IntArray]:
    distinct, codes = np.unique(np.array(names, dtype=object), return_inverse=True)
    return tuple(str(name) for name in distinct), np.asarray(codes, dtype=np.int64)
