"""Shares of the whole batch: worked samples, nonresponse, what is undefined."""

import math

import numpy as np
import pytest

from pipeline.statistics.estimate import CENSUS
from pipeline.statistics.estimation.ratio_estimator import (
    assisted_share,
    nonresponse_bounds,
    share_ratio,
    stratified_share,
)
from pipeline.statistics.estimation.stratified_sample import (
    SampledItem,
    Stratum,
    build_sample,
    collapse_strata,
)
from pipeline.statistics.intervals import Z, student_t_quantile, wilson
from review.reports.wording import cell_text


def items(stratum, labels, *, probability=0.1, first=0, **more):
    return [
        SampledItem(stratum, f"{stratum} {first + index}", probability, label, **more)
        for index, label in enumerate(labels)
    ]


def test_a_stratified_share_as_worked_by_hand():
    """Cochran (1977), 5.3: weights by size of stratum, errors corrected for the batch's size."""
    rows = items("big", [1] * 30 + [0] * 10) + items("small", [1] * 5 + [0] * 15, probability=0.2)
    result = stratified_share(build_sample(rows, {"big": Stratum(400), "small": Stratum(100)}))
    big, small = 0.75 * 0.25 / 39 * (1 - 0.1), 0.25 * 0.75 / 19 * (1 - 0.2)
    assert result.value == pytest.approx(0.8 * 0.75 + 0.2 * 0.25)
    assert result.standard_error == pytest.approx(math.sqrt(0.8**2 * big + 0.2**2 * small))
    assert result.low < result.value < result.high
    assert result.n == 60


def test_recorded_probabilities_weigh_within_a_stratum():
    rows = items("s", [1] * 10, probability=0.1) + items("s", [0] * 10, probability=0.5, first=10)
    result = stratified_share(build_sample(rows, {"s": Stratum(120)}))
    assert result.value == pytest.approx(100 / 120)


