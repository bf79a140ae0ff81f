"""Two evaluations on the same questions: pairs, the exact test, and what is refused."""

from dataclasses import replace

import pytest

from pipeline.benchmarks.scoring.comparison import (
    ALL_ALIKE,
    BOOTSTRAP,
    BOOTSTRAP_OF_CLUSTERS,
    MCNEMAR,
    NEWCOMBE,
    SIGN_TEST,
    SIGN_TEST_OF_CLUSTERS,
    compare,
    compare_all,
)
from pipeline.benchmarks.scoring.outcomes import Answers
from pipeline.core.errors import Refusal
from pipeline.statistics.paired import newcombe
from tests.benchmarks.scoring.examinees import answered, coin, evaluate, knows, perfect, silent


def pair(both: int, first: int, second: int, neither: int) -> tuple[Answers, Answers]:
    """Two evaluations with so many questions right in both, the first, the second, neither."""
    one = "A" * (both + first) + "B" * (second + neither)
    other = "A" * both + "B" * first + "A" * second + "B" * neither
    return answered(*one, name="one"), answered(*other, name="other")


def test_all_pairs_are_what_each_is_alone_and_one_may_be_held_against_all():
    one, other = pair(36, 12, 2, 0)
    third, _ = pair(20, 5, 5, 20)
    all_three = compare_all([one, other, third])
    assert [(each.bootstrap, each.where_read) for each in all_three] == [
        (alone.bootstrap, alone.where_read)
        for alone in (compare(one, other), compare(one, third), compare(other, third))
    ]
    against = compare_all([one, other, third], against=other)
    assert [each.p for each in against] == [compare(one, other).p, compare(third, other).p]
    assert {each.tests for each in against} == {2}


def test_one_sample_a_question_is_newcombe_and_mcnemar():
    found = compare(*pair(36, 12, 2, 0))
    assert found.difference.value == pytest.approx(0.2)
    assert (found.difference.low, found.difference.high) == newcombe(36, 12, 2, 0)
    assert (found.only_first, found.only_second) == (12, 2)
    assert found.p == found.p_holm == pytest.approx(0.01293945)
    assert (found.method, found.test) == (NEWCOMBE, MCNEMAR)
    assert (found.questions, found.left_out) == (50, 0)
    assert found.bootstrap.low == pytest.approx(found.difference.low, abs=0.03)
    assert found.bootstrap == compare(*pair(36, 12, 2, 0)).bootstrap


def test_other_questions_or_other_keys_are_refused_with_a_sentence():
    one, other = pair(3, 1, 1, 3)
    with pytest.raises(Refusal, match="one and other were not asked the same questions"):
        compare(one, replace(other, items_sha256="b" * 64))
    keyed = tuple(replace(outcome, key="B") for outcome in other.outcomes)
    with pytest.raises(Refusal, match="different answer keys in 8 of"):
        compare(one, replace(other, outcomes=keyed))


def test_only_questions_asked_in_both_enter_and_the_others_are_counted():
    one, other = pair(5, 3, 1, 1)
    shorter = replace(other, outcomes=other.outcomes[:8])
    found = compare(one, shorter)
    assert (found.questions, found.left_out) == (8, 2)
    assert (found.only_first, found.only_second) == (3, 0)
    nothing = compare(one, replace(other, outcomes=()))
    assert (nothing.p, nothing.difference.value) == (None, None)
    assert nothing.difference.reason == "no question has both"


def test_unread_is_wrong_in_the_difference_and_left_out_beside_it():
    found = compare(answered(*"AAAABB"), answered("A", "A", None, None, "B", "B"))
    assert found.difference.value == pytest.approx(2 / 6)
    assert (found.where_read.value, found.where_read.n) == (0, 4)


def test_several_samples_are_a_bootstrap_and_a_sign_test():
    one = evaluate(coin, 60, samples=3, seed=1, options=2)
    other = evaluate(coin, 60, samples=3, seed=2, options=2)
    found = compare(one, other)
    assert (found.method, found.test, found.questions) == (BOOTSTRAP, SIGN_TEST, 60)
    assert found.difference == found.bootstrap
    assert found.only_first + found.only_second <= 60


def test_questions_that_repeat_are_one_observation():
    clusters = {question: question // 2 for question in range(80)}
    one = evaluate(knows(0.9), 80, clusters=clusters, seed=1)
    other = evaluate(knows(0.2), 80, clusters=clusters, seed=2)
    found = compare(one, other)
    assert (found.method, found.test) == (BOOTSTRAP_OF_CLUSTERS, SIGN_TEST_OF_CLUSTERS)
    assert found.only_first + found.only_second <= 40
    same = compare(evaluate(perfect, 8, clusters=clusters), evaluate(silent, 8, clusters=clusters))
    assert (same.method, same.difference.value) == (ALL_ALIKE, 1)
    assert (same.only_first, same.p) == (4, 0.125)
    assert same.difference.low < 0.7


def test_holm_holds_over_all_pairs_that_are_shown():
    evaluations = [evaluate(knows(share), 200, name=str(share)) for share in (0.3, 0.55, 0.6, 0.95)]
    found = compare_all(evaluations)
    assert len(found) == found[0].tests == 6
    smallest = min(found, key=lambda one: one.p)
    assert smallest.p_holm == pytest.approx(6 * smallest.p)
    assert all(one.p <= one.p_holm for one in found)
    assert compare_all(evaluations[:1]) == ()
