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
    filter's. `score`: a continuous score of the trace, known before it was graded. `waiting`:
    its label is not settled yet, even where it has one for now.
    """

    stratum: str
    question: int | str
    probability: float
    label: float | None
    kept: bool = True
    score: float | None = None
    waiting: bool = False


@dataclass(frozen=True, slots=True)
class Stratum:
    """A stratum of the batch: how many traces it has, and the mean of their scores."""

    size: int
    score_mean: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """The sample as columns, one row an item. Unanswered items have label 0.

    `waiting` items may still get a label, or another; None: every label is final.
    """

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
    waiting: BoolArray | None = None

    @property
    def unsettled(self) -> BoolArray:
        """Items whose label may still change."""
        return np.zeros_like(self.answered) if self.waiting is None else self.waiting

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
        all lie outside says nothing of it. One without sampled items may hold traces of any kind.
        """
        concerned = np.ones(len(self.strata), dtype=bool)
        if domain is not None:
            concerned = self.sum_by_stratum(np.ones(len(domain))) == 0
            concerned |= self.sum_by_stratum(domain) > 0
        empty = concerned & (self.answers == 0)
        return [name for name, is_empty in zip(self.strata, empty, strict=True) if is_empty]

    def with_labels(self, labels: FloatArray) -> "Sample":
        """The sample as if unanswered and waiting items had these labels, for bounds."""
        return self._decided(~self.answered | self.unsettled, labels)

    def once_settled(self, labels: FloatArray) -> "Sample":
        """The sample as if the waiting items had these labels; others stay unanswered."""
        return self._decided(self.unsettled, labels)

    def _decided(self, items: BoolArray, labels: FloatArray) -> "Sample":
        return replace(
            self,
            label=np.where(items, labels, self.label),
            answered=self.answered | items,
            waiting=None,
        )

    def with_verdicts(self, kept: BoolArray) -> "Sample":
        """The same sample, with another filter's verdicts."""
        return replace(self, kept=kept)


def build_sample(items: Iterable[SampledItem], strata: Mapping[str, Stratum]) -> Sample:
    """Items as a sample of the batch that `strata` describe.

    ValueError: an item of an unknown stratum, a probability outside (0, 1], a label outside
    [0, 1], or more items in a stratum than it has traces.
    """
    rows = list(items)
    names = tuple(strata)
    index_of_stratum = {name: index for index, name in enumerate(names)}
    _validate(rows, strata)
    scores = [row.score for row in rows if row.score is not None]
    means = [stratum.score_mean for stratum in strata.values() if stratum.score_mean is not None]
    scored = len(scores) == len(rows) and len(means) == len(names)
    return Sample(
        strata=names,
        sizes=np.array([strata[name].size for name in names], dtype=float),
        score_means=np.array(means) if scored else None,
        stratum=np.array([index_of_stratum[row.stratum] for row in rows], dtype=np.int64),
        question=_codes([row.question for row in rows]),
        probability=np.array([row.probability for row in rows], dtype=float),
        label=np.array([row.label or 0 for row in rows], dtype=float),
        answered=np.array([row.label is not None for row in rows], dtype=bool),
        kept=np.array([row.kept for row in rows], dtype=bool),
        score=np.array(scores, dtype=float) if scored else None,
        waiting=np.array([row.waiting for row in rows], dtype=bool),
    )


def collapse_strata(sample: Sample, *, min_answers: int = 2) -> Sample:
    """The sample with strata of fewer than `min_answers` answers joined until the joint has enough.

    What is joined is named: "a + b". Recorded probabilities stay, so the joint stratum weighs
    its items by them. Without this, one empty stratum leaves the batch's share undefined.
    """
    order = np.argsort(sample.answers, kind="stable")
    thin_count = int(np.sum(sample.answers < min_answers))
    if not thin_count or len(order) < 2:
        return sample
    totals = np.cumsum(sample.answers[order])
    enough = np.flatnonzero(totals >= min_answers)
    take = max(thin_count, 2, int(enough[0]) + 1 if len(enough) else len(order))
    return _join(sample, order[:take])


def _join(sample: Sample, together: IntArray) -> Sample:
    joint = np.isin(np.arange(len(sample.strata)), together)
    new_index = np.where(joint, 0, np.cumsum(~joint))
    sizes = np.asarray(np.bincount(new_index, sample.sizes), dtype=float)
    name = " + ".join(sample.strata[index] for index in sorted(together.tolist()))
    others = tuple(
        name for name, is_joint in zip(sample.strata, joint, strict=True) if not is_joint
    )
    means = sample.score_means
    return replace(
        sample,
        strata=(name, *others),
        sizes=sizes,
        score_means=None if means is None else np.bincount(new_index, means * sample.sizes) / sizes,
        stratum=new_index[sample.stratum],
    )


def _codes(names: Sequence[int | str]) -> IntArray:
    codes: dict[int | str, int] = {}
    return np.array([codes.setdefault(name, len(codes)) for name in names], dtype=np.int64)


def _validate(rows: Sequence[SampledItem], strata: Mapping[str, Stratum]) -> None:
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
