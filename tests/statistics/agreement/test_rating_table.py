"""The table of ratings: what it takes, what it refuses, what is missing."""

import pytest

from pipeline.statistics.agreement.rating_table import tabulate


def test_missing_ratings_have_no_row():
    table = tabulate(["a", "a", "b", "c"], ["x", "y", "x", "y"], [1, None, 3, float("nan")])
    assert (table.items, table.raters, len(table.item)) == (2, ("x",), 2)
    assert table.values.tolist() == [1, 3]


def test_items_keep_their_question_whatever_the_order():
    table = tabulate([9, 2, 9, 5], [1, 1, 2, 1], [1, 2, 3, 4], questions=["q2", "q1", "q2", "q1"])
    assert table.items == 3
    assert table.question.tolist() == [0, 0, 1]  # items 2, 5 and 9
    assert table.questions == 2


@pytest.mark.parametrize("kind", [int, str, lambda name: (name, "trace")])
def test_names_may_be_of_any_kind(kind):
    table = tabulate([kind(i) for i in (3, 3, 7)], [kind(i) for i in (1, 2, 1)], [1, 2, 3])
    assert table.items == 2
    assert table.ratings_of_item.tolist() == [2, 1]


def test_words_have_places_and_numbers_are_themselves():
    words = tabulate([1, 2], [1, 1], ["reject", "accept"], scale=("reject", "revise", "accept"))
    assert words.values.tolist() == [1, 3]
    assert tabulate([1, 2], [1, 1], [0.0, 10.0], scale=(0, 5, 10)).values.tolist() == [0, 10]


@pytest.mark.parametrize("strange", [0, 6, 2.5])
def test_a_value_off_the_scale_is_refused(strange):
    with pytest.raises(ValueError, match="Not on the scale"):
        tabulate([1], [1], [strange])


def test_a_second_rating_of_an_item_by_the_same_rater_is_refused():
    with pytest.raises(ValueError, match="rates an item once"):
        tabulate([1, 1], [1, 1], [3, 4])


def test_the_order_goes_with_the_ratings():
    table = tabulate([1, 2, 3], [1, 1, 1], [1, None, 3], order=[30, 20, 10])
    assert table.order.tolist() == [30, 10]
