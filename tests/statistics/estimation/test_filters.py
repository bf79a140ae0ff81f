"""The filter report: weighted to the batch, by hand; calibration; another batch."""

import numpy as np
import pytest

from pipeline.statistics.estimate import Estimate, undefined
from pipeline.statistics.estimation.filters import calibration, filter_ratios, rogan_gladen
from pipeline.statistics.estimation.ratio_estimator import estimate_ratio, nonresponse_bounds
from pipeline.statistics.estimation.stratified_sample import SampledItem, Stratum, build_sample


def graded(stratum, acceptable, others, *, kept, probability, unanswered=0, score=None):
    labels = [1] * acceptable + [0] * others + [None] * unanswered
    return [
        SampledItem(stratum, f"{stratum} {index}", probability, label, kept, score)
        for index, label in enumerate(labels)
    ]


def measures(sample, domain=None):
    return {
        name: estimate_ratio(*sample_and_ratio)
        for name, sample_and_ratio in filter_ratios(sample, domain).items()
    }


# 900 kept traces, 90 graded, 80 % acceptable; 100 discarded, 50 graded, 30 % acceptable.
ROWS = graded("kept", 72, 18, kept=True, probability=0.1) + graded(
    "out", 15, 35, kept=False, probability=0.5
)
STRATA = {"kept": Stratum(900), "out": Stratum(100)}
BY_HAND = {
    "positive predictive value": (0.8, 90),
    "sensitivity": (720 / 750, 87),
    "specificity": (70 / 250, 53),
    "false-discard rate": (0.3, 50),
}


@pytest.mark.parametrize("name", BY_HAND)
def test_measures_are_weighted_to_the_batch(name):
    estimate = measures(build_sample(ROWS, STRATA))[name]
    value, n = BY_HAND[name]
    assert estimate.value == pytest.approx(value)
    assert estimate.n == n
    assert estimate.low < value < estimate.high


def test_another_filter_is_judged_on_the_same_sample():
    sample = build_sample(ROWS, STRATA)
    everything = measures(sample.with_verdicts(np.ones(len(ROWS), dtype=bool)))
    assert everything["sensitivity"].value == 1
    assert everything["specificity"].value == 0
    assert everything["positive predictive value"].value == pytest.approx(0.75)
    assert everything["false-discard rate"].value is None
    assert everything["false-discard rate"].reason


def test_measures_of_one_group():
    sample = build_sample(ROWS, STRATA)
    group = np.array([row.label == 1 for row in ROWS])
    of_group = measures(sample, group)
    assert of_group["sensitivity"].value == pytest.approx(720 / 870 * 870 / 750)
    assert of_group["specificity"].value is None


def test_bounds_hold_every_way_the_unanswered_could_have_been():
    rows = ROWS + graded("out", 0, 0, kept=False, probability=0.5, unanswered=10)
    rows += graded("kept", 0, 0, kept=True, probability=0.1, unanswered=10)
    rng = np.random.default_rng(0)
    for name, (sample, ratio) in filter_ratios(build_sample(rows, STRATA)).items():
        bounds = nonresponse_bounds(sample, ratio)
        low, high = bounds.lowest.value, bounds.highest.value
        assert low < estimate_ratio(sample, ratio).value < high, name
        for _ in range(10):
            filled = [
                row if row.label is not None else answered(row, rng.integers(0, 2)) for row in rows
            ]
            estimate = measures(build_sample(filled, STRATA))[name]
            assert low - 1e-9 <= estimate.value <= high + 1e-9


def answered(row, label):
    return SampledItem(row.stratum, row.question, row.probability, int(label), row.kept)


def test_calibration_puts_scores_beside_shares():
    rows = [
        SampledItem("s", index, 0.5, int(index % 10 < score * 10), True, score)
        for index, score in enumerate(np.repeat([0.2, 0.8], 100).tolist())
    ]
    low, high = calibration(build_sample(rows, {"s": Stratum(400, 0.5)}), bins=2)
    assert [low.mean_score, high.mean_score] == pytest.approx([0.2, 0.8])
    assert low.acceptable.value == pytest.approx(0.2)
    assert high.acceptable.value == pytest.approx(0.8)
    assert calibration(build_sample(ROWS, STRATA)) == []


def measured(value, error=0.02):
    return Estimate(value, n=100, standard_error=error)


def test_rogan_gladen_corrects_the_kept_share_and_names_its_assumption():
    carried = rogan_gladen(500, 1000, sensitivity=measured(0.9), specificity=measured(0.7))
    assert carried.share.value == pytest.approx((0.5 + 0.7 - 1) / 0.6)
    assert carried.share.low < carried.share.value < carried.share.high
    assert "assumes" in carried.assumption


def test_rogan_gladen_adds_the_errors_of_sensitivity_and_specificity():
    """The delta method: specificity errs among the traces that are not acceptable."""
    sensitivity = Estimate(0.9, n=100, standard_error=0.01)
    specificity = Estimate(0.7, n=100, standard_error=0.05)
    share = rogan_gladen(500, 1000, sensitivity=sensitivity, specificity=specificity).share
    variance = 0.25 / 1000 + (0.01 / 3) ** 2 + (0.05 * 2 / 3) ** 2
    assert share.standard_error == pytest.approx(variance**0.5 / 0.6)


def test_rogan_gladen_stays_a_share():
    assert (
        rogan_gladen(10, 1000, sensitivity=measured(0.9), specificity=measured(0.9)).share.value
        == 0
    )
    full = rogan_gladen(1000, 1000, sensitivity=measured(0.9), specificity=measured(0.9)).share
    assert (full.value, full.high) == (1, 1)


@pytest.mark.parametrize(
    ("made", "sensitivity", "specificity", "reason"),
    [
        (0, measured(0.9), measured(0.9), "no traces"),
        (10, undefined("none"), measured(0.9), "undefined"),
        (10, measured(0.5), measured(0.5), "does not tell"),
    ],
)
def test_rogan_gladen_says_why_not(made, sensitivity, specificity, reason):
    result = rogan_gladen(made // 2, made, sensitivity=sensitivity, specificity=specificity)
    assert reason in result.share.reason
