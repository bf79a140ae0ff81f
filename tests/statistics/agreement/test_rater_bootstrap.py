"""Resampled raters: totals by panels equal those of a table in which raters are written out."""

from dataclasses import replace

import numpy as np
import pytest

from pipeline.statistics.agreement.question_totals import question_totals
from pipeline.statistics.agreement.rater_bootstrap import replicate_totals
from pipeline.statistics.agreement.rating_table import RatingTable, tabulate

RATERS, POINTS = 6, 4


def random_table(rng: np.random.Generator, items: int) -> RatingTable:
    """Each item rated by one to five of six raters, three items a question."""
    rows = [
        (item, rater, int(rng.integers(1, POINTS + 1)))
        for item in range(items)
        for rater in rng.choice(RATERS, rng.integers(1, 6), replace=False).tolist()
    ]
    columns = [list(column) for column in zip(*rows, strict=True)]
    questions = [item // 3 for item in columns[0]]
    return tabulate(*columns, scale=range(1, POINTS + 1), questions=questions)


def test_each_rater_drawn_once_gives_the_table_itself():
    table = random_table(np.random.default_rng(1), 40)
    once = np.ones((1, len(table.raters)))
    result = replicate_totals(table, np.ones((1, table.questions)), once)
    assert result == pytest.approx(question_totals(table).summed().rows)


def test_items_count_by_their_weight():
    rng = np.random.default_rng(4)
    table = random_table(rng, 40)
    weighted = replace(table, weight=rng.uniform(0.5, 1.5, table.items))
    once = np.ones((1, len(table.raters)))
    result = replicate_totals(weighted, np.ones((1, table.questions)), once)
    assert result == pytest.approx(question_totals(weighted).summed().rows)
    assert result != pytest.approx(question_totals(table).summed().rows)


def test_raters_left_out_are_as_if_they_had_never_rated():
    table = random_table(np.random.default_rng(2), 40)
    rater_weights = np.array([[1.0, 0, 1, 0, 1, 1]])
    result = replicate_totals(table, np.ones((1, table.questions)), rater_weights)
    wanted = rater_weights[0][table.rater] > 0
    fewer = replace(
        table,
        item=table.item[wanted],
        rater=table.rater[wanted],
        category=table.category[wanted],
        order=None,
    )
    assert result == pytest.approx(question_totals(fewer).summed().rows)


def test_questions_count_as_often_as_drawn():
    rng = np.random.default_rng(3)
    table = random_table(rng, 40)
    questions = rng.integers(0, 3, (5, table.questions)).astype(float)
    result = replicate_totals(table, questions, np.ones((5, len(table.raters))))
    assert result == pytest.approx(question_totals(table).reweighted(questions).rows)


def test_a_rater_drawn_twice_is_paired_with_others_twice_and_never_with_themselves():
    table = tabulate([1, 1, 1], ["a", "b", "c"], [1, 1, 2], scale=(1, 2))
    result = replicate_totals(table, np.ones((1, 1)), np.array([[2.0, 1, 1]]))
    # Pairs: a-b twice (both 1), a-c twice and b-c once (1 and 2); each way, of ten ordered ones.
    rated, paired, ones, twos, both_one, mixed, both_two, *_ = result[0]
    assert (rated, paired) == (1, 1)
    assert (ones, twos) == pytest.approx((3 / 4, 1 / 4))
    assert (both_one, mixed, both_two) == pytest.approx((4 / 10, 3 / 10, 0))


def test_an_item_of_one_drawn_rater_has_no_pair():
    table = tabulate([1, 1], ["a", "b"], [1, 2], scale=(1, 2))
    result = replicate_totals(table, np.ones((1, 1)), np.array([[2.0, 0]]))
    assert result[0, :2].tolist() == [1, 0]
