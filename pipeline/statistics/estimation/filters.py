"""The filter report: verdict against expert consensus, weighted to the batch.

Denominators: kept, discarded (a CoT was made and a filter rejected it), acceptable and not
acceptable traces of the batch. Failed traces have no CoT and are in none of them.
"""

import math
from dataclasses import dataclass, replace

import numpy as np

from pipeline.statistics.estimate import BoolArray, Estimate, FloatArray, undefined
from pipeline.statistics.estimation.batch_shares import Bounds, Ratio, among, bounds, ratio
from pipeline.statistics.estimation.stratified_sample import Sample
from pipeline.statistics.intervals import Z

TRANSPORT = (
    "assumes that the filter errs on the other batch as often as it did on the graded one: the "
    "same sensitivity among acceptable traces and the same specificity among the others"
)


@dataclass(frozen=True, slots=True)
class Measured:
    """One measure: what it is a share of, its estimate, and the bounds for unanswered items."""

    name: str
    denominator: str
    estimate: Estimate
    bounds: Bounds


DENOMINATORS = {
    "positive predictive value": "kept traces of the batch: share acceptable",
    "sensitivity": "acceptable traces of the batch: share kept",
    "specificity": "traces of the batch that are not acceptable: share discarded",
    "false-discard rate": "discarded traces of the batch: share acceptable",
}


def filter_report(sample: Sample, domain: BoolArray | None = None) -> list[Measured]:
    """A filter's measures; `sample.kept` says what it kept, `domain` which items are meant."""
    return [
        Measured(name, DENOMINATORS[name], ratio(seen, asked), bounds(seen, asked))
        for name, (seen, asked) in filter_ratios(sample, domain).items()
    ]


def filter_ratios(
    sample: Sample, domain: BoolArray | None = None
) -> dict[str, tuple[Sample, Ratio]]:
    """What each measure asks of which sample: specificity is the sensitivity for the opposite."""
    inside = np.ones(len(sample.kept), dtype=bool) if domain is None else domain
    turned = replace(sample, label=1 - sample.label, kept=~sample.kept)
    return {
        "positive predictive value": (sample, among(sample, inside & sample.kept)),
        "sensitivity": (sample, _found(sample, inside)),
        "specificity": (turned, _found(turned, inside)),
        "false-discard rate": (sample, among(sample, inside & ~sample.kept)),
    }


def _found(sample: Sample, inside: BoolArray) -> Ratio:
    """Of the items with the label, the share that was kept."""
    return Ratio(
        (inside & sample.kept).astype(float),
        np.zeros(len(inside)),
        inside.astype(float),
        "no graded item is of the kind this is a share of",
    )


@dataclass(frozen=True, slots=True)
class CalibrationBin:
    """Traces of similar score: their mean score beside the share acceptable among them."""

    mean_score: float
    acceptable: Estimate


def calibration(
    sample: Sample, *, bins: int = 10, domain: BoolArray | None = None
) -> list[CalibrationBin]:
    """The score's calibration curve: bins of about equal numbers of answered items of the domain.

    Items of one score share a bin, so there are fewer bins where few scores occur.
    """
    if sample.score is None:
        return []
    inside = np.ones(len(sample.answered), dtype=bool) if domain is None else domain
    answered = np.flatnonzero(sample.answered & inside)
    if not len(answered):
        return []
    scores = sample.score[answered]
    edges = np.quantile(scores, np.linspace(0, 1, bins + 1)[1:-1], method="inverted_cdf")
    place = np.searchsorted(np.unique(edges), scores, side="left")
    return [_bin(sample, sample.score, answered[place == one]) for one in np.unique(place)]


def _bin(
    sample: Sample, score: FloatArray, part: "np.ndarray[tuple[int], np.dtype[np.int64]]"
) -> CalibrationBin:
    inside = np.zeros(len(score), dtype=bool)
    inside[part] = True
    weights = 1 / sample.probability[part]
    mean = float(np.average(score[part], weights=weights))
    return CalibrationBin(mean, ratio(sample, among(sample, inside)))


@dataclass(frozen=True, slots=True)
class Transported:
    """A share carried to another batch, with the assumption it stands on: print both."""

    share: Estimate
    assumption: str = TRANSPORT


def rogan_gladen(
    kept: int, made: int, *, sensitivity: Estimate, specificity: Estimate
) -> Transported:
    """Share acceptable in another, ungraded batch from its kept traces alone.

    Source: Rogan and Gladen (1978), with the delta-method variance of Greiner and Gardner
    (2000). `kept` of `made` traces passed the filter there.
    """
    if made == 0:
        return Transported(undefined("the other batch has no traces"))
    if sensitivity.value is None or specificity.value is None:
        return Transported(undefined("sensitivity or specificity is undefined"))
    apart = sensitivity.value + specificity.value - 1
    if apart <= 0:
        return Transported(undefined("the filter does not tell acceptable traces from others"))
    seen = kept / made
    raw = (seen + specificity.value - 1) / apart
    value = min(1.0, max(0.0, raw))
    if sensitivity.standard_error is None or specificity.standard_error is None:
        return Transported(Estimate(value, n=made, reason="the filter's errors have no interval"))
    error = (
        math.sqrt(
            seen * (1 - seen) / made
            + (value * sensitivity.standard_error) ** 2
            + ((1 - value) * specificity.standard_error) ** 2
        )
        / apart
    )
    interval = Estimate(value, value - Z * error, value + Z * error, made, standard_error=error)
    return Transported(interval.within(0.0, 1.0))
