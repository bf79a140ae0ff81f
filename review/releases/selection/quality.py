"""Quality: how good all released rows are, from the grades of a sample.

Released rows with a grade are known: their consensus says it. They were chosen by their grades,
so they say nothing of the others. The others were not graded; each was drawn or not by chance
among the traces of its stratum against which nothing speaks but grades (the domain). There the
sampled items, whatever their grades, estimate the share acceptable of the domain (stratified
estimator, post-stratified to the domain's known sizes, finite population); taking away what was
graded leaves the share of those that were not, which holds for the released ones among them.

What would make it wrong: items without an answer that are unlike the others of their stratum
(the bounds say how far), and rows that no sample could have drawn, which are counted apart.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeline.statistics.estimate import CENSUS, Estimate, undefined
from pipeline.statistics.estimation.ratio_estimator import (
    MIN_LABELS,
    assisted_share,
    nonresponse_bounds,
    share_ratio,
    stratified_share,
)
from pipeline.statistics.estimation.stratified_sample import (
    Sample,
    SampledItem,
    Stratum,
    build_sample,
    collapse_strata,
)
from review.releases.selection.coverage import Coverage

NO_EVIDENCE = "no row of this release is in a batch that one of its studies sampled"


@dataclass(frozen=True, slots=True)
class Quality:
    """The share acceptable of released rows, and what it rests on.

    `known`: rows with a consensus, `accepted` of them. `estimated`: rows that nobody graded and
    a sample could have drawn; `without_evidence`: those that none could. The estimates are of
    known and estimated rows together: from the sample alone, with the learned score, and with
    every item without an answer at its worst and at its best.
    """

    known: int
    accepted: int
    estimated: int
    without_evidence: int
    sample: Estimate
    assisted: Estimate
    lowest: Estimate
    highest: Estimate


def quality_of(coverages: Sequence[Coverage], *, without_evidence: int) -> Quality:
    """The quality of all rows that these studies cover; `without_evidence` others are released."""
    totals = _Totals(coverages, without_evidence)
    if not totals.estimated:
        known = totals.all_known()
        return totals.quality(known, known, known, known)
    unfit = next((one.reason for one in coverages if one.reason), "")
    if unfit:
        unknown = undefined(unfit)
        return totals.quality(unknown, unknown, unknown, unknown)
    sample = _sample(coverages)
    bounds = nonresponse_bounds(sample, share_ratio(sample))
    of_release = totals.of_release(sample)
    return totals.quality(
        of_release(stratified_share(sample)),
        of_release(_assisted(coverages)),
        of_release(bounds.lowest),
        of_release(bounds.highest),
    )


class _Totals:
    """The counts of several studies together."""

    def __init__(self, coverages: Sequence[Coverage], without_evidence: int) -> None:
        self.known = sum(one.known for one in coverages)
        self.accepted = sum(one.accepted for one in coverages)
        self.estimated = sum(len(one.ungraded) for one in coverages)
        self.without_evidence = without_evidence
        self._domain = sum(len(one.domain) for one in coverages)

    def all_known(self) -> Estimate:
        if not self.known:
            return undefined(NO_EVIDENCE)
        share = self.accepted / self.known
        return Estimate(share, share, share, self.known, CENSUS, standard_error=0.0)

    def of_release(self, sample: Sample) -> Callable[[Estimate], Estimate]:
        """Makes of a share of the domain that of the released rows."""
        answered, acceptable = int(sample.answered.sum()), float(sample.label.sum())
        unknown, rows = self._domain - answered, self.known + self.estimated

        def share(of_domain: float | None) -> float | None:
            if of_domain is None:
                return None
            among_unknown = (of_domain * self._domain - acceptable) / unknown
            return (self.accepted + self.estimated * min(1.0, max(0.0, among_unknown))) / rows

        def estimate(found: Estimate) -> Estimate:
            if found.value is None or unknown <= 0:
                return found
            ends = (share(found.value), share(found.low), share(found.high))
            return Estimate(*ends, found.n, found.reason)

        return estimate

    def quality(
        self, sample: Estimate, assisted: Estimate, lowest: Estimate, highest: Estimate
    ) -> Quality:
        counts = (self.known, self.accepted, self.estimated, self.without_evidence)
        return Quality(*counts, sample, assisted, lowest, highest)


def _assisted(coverages: Sequence[Coverage]) -> Estimate:
    """With the learned score, whose mean is known over the whole domain."""
    for one in coverages:
        if one.learned.population is None:
            return undefined(f"the score {one.learned.reason}")
    answers = sum(answer.label is not None for one in coverages for answer in one.answers)
    if answers < MIN_LABELS:
        return undefined(f"needs at least {MIN_LABELS} graded items that pass, has {answers}")
    return assisted_share(_sample(coverages, scored=True))


def _sample(coverages: Sequence[Coverage], *, scored: bool = False) -> Sample:
    """The answers of all studies as one sample of their domains; thin strata are joined."""
    items: list[SampledItem] = []
    strata: dict[str, Stratum] = {}
    for number, one in enumerate(coverages):
        strata |= _strata(one, number, scored=scored)
        items += _items(one, number, scored=scored)
    return collapse_strata(build_sample(items, strata))


def _strata(coverage: Coverage, number: int, *, scored: bool) -> dict[str, Stratum]:
    names, stratum = coverage.drawn_from.strata, coverage.strata_of(coverage.domain)
    sizes = np.bincount(stratum, minlength=len(names))
    means: Sequence[float | None] = [None] * len(names)
    if scored:
        scores = coverage.learned.scores[np.asarray(coverage.domain, dtype=np.int64)]
        sums = np.bincount(stratum, scores, minlength=len(names))
        means = (sums / np.maximum(sizes, 1)).tolist()
    return {
        _name(number, name): Stratum(int(size), mean)
        for name, size, mean in zip(names, sizes, means, strict=True)
        if size
    }


def _items(coverage: Coverage, number: int, *, scored: bool) -> list[SampledItem]:
    population = coverage.drawn_from
    by_item: Any = coverage.learned.by_item if scored else {}
    return [
        SampledItem(
            stratum=_name(number, population.strata[population.stratum[answer.row]]),
            question=answer.question,
            probability=answer.probability,
            label=answer.label,
            score=by_item.get(answer.item),
        )
        for answer in coverage.answers
    ]


def _name(number: int, stratum: str) -> str:
    return f"{number}: {stratum}"
