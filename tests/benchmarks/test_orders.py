"""Orders of options: the same everywhere, distinct while there are any, every option moved."""

import subprocess
import sys
from collections import Counter
from itertools import combinations
from string import ascii_uppercase

import pytest

from pipeline.benchmarks.orders import orders_possible, shown_order


def orders(options, count=None, *, key="medqa/1", seed=7):
    labels = ascii_uppercase[:options]
    wanted = orders_possible(options) if count is None else count
    return [
        shown_order(labels, seed=seed, question_key=key, order_index=index)
        for index in range(wanted)
    ]


@pytest.mark.parametrize("options", [1, 2, 3, 4, 5, 10, 22])
def test_no_option_stands_twice_under_one_letter_in_as_many_orders_as_options(options):
    drawn = orders(options, options)
    assert drawn[0] == tuple(ascii_uppercase[:options])
    for one, other in combinations(drawn, 2):
        assert all(a != b for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("options", [1, 2, 3, 4, 5])
def test_every_order_comes_once_before_any_comes_again(options):
    drawn = orders(options)
    assert len(set(drawn)) == orders_possible(options) == len(drawn)
    assert orders(options, len(drawn) + 1)[-1] == drawn[0]


def test_labels_other_than_letters_are_permuted_as_they_are():
    drawn = shown_order(("yes", "no", "maybe"), seed=7, question_key="1", order_index=1)
    assert sorted(drawn) == ["maybe", "no", "yes"]


def test_seed_and_question_decide_and_a_later_order_does_not_change_an_earlier_one():
    assert orders(4, 2) == orders(4, 9)[:2]
    assert orders(5, 4) != orders(5, 4, seed=8)
    assert orders(5, 4) != orders(5, 4, key="medqa/2")


def test_another_process_draws_the_same():
    code = (
        "from pipeline.benchmarks.orders import shown_order\n"
        "print(*shown_order('ABCDE', seed=7, question_key='medqa/1', order_index=3), sep='')"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "".join(orders(5, 4)[3])


def test_the_key_stands_under_each_letter_alike_over_many_questions():
    places = Counter(orders(4, 2, key=f"q/{n}")[1].index("A") for n in range(1200))
    assert places[0] == 0
    # A third of 1,200 each, give or take four standard deviations.
    assert all(335 <= places[place] <= 465 for place in (1, 2, 3))


def test_an_order_before_the_first_is_none():
    with pytest.raises(ValueError, match="count from 0"):
        shown_order("AB", seed=1, question_key="q", order_index=-1)
