"""Shares while some labels wait: the bounds hold every way in which these may turn out."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from pipeline.statistics.estimate import Estimate, OnceSettled
from pipeline.statistics.estimation.filters import filter_ratios
from pipeline.statistics.estimation.ratio_estimator import (
    assisted_share,
    estimate_ratio,
    nonresponse_bounds,
    share_ratio,
    stratified_share,
)
from pipeline.statistics.estimation.sample_size import further_grades
from tests.statistics.worlds import draw_sample, make_world

WAITING = 6


def waiting_sample():
    """Six items wait, four of them without a label for now; others never answer."""
    rng = np.random.default_rng(3)
    sample, _ = draw_sample(make_world(1), rng, each=40, answering=0.7)
    waiting = np.zeros_like(sample.answered)
    for kept in (True, False):
        candidates = np.flatnonzero(sample.answered & (sample.kept == kept))
        waiting[rng.choice(candidates, WAITING // 2, replace=False)] = True
    answered = sample.answered.copy()
    answered[rng.permutation(np.flatnonzero(waiting))[:4]] = False
    return replace(sample, waiting=waiting, answered=answered)


MEASURES = ("share", *filter_ratios(waiting_sample()))


@pytest.mark.parametrize("measure", MEASURES)
def test_every_outcome_lies_within_the_bounds_and_both_ends_are_reached(measure):
    sample = waiting_sample()
    one, target = (
        (sample, share_ratio(sample)) if measure == "share" else filter_ratios(sample)[measure]
    )
    settled = estimate_ratio(one, target).once_settled
    outcomes = []
    for labels in product((0.0, 1.0), repeat=WAITING):
        label = one.label.copy()
        label[one.unsettled] = labels
        final = replace(one, label=label, answered=one.answered | one.unsettled, waiting=None)
        outcomes.append(estimate_ratio(final, target).value)
    assert (settled.lowest, settled.highest) == pytest.approx((min(outcomes), max(outcomes)))
    outer = nonresponse_bounds(one, target)
    assert outer.lowest.value <= settled.lowest <= settled.highest <= outer.highest.value


def test_the_assisted_share_has_bounds_of_its_own():
    sample = waiting_sample()
    settled = assisted_share(sample).once_settled
    ends = [assisted_share(sample.once_settled(np.full(len(sample.label), x))) for x in (0.0, 1.0)]
    assert (settled.lowest, settled.highest) == pytest.approx(tuple(end.value for end in ends))
    assert settled.waiting == WAITING


def test_without_waiting_items_nothing_is_added():
    sample = replace(waiting_sample(), waiting=None)
    assert stratified_share(sample).once_settled is None
    outside = ~waiting_sample().unsettled
    assert stratified_share(waiting_sample(), outside).once_settled is None


def test_bounds_turn_with_their_figure():
    share = Estimate(0.7, 0.6, 0.8, 30, once_settled=OnceSettled(3, 0.5, 0.9))
    turned = share.complement().once_settled
    assert (turned.waiting, turned.lowest, turned.highest) == pytest.approx((3, 0.1, 0.5))


def test_adjudications_come_before_further_grades():
    share = Estimate(0.5, n=50, standard_error=0.07)
    without = further_grades(share, population=1000, grades_an_item=2)
    some = further_grades(share, population=1000, grades_an_item=2, waiting=10)
    assert (without.adjudications, some.adjudications) == (0, 10)
    assert some.items == without.items - 10
    assert some.grades == 2 * some.items
    enough = further_grades(share, population=1000, waiting=10_000)
    assert (enough.adjudications, enough.items) == (without.items, 0)
