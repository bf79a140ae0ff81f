"""Ratings of one item: discordance and consensus, rule by rule."""

import pytest

from pipeline.statistics.consensus import Consensus, Rating, consensus, is_discordant


def rating(precision=4, coherence=4, decision="accept", **more) -> Rating:
    return Rating(precision, coherence, decision, **more)


@pytest.mark.parametrize(
    ("ratings", "discordant"),
    [
        ([rating()], False),
        ([rating(), rating(precision=5, coherence=5)], False),
        ([rating(precision=2), rating(precision=4)], True),
        ([rating(coherence=1), rating(coherence=3)], True),
        ([rating(), rating(decision="revise")], True),
        ([rating(decision="revise"), rating(decision="reject")], False),
        ([rating(first_incorrect_step=0), rating(first_incorrect_step=2)], True),
        ([rating(first_incorrect_step=1), rating(first_incorrect_step=3)], False),
        ([rating(first_incorrect_step=2), rating()], False),
        ([rating(safety_flag="mild")], True),
    ],
)
def test_discordance(ratings, discordant):
    assert is_discordant(ratings) is discordant


def test_consensus_of_two_is_the_median():
    agreed = consensus([rating(4, 5), rating(5, 5)])
    assert agreed == Consensus(4.5, 5.0, "accept", "agreement", 2)


def test_a_single_grade_stands_for_itself_and_is_marked():
    assert consensus([rating(3, 2, "revise")]) == Consensus(3.0, 2.0, "revise", "single", 1)


def test_no_grades_and_discordant_grades_have_no_consensus():
    assert consensus([]) is None
    assert consensus([rating(1, 1, "reject"), rating(5, 5)]) is None


@pytest.mark.parametrize(
    ("decisions", "agreed"),
    [
        (["revise", "reject"], "reject"),
        (["revise", "revise", "reject"], "revise"),
        (["revise", "reject", "reject"], "reject"),
    ],
)
def test_the_upper_decision_needs_a_majority(decisions, agreed):
    result = consensus([rating(3, 3, decision) for decision in decisions])
    assert result is not None
    assert result.decision == agreed
