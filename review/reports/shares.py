"""Shares of the batch: a label of each item, weighted to the batch, with thin strata joined."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.statistics.estimate import BoolArray, Estimate
from pipeline.statistics.estimation.ratio_estimator import (
    Bounds,
    nonresponse_bounds,
    share_ratio,
    stratified_share,
)
from pipeline.statistics.estimation.sample_size import FurtherGrades, further_grades
from pipeline.statistics.estimation.stratified_sample import Sample, collapse_strata
from review.evidence.items import Evidence
from review.reports.document import Column
from review.reports.facts import Facts
from review.sampling.learned_score import Learned

Label = Callable[[Evidence], float | None]
# What it takes until a share is known to 5 points either way, of a row's further_grades.
MORE_COLUMNS = (
    Column("adjudications", "For ± 5 points: adjudications of graded items", "items"),
    Column("more", "For ± 5 points: more grades", "items"),
)


@dataclass(frozen=True, slots=True, eq=False)
class WeightedSample:
    """The study's sample under one label, for shares. `joined`: the joined stratum, if any."""

    items: Sequence[Evidence]
    sample: Sample
    joined: str
    overlap: int

    def where(self, holds: Callable[[Evidence], bool]) -> BoolArray:
        """The items of which it holds, as a mask of the sample."""
        return np.array([holds(item) for item in self.items], dtype=bool)

    def share(self, domain: BoolArray | None = None) -> Estimate:
        """The mean label among the traces of the domain, weighted to the batch."""
        return stratified_share(self.sample, domain)

    def bounds(self, domain: BoolArray | None = None) -> Bounds:
        """The same if every unanswered item had the lowest label, and the highest."""
        return nonresponse_bounds(self.sample, share_ratio(self.sample, domain))

    def more(self, estimate: Estimate, domain: BoolArray | None = None) -> FurtherGrades:
        """How many more grades until the share is known to 5 points either way."""
        weights = 1 / self.sample.probability
        size = float(weights.sum() if domain is None else weights[domain].sum())
        return further_grades(
            estimate,
            population=round(size),
            grades_an_item=self.overlap,
            waiting=awaiting_answers(self.sample, domain),
        )


def awaiting_answers(sample: Sample, domain: BoolArray | None = None) -> int:
    """Graded items that get their answer by an adjudication, not by another grade."""
    waiting = sample.unsettled & ~sample.answered
    return int(np.sum(waiting if domain is None else waiting & domain))


def weighted_sample(
    facts: Facts, label: Label, learned: Learned | None = None, *, settles: bool = True
) -> WeightedSample:
    """The sample under a label; strata with fewer than two answers are joined, and named.

    With the `learned` score where one is given: for assisted estimates. `settles`: the label
    follows from the consensus, so it waits with it.
    """
    scores, means = (learned.by_item, learned.means) if learned else (None, None)
    as_drawn = facts.sample(label, scores=scores, score_means=means, settles=settles)
    sample = collapse_strata(as_drawn)
    joined = next((name for name in sample.strata if name not in as_drawn.strata), "")
    return WeightedSample(facts.items, sample, joined, facts.study.overlap)


def joined_strata_caution(weighted: WeightedSample) -> tuple[str, ...]:
    """The caution that strata were joined; empty where none was."""
    if not weighted.joined:
        return ()
    return (f"Strata with fewer than two answers were joined: {weighted.joined}.",)
