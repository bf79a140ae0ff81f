"""Discordance and consensus as rules that hold for any ratings."""

from statistics import median

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.statistics.consensus import DECISIONS, Rating, consensus, is_discordant, reasons

SCALES = st.integers(1, 5)
RATINGS = st.builds(
    Rating,
    precision=SCALES,
    coherence=SCALES,
    decision=st.sampled_from(DECISIONS),
    first_incorrect_step=st.none() | st.integers(0, 4),
    safety_flag=st.sampled_from(["", "", "", "mild", "severe"]),
)
UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
PANELS = st.lists(RATINGS, min_size=1, max_size=6)


def plain(precision=4, coherence=4, decision="accept", **more) -> Rating:
    return Rating(precision, coherence, decision, **more)


@pytest.mark.parametrize(
    ("ratings", "why"),
    [
        ([plain(), plain()], ()),
        ([plain(), plain(precision=2)], ("precision",)),
        ([plain(), plain(coherence=2)], ("coherence",)),
        ([plain(), plain(decision="reject")], ("decision",)),
        ([plain(first_incorrect_step=0), plain(first_incorrect_step=1)], ("steps",)),
        ([plain(safety_flag="mild")], ("safety",)),
        ([plain(1, 1, "reject", safety_flag="mild"), plain()], tuple("sdpc")),
    ],
)
def test_each_reason_is_named(ratings, why):
    result = reasons(ratings)
    assert result == why or tuple(reason[0] for reason in result) == why


@UNHURRIED
@given(PANELS.flatmap(lambda panel: st.tuples(st.just(panel), st.permutations(panel))))
def test_the_order_of_raters_changes_nothing(both):
    panel, shuffled = both
    assert set(reasons(shuffled)) == set(reasons(panel))
    assert consensus(shuffled) == consensus(panel)


@UNHURRIED
@given(PANELS)
def test_a_consensus_is_the_median_and_lies_among_the_ratings(panel):
    agreed = consensus(panel)
    assert (agreed is None) == is_discordant(panel)
    if agreed is None:
        return
    assert agreed.precision == median(rating.precision for rating in panel)
    assert agreed.coherence == median(rating.coherence for rating in panel)
    assert agreed.decision in {rating.decision for rating in panel}
    assert (agreed.basis == "single") == (len(panel) == 1)
    assert agreed.ratings == len(panel)


@UNHURRIED
@given(PANELS)
def test_an_upper_decision_needs_all_or_more_than_half(panel):
    agreed = consensus(panel)
    if agreed is None:
        return
    decisions = [rating.decision for rating in panel]
    if agreed.decision == "accept":
        assert set(decisions) == {"accept"}
    upper = sum(DECISIONS.index(rating) >= DECISIONS.index(agreed.decision) for rating in decisions)
    assert 2 * upper > len(decisions)
    above = sum(DECISIONS.index(rating) > DECISIONS.index(agreed.decision) for rating in decisions)
    assert 2 * above <= len(decisions)


@UNHURRIED
@given(RATINGS)
def test_one_unflagged_rating_stands_for_itself(rating):
    agreed = consensus([rating])
    if rating.safety_flag:
        assert agreed is None
    else:
        assert (agreed.precision, agreed.decision, agreed.basis) == (
            rating.precision,
            rating.decision,
            "single",
        )


@UNHURRIED
@given(PANELS, RATINGS)
def test_disagreement_is_never_mended_by_another_rating(panel, further):
    assert set(reasons(panel)) <= set(reasons([*panel, further]))


@UNHURRIED
@given(PANELS)
def test_unlabelled_steps_disagree_with_nobody(panel):
    if any(rating.first_incorrect_step is None for rating in panel):
        labelled = [rating for rating in panel if rating.first_incorrect_step is not None]
        assert ("steps" in reasons(panel)) == ("steps" in reasons(labelled))
