"""Filter measures: the verdict against the expert consensus, weighted to the batch.

Denominators: kept, discarded (a CoT was made and a filter rejected it), acceptable and not
acceptable traces of the batch. Failed traces have no CoT and are in none of them.
"""

import math
from dataclasses import dataclass, replace

import numpy as np

from pipeline.statistics.estimate import BoolArray, Estimate, FloatArray, IntArray, undefined
from pipeline.statistics.estimation.ratio_estimator import Ratio, estimate_ratio, share_ratio
from pipeline.statistics.estimation.stratified_sample import Sample
from pipeline.statistics.intervals import Z

TRANSPORT = (
    "assumes that the filter errs on the other batch as often as it did on the graded one: the "
    "same sensitivity among acceptable traces and the same specificity among the others"
)


DENOMINATORS = {
    "positive predictive value": "kept traces of the batch: share acceptable",
    "sensitivity": "acceptable traces of the batch: share kept",
    "specificity": "traces of the batch that are not acceptable: share discarded",
    "false-discard rate": "discarded traces of the batch: share acceptable",
}


def filter_ratios(
    sample: Sample, domain: BoolArray | None = None
) -> dict[str, tuple[Sample, Ratio]]:
    """Each measure as a ratio and the sample to estimate it from, within a domain (a mask).

    Specificity is the sensitivity of the sample with labels and verdicts reversed.
    """
    inside = np.ones(len(sample.kept), dtype=bool) if domain is None else domain
    reversed_sample = replace(sample, label=1 - sample.label, kept=~sample.kept)
    return {
        "positive predictive value": (sample, share_ratio(sample, inside & sample.kept)),
        "sensitivity": (sample, _share_kept_of_acceptable(sample, inside)),
        "specificity": (reversed_sample, _share_kept_of_acceptable(reversed_sample, inside)),
        "false-discard rate": (sample, share_ratio(sample, inside & ~sample.kept)),
    }


def _share_kept_of_acceptable(sample: Sample, inside: BoolArray) -> Ratio:
    """Of the acceptable items, the share that was kept."""
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
    bin_of_item = np.searchsorted(np.unique(edges), scores, side="left")
    return [
        _calibration_bin(sample, sample.score, answered[bin_of_item == index])
        for index in np.unique(bin_of_item)
    ]


def _calibration_bin(sample: Sample, score: FloatArray, rows: IntArray) -> CalibrationBin:
    inside = np.zeros(len(score), dtype=bool)
    inside[rows] = True
    weights = 1 / sample.probability[rows]
    mean = float(np.average(score[rows], weights=weights))
    return CalibrationBin(mean, estimate_ratio(sample, share_ratio(sample, inside)))


@dataclass(frozen=True, slots=True)
class Transported:
    """A share carried to another batch, with the assumption it stands on: print both."""

    share: Estimate
    assumption: str = TRANSPORT


def rogan_gladen(
    kept: int, total: int, *, sensitivity: Estimate, specificity: Estimate
) -> Transported:
    """Share acceptable in another, ungraded batch from its kept traces alone.

    Source: Rogan and Gladen (1978), with the delta-method variance of Greiner and Gardner
    (2000). `kept` of `total` traces passed the filter there.
    """
    if total == 0:
        return Transported(undefined("the other batch has no traces"))
    if sensitivity.value is None or specificity.value is None:
        return Transported(undefined("sensitivity or specificity is undefined"))
    # Youden's index: at 0 the filter keeps as often among unacceptable traces as among others.
    youden = sensitivity.value + specificity.value - 1
    if youden <= 0:
        return Transported(undefined("the filter does not tell acceptable traces from others"))
    apparent = kept / total
    raw = (apparent + specificity.value - 1) / youden
    value = min(1.0, max(0.0, raw))
    if sensitivity.standard_error is None or specificity.standard_error is None:
        return Transported(Estimate(value, n=total, reason="the filter's errors have no interval"))
    error = (
        math.sqrt(
            apparent * (1 - apparent) / total
            + (value * sensitivity.standard_error) ** 2
            + ((1 - value) * specificity.standard_error) ** 2
        )
        / youden
    )
    interval = Estimate(value, value - Z * error, value + Z * error, total, standard_error=error)
    return Transported(interval.within(0.0, 1.0))
