"""Accuracy three ways: nothing leaves the number of questions, and silence earns nothing."""

from dataclasses import replace

import pytest

from pipeline.benchmarks.scoring.accuracy import ONE_ORDER, accuracy, over_orders
from pipeline.benchmarks.scoring.outcomes import NOT_ANSWERED, Answers
from pipeline.statistics.intervals import proportion
from tests.benchmarks.scoring.examinees import answered, coin, evaluate, knows, perfect, silent


def test_unread_is_wrong_in_the_headline_left_out_beside_it_and_right_at_best():
    found = accuracy(answered(*"AAAAAABB", None, None))
    assert found.headline == proportion(6, 10)
    assert found.where_read == proportion(6, 8)
    assert (found.lowest, found.highest) == (found.headline, proportion(8, 10))
    assert (found.questions, found.unread, found.questions_unread) == (10, 2, 2)
    assert found.method == "Wilson's score interval, 95 %"


def test_an_evaluation_of_which_nothing_was_read_scores_exactly_0():
    found = accuracy(evaluate(silent, 300))
    assert (found.headline.value, found.headline.low, found.headline.n) == (0, 0, 300)
    assert 0 < found.headline.high < 0.02
    assert found.highest.value == found.highest.high == 1
    assert found.where_read.value is None
    assert found.where_read.reason == "no letter was read in any of 300 questions"
    assert found.unread == found.questions_unread == 300


def test_what_the_endpoint_did_not_answer_is_asked_and_wrong():
    found = accuracy(answered("A", "A", NOT_ANSWERED, None))
    assert found.headline == proportion(2, 4)
    assert (found.unread, found.not_answered) == (2, 1)
    assert "There is no output for 1 of 4 items" in found.cautions[0]


def test_questions_without_an_outcome_are_counted_and_said():
    whole = answered(*"AAAB")
    found = accuracy(replace(whole, outcomes=whole.outcomes[:3]))
    assert (found.questions, found.not_asked) == (3, 1)
    assert found.cautions == ("1 of 4 questions have no outcome: they are in no figure.",)
    nothing = accuracy(replace(whole, outcomes=()))
    assert nothing.headline.reason == "no question was asked"
    assert nothing.chance is None


def test_chance_is_the_mean_of_one_over_the_options():
    four, two = evaluate(coin, 3), answered("A")
    asked = (*four.asked, replace(two.asked[0], question=9))
    outcomes = (*four.outcomes, replace(two.outcomes[0], question=9))
    assert accuracy(Answers("m", "", asked, outcomes)).chance == pytest.approx((3 / 4 + 1 / 2) / 4)


def test_several_samples_are_averaged_by_question_and_are_not_so_many_questions():
    found = accuracy(answered(*"AABB", None, "A", *"AA", samples=2))
    assert found.headline.value == pytest.approx((1 + 0 + 0.5 + 1) / 4)
    assert found.where_read.value == pytest.approx((1 + 0 + 1 + 1) / 4)
    assert (found.headline.n, found.items, found.unread) == (4, 8, 1)
    assert "effective number of answers" in found.method
    same = accuracy(answered(*"AABBAA", samples=2)).headline
    assert same == proportion(2, 3)


def test_questions_that_repeat_count_as_one_for_the_interval():
    once = accuracy(evaluate(knows(0.6), 100)).headline
    twice = evaluate(knows(0.6), 100)
    copies = replace(
        twice,
        asked=(*twice.asked, *(replace(one, question=one.question + 100) for one in twice.asked)),
        outcomes=(
            *twice.outcomes,
            *(replace(one, question=one.question + 100) for one in twice.outcomes),
        ),
    )
    found = accuracy(copies)
    assert (found.headline.value, found.headline.n) == (once.value, 200)
    assert found.headline.high - found.headline.low == pytest.approx(once.high - once.low, rel=0.02)
    assert "over 100 distinct questions" in found.method


def test_the_headline_is_of_the_order_that_the_source_states():
    def by_place(shown, key, generator):
        return key if list(shown) == sorted(shown) else None

    answers = evaluate(by_place, 40, orders=4)
    assert accuracy(answers).headline.value == 1
    mean = over_orders(answers)
    assert (mean.accuracy.value, mean.accuracy.n, mean.orders, mean.items) == (0.25, 40, 4, 160)
    assert over_orders(evaluate(perfect)).accuracy.reason == ONE_ORDER


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"label": "C", "letter": "C"}, "'C' is none"),
        ({"key": "C"}, "the key 'C' is no option"),
        ({"letter": None}, "a letter without its label"),
        ({"order": 1}, "the order shown is not known"),
        ({"question": 7}, "question 7 was not to be asked"),
        ({"question": 1}, "an item is there twice"),
        ({"sample": 1, "cluster": 4}, "two keys or clusters"),
    ],
)
def test_records_that_contradict_each_other_are_not_scored(changed, why):
    answers = answered("A", "B")
    first = answers.outcomes[0]
    if "sample" in changed:
        outcomes = (*answers.outcomes, replace(first, **changed))
    else:
        outcomes = (replace(first, **changed), *answers.outcomes[1:])
    with pytest.raises(ValueError, match=why):
        replace(answers, outcomes=outcomes)
