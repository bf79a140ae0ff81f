"""A policy simulated on a study: which items and which share of the batch it takes, how good.

Pure, over facts and the learned score. It takes the items that a release by the same rules holds.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np

from pipeline.statistics.estimate import BoolArray, Estimate, undefined
from pipeline.statistics.estimation.ratio_estimator import (
    MIN_LABELS,
    Bounds,
    assisted_share,
    estimate_ratio,
    expansion_weights,
    nonresponse_bounds,
    share_ratio,
)
from pipeline.statistics.estimation.stratified_sample import (
    Sample,
    SampledItem,
    Stratum,
    build_sample,
    collapse_strata,
)
from review.evidence.policies import PENDING, Rules, failed_filters, objections
from review.reports.facts import Facts
from review.sampling.learned_score import Learned

# A policy is tried again and again on the same facts.
MAX_CACHED_STUDIES = 2


@dataclass(frozen=True, slots=True, eq=False)
class StudyColumns:
    """What every simulation of the same facts reads: the sample, its weights, groups.

    `original` keeps the strata as drawn; in `sample`, used for shares, thin ones are joined.
    """

    original: Sample
    sample: Sample
    weights: np.ndarray[tuple[int, ...], np.dtype[np.float64]]
    sources: np.ndarray[tuple[int, ...], np.dtype[np.object_]]
    graded: BoolArray
    accepted: BoolArray


@lru_cache(maxsize=MAX_CACHED_STUDIES)
def study_columns(facts: Facts) -> StudyColumns:
    """The columns of these facts, made once. `weights`: traces of the batch an item stands for."""
    original = facts.sample()
    everything = original.with_labels(np.zeros_like(original.label))
    return StudyColumns(
        original,
        collapse_strata(original),
        expansion_weights(everything),
        np.array([item.source for item in facts.items], dtype=object),
        np.array([bool(item.grades) for item in facts.items], dtype=bool),
        np.array([item.acceptable == 1 for item in facts.items], dtype=bool),
    )


@dataclass(frozen=True, eq=False)
class Simulation:
    """The rules applied to every sampled item, in the order of the facts.

    `reasons`: all that speaks against an item; the first is the one a release records.
    `taken`: nothing does. `pending`: only what further grades or an adjudication may settle.
    `passing`: the trace passes the required filters.
    """

    rules: Rules
    facts: Facts
    learned: Learned
    reasons: tuple[tuple[str, ...], ...]
    taken: BoolArray
    pending: BoolArray
    passing: BoolArray

    @property
    def columns(self) -> StudyColumns:
        return study_columns(self.facts)

    @cached_property
    def quality(self) -> "Quality":
        """Share acceptable among traces that pass the required filters."""
        return quality_of_passing(self)

    @property
    def taken_ungraded(self) -> BoolArray:
        return self.taken & ~self.columns.graded


def simulate(rules: Rules, facts: Facts, learned: Learned) -> Simulation:
    """Apply the rules to the study's sampled items; `learned` assists the estimates."""
    reasons = tuple(
        (*objections(rules, item), *((item.licence_exclusion,) if item.licence_exclusion else ()))
        for item in facts.items
    )
    count = len(reasons)
    return Simulation(
        rules,
        facts,
        learned,
        reasons,
        np.fromiter((not item_reasons for item_reasons in reasons), bool, count),
        np.fromiter(
            (bool(item_reasons) and PENDING.issuperset(item_reasons) for item_reasons in reasons),
            bool,
            count,
        ),
        np.fromiter(
            (not any(failed_filters(rules, item.features)) for item in facts.items), bool, count
        ),
    )


def share_taken(simulation: Simulation, domain: BoolArray | None = None) -> Estimate:
    """Share of the batch (or of a domain) that the rules would take.

    As if traces without a grade, and items still pending, turned out like the settled ones.
    """
    return _share_where(simulation, simulation.taken, domain)


def _share_where(simulation: Simulation, holds: BoolArray, domain: BoolArray | None) -> Estimate:
    original = simulation.columns.original
    # What other rules leave out stays out, however it is settled.
    waiting = original.unsettled & (simulation.taken | simulation.pending)
    known = replace(
        original, label=holds.astype(float), answered=~simulation.pending, waiting=waiting
    )
    sample = collapse_strata(known)
    return estimate_ratio(sample, share_ratio(sample, domain))


def batch_size(simulation: Simulation, domain: BoolArray | None = None) -> float:
    """How many traces of the batch there are in the domain: known, or estimated by weights."""
    weights = simulation.columns.weights
    return float(weights.sum() if domain is None else weights[domain].sum())


def scale_share(share: Estimate, total: float) -> Estimate:
    """A share of a known total as a number."""
    if share.value is None:
        return share
    low, high = (None if end is None else end * total for end in (share.low, share.high))
    settled = share.once_settled and share.once_settled.mapped(lambda end: end * total)
    return Estimate(share.value * total, low, high, share.n, share.reason, once_settled=settled)


