"""A stratified sample of a batch: strata, recorded inclusion probabilities, labels, nonresponse.

A label is the consensus of the panel as a number from 0 to 1 (acceptable or not). An item
without one did not answer: declined, cannot judge, unfinished, answer key disputed. Control
items and repeats were never drawn and do not belong here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipeline.statistics.estimate import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class SampledItem:
    """One trace of the sample, as the estimators read it.

    `probability`: the recorded chance with which it was drawn. `kept`: the verdict, or one
    filter's. `score`: a continuous score of the trace, known before it was graded.
    """

    stratum: str
    question: int | str
    probability: float
    label: float | None
    kept: bool = True
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Stratum:
    """A stratum of the batch: how many traces it has, and the mean of their scores."""

    size: int
    score_mean: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """The sample as columns, one row an item. Labels of unanswered items are held as 0."""

    strata: tuple[str, ...]
    sizes: FloatArray
    score_means: FloatArray | None
    stratum: IntArray
    question: IntArray
    probability: FloatArray
    label: FloatArray
    answered: BoolArray
    kept: BoolArray
    score: FloatArray | None

    @property
    def population(self) -> int:
        """Traces in the batch from which the sample was drawn."""
        return int(self.sizes.sum())

    @property
    def answers(self) -> IntArray:
        """Answered items by stratum."""
        return self.sum_by_stratum(self.answered).astype(np.int64)

    def sum_by_stratum(self, values: FloatArray | BoolArray) -> FloatArray:
        return np.asarray(np.bincount(self.stratum, values, len(self.strata)), dtype=float)

    def empty_strata(self, domain: BoolArray | None = None) -> list[str]:
        """Strata of the batch in which nothing is answered yet.

        Those with items of the domain (a mask) only, where one is given: a stratum whose items
        all lie outside says nothing of it. One without any item may hold traces of every kind.
        """
        concerned = np.ones(len(self.strata), dtype=bool)
        if domain is not None:
            concerned = self.sum_by_stratum(np.ones(len(domain))) == 0
            concerned |= self.sum_by_stratum(domain) > 0
        empty = concerned & (self.answers == 0)
        return [name for name, one in zip(self.strata, empty, strict=True) if one]

    def filled_in(self, labels: FloatArray) -> "Sample":
        """The sample as if the unanswered items had these labels: for the bounds."""
        return replace(
            self,
            label=np.where(self.answered, self.label, labels),
            answered=np.ones_like(self.answered),
        )

    def judged_by(self, kept: BoolArray) -> "Sample":
        """The same sample, with another filter's verdicts."""
        return replace(self, kept=kept)


def sample_of(items: Iterable[SampledItem], strata: Mapping[str, Stratum]) -> Sample:
    """Items as a sample of the batch that `strata` describe.

    ValueError: an item of an unknown stratum, a probability outside (0, 1], a label outside
    [0, 1], or more items in a stratum than it has traces.
    """
    rows = list(items)
    names = tuple(strata)
    places = {name: place for place, name in enumerate(names)}
    _check(rows, strata)
    scores = [row.score for row in rows if row.score is not None]
    means = [one.score_mean for one in strata.values() if one.score_mean is not None]
    scored = len(scores) == len(rows) and len(means) == len(names)
    return Sample(
        strata=names,
        sizes=np.array([strata[name].size for name in names], dtype=float),
        score_means=np.array(means) if scored else None,
        stratum=np.array([places[row.stratum] for row in rows], dtype=np.int64),
        question=_codes([row.question for row in rows]),
        probability=np.array([row.probability for row in rows], dtype=float),
        label=np.array([row.label or 0 for row in rows], dtype=float),
        answered=np.array([row.label is not None for row in rows], dtype=bool),
        kept=np.array([row.kept for row in rows], dtype=bool),
        score=np.array(scores, dtype=float) if scored else None,
    )


def collapsed(sample: Sample, *, least: int = 2) -> Sample:
    """Strata with fewer than `least` answers, put together until the joint one has enough.

    What is joined is named: "a + b". Recorded probabilities stay, so the joint stratum weighs
    its items by them. Without this, one empty stratum leaves the batch's share undefined.
    """
    order = np.argsort(sample.answers, kind="stable")
    thin = int(np.sum(sample.answers < least))
    if not thin or len(order) < 2:
        return sample
    totals = np.cumsum(sample.answers[order])
    enough = np.flatnonzero(totals >= least)
    take = max(thin, 2, int(enough[0]) + 1 if len(enough) else len(order))
    return _joined(sample, order[:take])


def _joined(sample: Sample, together: IntArray) -> Sample:
    joint = np.isin(np.arange(len(sample.strata)), together)
    places = np.where(joint, 0, np.cumsum(~joint))
    sizes = np.asarray(np.bincount(places, sample.sizes), dtype=float)
    name = " + ".join(sample.strata[place] for place in sorted(together.tolist()))
    others = tuple(name for name, one in zip(sample.strata, joint, strict=True) if not one)
    means = sample.score_means
    return replace(
        sample,
        strata=(name, *others),
        sizes=sizes,
        score_means=None if means is None else np.bincount(places, means * sample.sizes) / sizes,
        stratum=places[sample.stratum],
    )


def _codes(names: Sequence[int | str]) -> IntArray:
    codes: dict[int | str, int] = {}
    return np.array([codes.setdefault(name, len(codes)) for name in names], dtype=np.int64)


def _check(rows: Sequence[SampledItem], strata: Mapping[str, Stratum]) -> None:
    counted = dict.fromkeys(strata, 0)
    for row in rows:
        if row.stratum not in counted:
            raise ValueError(f"The batch has no stratum {row.stratum!r}.")
        if not 0 < row.probability <= 1:
            raise ValueError(f"An inclusion probability of {row.probability} was not recorded.")
        if row.label is not None and not 0 <= row.label <= 1:
            raise ValueError(f"A label lies between 0 and 1, not at {row.label}.")
        counted[row.stratum] += 1
    for name, count in counted.items():
        if not 0 <= count <= strata[name].size or not strata[name].size:
            raise ValueError(f"{count} items of {name!r}, which has {strata[name].size} traces.")
