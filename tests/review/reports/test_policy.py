"""A policy tried: figures worked by hand, and the same counts as a release."""

from dataclasses import replace

import pytest

from review.evidence.policies import Rules
from review.reports.policy.simulation import (
    losses_by_reason,
    quality_of_graded,
    quality_of_passing,
    quality_of_release,
    scale_share,
    share_taken,
    simulate,
)
from review.reports.policy.tables import policy_headlines, policy_tables
from review.sampling.learned_score import learn
from tests.factories.study_facts import REJECTED, SOUND, make_facts, make_item

LOW = (3, 3, "accept")
PERMISSIVE = Rules(
    minimum_precision=None, minimum_coherence=None, minimum_graders=1, only_accepted=False
)


def tried_on(study, rules):
    return simulate(rules, study, learn(study.study, study.items))


def of_release(simulation):
    """The share acceptable in a release made now, by the stratified estimate."""
    return quality_of_release(simulation, simulation.quality.stratified)


def rows(study, key, rules=Rules(), **saved):  # noqa: B008
    tables = policy_tables(tried_on(study, rules), **saved)
    return next(table.rows for table in tables if table.key == key)


@pytest.fixture
def study():
    """Four of eight kept traces of medqa, two of ten discarded ones, two of four of house."""
    items = [
        make_item(1, SOUND, source="medqa"),
        make_item(2, SOUND, source="medqa"),
        make_item(3, REJECTED, source="medqa"),
        make_item(4, source="medqa"),
        make_item(5, SOUND, failed=["answer"], source="medqa"),
        make_item(6, REJECTED, failed=["answer", "leakage"], source="medqa"),
        make_item(7, SOUND),
        make_item(8, LOW),
    ]
    return make_facts(items, {"medqa, kept": 8, "medqa, discarded": 10, "house, kept": 4})


def test_what_it_takes_and_why_it_leaves_the_rest(study):
    simulation = tried_on(study, Rules())
    assert simulation.taken.tolist() == [True, True, False, False, False, False, True, False]
    assert simulation.pending.tolist() == [False] * 3 + [True] + [False] * 4
    result = {
        loss.reason: (loss.first, loss.alone, loss.source) for loss in losses_by_reason(simulation)
    }
    assert result == {
        "filter not passed: leakage": (1, 0, "medqa"),
        "filter not passed: answer": (1, 1, "medqa"),
        "not accepted": (1, 0, "medqa"),
        "precision below 4": (1, 0, "house"),
        "coherence below 4": (0, 0, "house"),
        "not graded": (1, 1, "medqa"),
    }


def test_of_the_batch_it_takes_what_the_settled_items_stand_for(study):
    """8 kept of medqa at 2 of 3 settled, none of 10 discarded, 4 of house at 1 of 2."""
    result = share_taken(tried_on(study, Rules()))
    assert result.value == pytest.approx((8 * 2 / 3 + 4 * 1 / 2) / 22)
    sources = {row[0]: row for row in rows(study, "sources")}
    assert sources["medqa"][1:4] == (6, 2, 18)
    assert sources["medqa"][4].value == pytest.approx(8 * 2 / 3)
    assert sources["house"][5].value == pytest.approx(1 / 2)


def test_what_a_filter_rejects_needs_no_grade_to_be_left_out():
    items = [
        make_item(1, SOUND),
        make_item(2, SOUND),
        make_item(3, failed=["answer"]),
        make_item(4, failed=["answer"]),
    ]
    rejecting = make_facts(items, {"house, kept": 4, "house, discarded": 6})
    assert share_taken(tried_on(rejecting, Rules())).value == pytest.approx(4 / 10)


def test_the_source_that_loses_most_comes_first(study):
    assert [row[0] for row in rows(study, "sources")] == ["medqa", "house"]


def test_accept_by_rule_is_said_to_be_so_and_not_estimated(study):
    graded, passing, release = rows(study, "quality")
    assert graded[1:3] == (3, "100 % by its rule")
    assert passing[1] == 6
    assert passing[2].value == pytest.approx((8 * 2 / 3 + 4 * 2 / 2) / 12)
    assert "needs at least 30 graded items, and has 7" in passing[3].reason
    assert release[2] == "100 % by its rule"


def test_without_that_rule_the_share_among_what_is_taken_is_estimated(study):
    simulation = tried_on(study, PERMISSIVE)
    assert quality_of_graded(simulation).value == pytest.approx((8 * 2 / 3 + 4 * 2 / 2) / 12)
    assert quality_of_graded(simulation).n == 5


def test_of_graded_traces_alone_a_release_is_known_and_not_estimated(study):
    rules = Rules(minimum_precision=None, minimum_coherence=None, only_accepted=False)
    assert of_release(tried_on(study, rules)) == pytest.approx(4 / 5)


def test_ungraded_traces_are_expected_to_be_like_graded_ones_that_pass(study):
    simulation = tried_on(study, Rules(ungraded="take"))
    assert simulation.taken_ungraded.tolist() == [False] * 3 + [True] + [False] * 4
    passing = quality_of_passing(simulation).stratified
    release = of_release(simulation)
    assert release.value == pytest.approx((3 + passing.value) / 4)
    assert release.low == pytest.approx((3 + passing.low) / 4)
    assert release.low < release.value < release.high


def test_bounds_put_the_unanswered_at_their_worst_and_best(study):
    lowest, highest = (
        getattr(quality_of_passing(tried_on(study, Rules())).bounds, name).value
        for name in ("lowest", "highest")
    )
    assert lowest == pytest.approx((8 * 2 / 4 + 4) / 12)
    assert highest == pytest.approx((8 * 3 / 4 + 4) / 12)


def test_a_licence_keeps_out_what_the_rules_would_take(study):
    barred = replace(
        study, items=tuple(replace(item, licence_exclusion="no leave") for item in study.items)
    )
    simulation = tried_on(barred, Rules())
    assert not simulation.taken.any()
    assert of_release(simulation).reason == "the rules take nothing"


def test_beside_a_saved_policy(study):
    strict = ("Strict", Rules(minimum_precision=5))
    compared = rows(study, "compared", saved=strict)
    assert [row[:4] for row in compared] == [("This policy", 3, 3, 0), ("Strict", 0, 0, 0)]


def test_the_headlines_are_the_figures_of_the_tables(study):
    simulation = tried_on(study, Rules())
    items, batch, release, passing = policy_headlines(simulation)
    assert items.figure == "3 of 8"
    assert batch.figure == scale_share(share_taken(simulation), 22)
    assert batch.title == "Of 22 traces in the batch, it would take"
    quality = rows(study, "quality")
    assert (release.figure, passing.figure) == (quality[2][2], quality[1][2])