@dataclass(frozen=True, slots=True)
class Quality:
    """Share acceptable among traces that pass the required filters, whoever graded them."""

    stratified: Estimate
    assisted: Estimate
    bounds: Bounds


def quality_of_passing(simulation: Simulation) -> Quality:
    """What the filters alone give: the panel's answer for traces that nobody will grade."""
    sample = simulation.columns.sample
    target = share_ratio(sample, simulation.passing)
    return Quality(
        estimate_ratio(sample, target), _assisted(simulation), nonresponse_bounds(sample, target)
    )


def _assisted(simulation: Simulation) -> Estimate:
    """The same with the learned score, whose mean is known over every trace that passes."""
    learned = simulation.learned
    if learned.population is None:
        return undefined(f"the score {learned.reason}")
    answers = int((simulation.passing & simulation.columns.original.answered).sum())
    if answers < MIN_LABELS:
        return undefined(f"needs at least {MIN_LABELS} graded items that pass, has {answers}")
    inside = learned.population.passing(simulation.rules.required_filters)
    sizes = learned.population.sizes(inside)
    means = learned.population.means(learned.scores, inside)
    rows = [
        SampledItem(
            item.stratum,
            item.question,
            item.probability or 1.0,
            item.acceptable,
            score=learned.by_item[item.item],
            waiting=bool(item.waits_for) and not item.key_exclusion,
        )
        for item, passes in zip(simulation.facts.items, simulation.passing, strict=True)
        if passes
    ]
    strata = {name: Stratum(size, means[name]) for name, size in sizes.items()}
    return assisted_share(collapse_strata(build_sample(rows, strata)))


def quality_of_graded(simulation: Simulation) -> Estimate:
    """Share acceptable among the graded traces of the batch that the rules would take."""
    sample = simulation.columns.sample
    # What still waits may be taken once it is settled.
    waiting = sample.unsettled & simulation.pending
    return estimate_ratio(
        sample, share_ratio(sample, (simulation.taken & sample.answered) | waiting)
    )


def quality_of_release(simulation: Simulation, ungraded: Estimate) -> Estimate | float:
    """Share acceptable in a release made now: known of its graded traces, estimated of others.

    `ungraded`: the share acceptable among traces that pass the filters. Where everything taken
    was graded the share is known, and has no interval.
    """
    total, ungraded_count = int(simulation.taken.sum()), int(simulation.taken_ungraded.sum())
    if not total:
        return undefined("the rules take nothing")
    known = int((simulation.taken & simulation.columns.accepted).sum())
    if not ungraded_count:
        return known / total
    if ungraded.value is None:
        return ungraded

    def of_release(share: float) -> float:
        return (known + ungraded_count * share) / total

    low, high = (None if end is None else of_release(end) for end in (ungraded.low, ungraded.high))
    settled = ungraded.once_settled and ungraded.once_settled.mapped(of_release)
    return Estimate(
        of_release(ungraded.value), low, high, ungraded.n, ungraded.reason, once_settled=settled
    )


@dataclass(frozen=True, slots=True)
class ReasonLoss:
    """One reason: items it is the first against, and those that nothing else speaks against.

    `share`: of the batch, by weight, left out by it alone; without this rule it would be taken.
    `source` loses the largest share by it.
    """

    reason: str
    first: int
    alone: int
    share: float
    source: str


def losses_by_reason(simulation: Simulation) -> list[ReasonLoss]:
    """Every reason that leaves out an item, most frequent first."""
    reasons = dict.fromkeys(
        reason for item_reasons in simulation.reasons for reason in item_reasons
    )
    losses = [_loss(simulation, reason) for reason in reasons]
    return sorted(losses, key=lambda loss: (-loss.first, -loss.alone, loss.reason))


def _loss(simulation: Simulation, reason: str) -> ReasonLoss:
    count = len(simulation.reasons)
    first = np.fromiter(
        (item_reasons[:1] == (reason,) for item_reasons in simulation.reasons), bool, count
    )
    alone = np.fromiter(
        (item_reasons == (reason,) for item_reasons in simulation.reasons), bool, count
    )
    weights = simulation.columns.weights
    share = float(weights[alone].sum() / weights.sum())
    return ReasonLoss(
        reason,
        int(first.sum()),
        int(alone.sum()),
        share,
        _hardest_hit(simulation, alone if alone.any() else first),
    )


def _hardest_hit(simulation: Simulation, lost: BoolArray) -> str:
    """The source that loses the largest share of its traces."""
    sources, weights = simulation.columns.sources, simulation.columns.weights
    shares = {
        str(source): weights[lost & (sources == source)].sum() / weights[sources == source].sum()
        for source in sorted(set(sources))
    }
    return max(shares, key=lambda source: shares[source])


def sources_of(simulation: Simulation) -> Sequence[tuple[str, BoolArray]]:
    """Each source of the batch, with the mask of its items."""
    sources = simulation.columns.sources
    return [(str(source), sources == source) for source in sorted(set(sources))]