def test_traces_of_one_question_count_together():
    labels = [1, 1, 1, 0, 0, 0] * 10
    single = stratified_share(build_sample(items("s", labels), {"s": Stratum(6000)}))
    rows = [SampledItem("s", index // 3, 0.01, label) for index, label in enumerate(labels)]
    together = stratified_share(build_sample(rows, {"s": Stratum(6000)}))
    assert together.value == single.value
    assert together.standard_error == pytest.approx(math.sqrt(3) * single.standard_error, rel=0.02)


def test_questions_whose_traces_differ_are_not_more_certain_than_single_traces():
    labels = [1, 0] * 20
    single = stratified_share(build_sample(items("s", labels), {"s": Stratum(4000)}))
    rows = [SampledItem("s", index // 2, 0.1, label) for index, label in enumerate(labels)]
    pairs = stratified_share(build_sample(rows, {"s": Stratum(4000)}))
    assert pairs.standard_error == pytest.approx(single.standard_error)


def test_few_degrees_of_freedom_widen_the_interval():
    """One stratum of twelve answers has eleven."""
    result = stratified_share(build_sample(items("s", [1, 0] * 6), {"s": Stratum(1200)}))
    size = 0.25 / result.standard_error**2 * (Z / student_t_quantile(11)) ** 2
    assert (result.low, result.high) == pytest.approx(wilson(0.5, size))


def test_a_batch_graded_in_full_has_no_sampling_error():
    result = stratified_share(
        build_sample(items("s", [1, 1, 0, 1], probability=1.0), {"s": Stratum(4)})
    )
    assert (result.value, result.low, result.high) == (0.75, 0.75, 0.75)
    assert (result.reason, result.caution) == (CENSUS, "")
    assert str(cell_text(result, "share")) == f"75.0 % n = 4 ({CENSUS})"


@pytest.mark.parametrize("label", [0, 1])
def test_a_unanimous_sample_is_not_certain(label):
    result = stratified_share(build_sample(items("s", [label] * 30), {"s": Stratum(300)}))
    assert result.value == label
    assert 0.05 < result.high - result.low < 0.2


@pytest.mark.parametrize("label", [1 / 2, 1 / 3])
def test_labels_between_0_and_1_that_are_all_the_same_are_not_certain(label):
    """The part of an item's judgements that hold is such a label."""
    sample = build_sample(items("s", [label] * 3 + [None] * 9), {"s": Stratum(300)})
    for result in (stratified_share(sample), stratified_share(sample, np.arange(12) < 1)):
        assert result.value == pytest.approx(label)
        assert result.high - result.low > 0.2


def test_an_unanimous_stratum_keeps_its_uncertainty():
    rows = items("kept", [1] * 10) + items("out", [0, 1] * 10)
    strata = {"kept": Stratum(1000), "out": Stratum(20)}
    assert stratified_share(build_sample(rows, strata)).half_width > 0.05


def test_the_share_within_a_group():
    rows = items("s", [1, 1, 1, 0, 0, 0, 0, 0])
    sample = build_sample(rows, {"s": Stratum(80)})
    first = np.arange(8) < 4
    assert stratified_share(sample, first).value == pytest.approx(0.75)
    assert stratified_share(sample, first).n == 4
    nobody = stratified_share(sample, np.zeros(8, dtype=bool))
    assert (nobody.value, nobody.reason) == (None, "no item of this group has an answer")


def test_unanswered_items_leave_their_weight_to_their_stratum():
    rows = items("a", [1, 1, None, None]) + items("b", [0, 0, 0, 0])
    result = stratified_share(build_sample(rows, {"a": Stratum(40), "b": Stratum(40)}))
    assert (result.value, result.n) == (0.5, 6)


def test_bounds_take_every_unanswered_item_at_its_worst_and_best():
    rows = items("a", [1, 1, None, None]) + items("b", [0, 0, 0, None])
    sample = build_sample(rows, {"a": Stratum(40), "b": Stratum(120)})
    result = nonresponse_bounds(sample, share_ratio(sample))
    assert result.lowest.value == pytest.approx(0.25 * 0.5)
    assert result.highest.value == pytest.approx(0.25 * 1 + 0.75 * 0.25)
    assert result.unanswered == 3
    assert result.lowest.value <= stratified_share(sample).value <= result.highest.value


def test_bounds_of_items_that_nobody_graded_are_not_said_to_be_of_graded_ones():
    sample = build_sample(items("s", [None] * 5, probability=1.0), {"s": Stratum(5)})
    between = nonresponse_bounds(sample, share_ratio(sample))
    assert (between.lowest.value, between.highest.value) == (0, 1)
    assert "graded" not in between.lowest.reason + between.highest.reason


def test_a_stratum_without_answers_is_named():
    rows = items("a", [1, 0]) + items("b", [None])
    sample = build_sample(rows, {"a": Stratum(9), "b": Stratum(9), "c": Stratum(9)})
    result = stratified_share(sample)
    assert (result.value, result.reason) == (None, "nothing graded yet in: b, c")


def test_a_share_of_some_traces_waits_for_their_strata_only():
    rows = items("a", [1, 0]) + items("b", [None])
    sample = build_sample(rows, {"a": Stratum(9), "b": Stratum(9)})
    first = sample.stratum == 0
    assert stratified_share(sample, first).value == 0.5
    assert stratified_share(sample, ~first).reason == "nothing graded yet in: b"
    assert nonresponse_bounds(sample, share_ratio(sample, first)).unanswered == 0
    unseen = build_sample(rows, {"a": Stratum(9), "b": Stratum(9), "c": Stratum(9)})
    assert stratified_share(unseen, first).reason == "nothing graded yet in: c"


def test_thin_strata_can_be_put_together_and_the_joint_one_is_named():
    rows = items("a", [1, 0, 1, 0]) + items("b", [1]) + items("c", [None])
    sample = build_sample(rows, {"a": Stratum(40), "b": Stratum(10), "c": Stratum(10)})
    joined = collapse_strata(sample)
    assert joined.strata == ("a + b + c",)
    assert joined.population == 60
    assert stratified_share(joined).value == pytest.approx(3 / 5)
    assert collapse_strata(joined) is joined


def test_strata_with_enough_answers_are_left_alone():
    rows = items("a", [1]) + items("b", [1, 0, 1, 1]) + items("c", [0]) + items("d", [0, 0, 0])
    strata = {"a": Stratum(10), "b": Stratum(40), "c": Stratum(10), "d": Stratum(30)}
    joined = collapse_strata(build_sample(rows, strata))
    assert dict(zip(joined.strata, joined.sizes.tolist(), strict=True)) == {
        "a + c": 20,
        "b": 40,
        "d": 30,
    }
    assert stratified_share(joined).value == pytest.approx((20 * 0.5 + 40 * 0.75 + 0) / 90)


def test_nobody_has_graded_yet():
    sample = build_sample([], {"a": Stratum(5)})
    assert stratified_share(sample).reason == "nothing graded yet in: a"
    assert stratified_share(collapse_strata(sample)).value is None


@pytest.mark.parametrize(
    ("item", "wrong"),
    [
        (SampledItem("x", 1, 0.5, 1), "no stratum"),
        (SampledItem("s", 1, 0.0, 1), "probability"),
        (SampledItem("s", 1, 1.5, 1), "probability"),
        (SampledItem("s", 1, 0.5, 1.5), "label"),
    ],
)
def test_what_cannot_be_a_sample_is_refused(item, wrong):
    with pytest.raises(ValueError, match=wrong):
        build_sample([item], {"s": Stratum(3)})


def test_more_items_than_traces_are_refused():
    with pytest.raises(ValueError, match="has 1 traces"):
        build_sample(items("s", [1, 0]), {"s": Stratum(1)})


def scored(labels, scores, mean):
    rows = [
        SampledItem("s", index, 0.1, label, score=score)
        for index, (label, score) in enumerate(zip(labels, scores, strict=True))
    ]
    return build_sample(rows, {"s": Stratum(10 * len(rows), mean)})


def test_below_30_labels_the_score_is_left_out():
    labels = [1, 0] * 14
    few = scored(labels, labels, 0.9)
    assert assisted_share(few).value == stratified_share(few).value == 0.5
    enough = scored([*labels, 1, 0], [*labels, 1, 0], 0.9)
    assert assisted_share(enough).value == pytest.approx(0.9)


def test_an_informative_score_moves_the_share_and_narrows_it():
    rng = np.random.default_rng(2)
    score = rng.uniform(size=200)
    label = (rng.uniform(size=200) < score).astype(float)
    sample = scored(label.tolist(), score.tolist(), score.mean() + 0.1)
    plain, assisted = stratified_share(sample), assisted_share(sample)
    assert 0.05 < assisted.value - plain.value < 0.15
    assert assisted.half_width < 0.92 * plain.half_width


def test_a_batch_without_scores_says_so():
    assert "no score" in assisted_share(build_sample(items("s", [1]), {"s": Stratum(9)})).reason
