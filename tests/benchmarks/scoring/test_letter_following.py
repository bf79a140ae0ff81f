"""Letter or content: known models show what they do, and a random one what is expected of it."""

from dataclasses import replace

import pytest

from pipeline.benchmarks.scoring.letter_following import letter_following
from tests.benchmarks.scoring.examinees import always_b, coin, evaluate, outcome, perfect, silent


def shares(found):
    return found.letter.value, found.content.value, found.neither.value


def test_a_model_that_knows_follows_the_content():
    found = letter_following(evaluate(perfect, 40, orders=4))
    assert shares(found) == (0, 1, 0)
    assert (found.questions, found.too_few_read, found.cannot_tell) == (40, 0, 0)
    assert found.content.low > 0.9
    assert found.letter.n == 40


def test_a_model_that_always_says_b_follows_the_letter():
    found = letter_following(evaluate(always_b, 40, orders=4))
    assert shares(found) == (1, 0, 0)


@pytest.mark.parametrize(("options", "orders"), [(4, 2), (4, 4), (2, 2), (2, 4), (3, 5), (10, 2)])
def test_a_coin_shows_what_is_expected_of_it(options, orders):
    """Also where orders come round again: two options have two orders only."""
    found = letter_following(evaluate(coin, 2000, options=options, orders=orders))
    for share, expected in (
        (found.letter, found.random_letter),
        (found.content, found.random_letter),
        (found.neither, found.random_neither),
    ):
        error = (expected * (1 - expected) / found.letter.n) ** 0.5
        assert share.value == pytest.approx(expected, abs=4 * error + 1e-9)
    assert found.letter.value + found.content.value + found.neither.value == pytest.approx(1)


def test_of_two_options_and_two_orders_a_coin_follows_the_letter_half_the_time():
    found = letter_following(evaluate(coin, 10, options=2, orders=2))
    assert (found.random_letter, found.random_neither) == (0.5, 0)
    assert letter_following(evaluate(coin, 10, orders=2)).random_letter == 0.25


def test_questions_with_too_few_letters_are_counted_apart():
    def half_silent(shown, key, generator):
        return key if key in "AB" else None

    found = letter_following(evaluate(half_silent, 40, orders=3))
    assert (found.questions, found.too_few_read, found.content.n) == (40, 20, 20)
    nothing = letter_following(evaluate(silent, 5, orders=2))
    assert nothing.letter.reason == "no question has a letter read under two different orders"
    assert nothing.random_letter is None
    alone = letter_following(evaluate(perfect, 5))
    assert (alone.questions, alone.letter.value) == (0, None)
    assert "no question was asked under two different orders" in alone.letter.reason


def test_an_option_that_never_moved_tells_nothing():
    answers = evaluate(perfect, 1, orders=2)
    shown = {0: ("A", "B", "C", "D"), 1: ("A", "C", "B", "D")}

    def found(label_then, label_now):
        outcomes = (
            outcome(0, label_then, "A", shown[0]),
            outcome(0, label_now, "A", shown[1], order=1),
        )
        asked = (replace(answers.asked[0], shown=shown),)
        return letter_following(replace(answers, asked=asked, outcomes=outcomes))

    stayed = found("A", "A")
    assert (stayed.cannot_tell, stayed.letter.value) == (1, None)
    assert "stood under one letter throughout" in stayed.letter.reason
    assert shares(found("B", "C")) == (1, 0, 0)
    assert shares(found("B", "B")) == (0, 1, 0)
    assert shares(found("A", "B")) == (0, 0, 1)
    # Of 16 pairs of choices two (A, D twice) tell nothing, and two keep the letter only.
    assert found("A", "B").random_letter == pytest.approx(2 / 14)


def test_the_same_order_twice_is_no_second_order():
    answers = evaluate(coin, 20, options=2, orders=3)
    again = {asked.question: {0: asked.shown[0], 2: asked.shown[2]} for asked in answers.asked}
    assert all(shown[0] == shown[2] for shown in again.values())
    outcomes = tuple(one for one in answers.outcomes if one.order != 1)
    assert letter_following(replace(answers, outcomes=outcomes)).questions == 0


def test_samples_of_a_question_count_as_one_question():
    found = letter_following(evaluate(coin, 30, orders=2, samples=5))
    assert found.letter.n == 30
    assert "effective number of answers" in found.method
