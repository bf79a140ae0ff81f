"""Agreement of many raters: published examples, what is undefined, and what changes nothing."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.statistics.agreement.coefficients import (
    COEFFICIENTS,
    NO_PAIRS,
    ONE_CATEGORY,
    agreement,
)
from pipeline.statistics.agreement.rating_table import tabulate
from tests.statistics import examples
from tests.statistics.examples import of_rows


def values(table, *names, **more) -> dict[str, float | None]:
    result = agreement(table, names or tuple(COEFFICIENTS), replicates=2, **more)
    return {name: both_intervals.over_questions.value for name, both_intervals in result.items()}


@pytest.mark.parametrize(
    ("name", "published"),
    [
        ("percent", 0.8182),
        ("alpha_nominal", 0.7434),
        ("alpha_ordinal", 0.8154),
        ("alpha_interval", 0.8491),
        ("ac1", 0.77544),
        ("ac2_quadratic", 0.91400),
        ("ac2_ordinal", 0.89894),
    ],
)
def test_krippendorffs_four_observers(name, published):
    assert values(examples.krippendorff(), name)[name] == pytest.approx(published, abs=5e-5)


def test_the_textbook_table_of_fleiss():
    assert values(examples.fleiss(), "fleiss")["fleiss"] == pytest.approx(0.20993, abs=5e-6)


def test_the_prevalence_paradox_shows_in_both_kinds():
    rows = [("yes", "yes")] * 118 + [("yes", "no")] * 5 + [("no", "yes")] * 2
    result = values(of_rows(rows, scale=("no", "yes")), "percent", "fleiss", "ac1")
    assert result["percent"] == pytest.approx(0.944)
    assert result["fleiss"] < 0 < 0.9 < result["ac1"]


def test_an_item_with_one_rating_counts_for_shares_only():
    rows = [(1, 1), (2, 2), (1, 2), (3, 3)]
    more = of_rows([*rows, (5, None), (None, 5)])
    table = of_rows(rows)
    assert values(more, "percent") == values(table, "percent")
    assert values(more, "alpha_nominal") == values(table, "alpha_nominal")
    assert values(more, "ac1") != values(table, "ac1")


UNDEFINED = {
    "no ratings": ([], NO_PAIRS),
    "one rater": ([(1,), (3,), (5,)], NO_PAIRS),
    "raters who never meet": ([(1, None), (None, 3)], NO_PAIRS),
    "only missing ratings": ([(None, None)], NO_PAIRS),
}


@pytest.mark.parametrize("case", UNDEFINED)
@pytest.mark.parametrize("name", COEFFICIENTS)
def test_without_pairs_the_reason_stands_in_for_the_value(case, name):
    rows, reason = UNDEFINED[case]
    result = agreement(of_rows(rows), [name], replicates=20, resample_raters=True)[name]
    for estimate in (result.over_questions, result.over_raters):
        assert (estimate.value, estimate.low, estimate.reason) == (None, None, reason)


@pytest.mark.parametrize("name", COEFFICIENTS)
def test_one_category_is_undefined_where_chance_explains_it(name):
    result = agreement(of_rows([(4, 4)] * 30), [name], replicates=20)[name].over_questions
    if name == "percent" or name.startswith("ac"):
        assert result.value == 1
        assert result.reason == "the resamples do not differ: no interval"
    else:
        assert (result.value, result.reason) == (None, ONE_CATEGORY)


def test_a_scale_of_one_point_is_undefined():
    result = agreement(of_rows([("a", "a")] * 3, scale=("a",)), ["ac1"])["ac1"]
    assert result.over_questions.reason == ONE_CATEGORY


def test_single_ratings_of_another_category_are_not_denied():
    """Alpha leaves them out: what it says of its ratings may not be said of all."""
    rows = [(4, 4), (4, 4), (1, None), (2, None)]
    reason = agreement(of_rows(rows))["alpha_ordinal"].over_questions.reason
    assert reason.startswith("every rating that counts falls into one category")


def test_all_of_one_question_has_a_value_and_no_interval():
    table = tabulate([1, 1, 2, 2], [1, 2, 1, 2], [1, 1, 2, 3], questions=["q"] * 4)
    result = agreement(table, ["percent"])["percent"].over_questions
    assert result.value == 0.5
    assert result.low is None
    assert "one question" in result.reason


def test_small_cells_say_so():
    small = agreement(of_rows([(1, 1), (2, 3)] * 9), ["percent"])["percent"].over_questions
    large = agreement(of_rows([(1, 1), (2, 3)] * 10), ["percent"])["percent"].over_questions
    assert "not to be trusted" in small.caution
    assert large.caution == ""


def test_alike_items_of_a_question_count_as_one():
    """Copies of an item within its question add no certainty; as questions of their own they do."""
    rows = [(1, 1), (2, 3), (4, 4), (5, 3), (2, 2), (1, 2)] * 10
    copies = [row for row in rows for _ in range(5)]
    items = [(i, r) for i in range(len(copies)) for r in (0, 1)]
    flat = [value for row in copies for value in row]
    once, separate, together = (
        agreement(table, ["ac2_ordinal"])["ac2_ordinal"].over_questions.half_width
        for table in (
            of_rows(rows),
            of_rows(copies),
            tabulate(
                [i for i, _ in items],
                [r for _, r in items],
                flat,
                questions=[i // 5 for i, _ in items],
            ),
        )
    )
    assert together == pytest.approx(once, rel=1e-9)
    assert separate < 0.6 * once


def test_other_raters_widen_the_interval_when_severities_differ():
    rng = np.random.default_rng(3)
    severity = np.repeat([0, 0, 0, 2], 1)
    true = rng.integers(1, 6, 200)
    rows = np.clip(true[:, None] - severity[None, :] + rng.integers(0, 2, (200, 4)), 1, 5)
    result = agreement(
        of_rows(rows.tolist()), ["alpha_interval"], replicates=200, resample_raters=True
    )["alpha_interval"]
    assert result.over_raters.half_width > 2 * result.over_questions.half_width


def test_two_raters_cannot_be_resampled():
    table = of_rows([(1, 1), (2, 3), (4, 5)])
    result = agreement(table, ["percent"], replicates=20, resample_raters=True)["percent"]
    assert result.over_raters.low is None
    assert "three raters" in result.over_raters.reason


def test_the_same_seed_gives_the_same_interval():
    first, again, other = (
        agreement(examples.fleiss(), ["fleiss"], seed=seed)["fleiss"] for seed in (1, 1, 2)
    )
    assert first == again
    assert first != other


ratings = st.lists(
    st.tuples(*[st.one_of(st.none(), st.integers(1, 5))] * 3), min_size=1, max_size=12
)


@settings(max_examples=60, deadline=None)
@given(ratings, st.randoms(use_true_random=False))
def test_the_order_of_items_and_raters_does_not_matter(rows, rng):
    items = rng.sample(rows, len(rows))
    columns = rng.sample(range(3), 3)
    turned = [tuple(row[column] for column in columns) for row in items]
    same(values(of_rows(rows)), values(of_rows(turned)))


@settings(max_examples=60, deadline=None)
@given(ratings, st.permutations(range(1, 6)))
def test_renaming_categories_changes_no_nominal_coefficient(rows, names):
    renamed = [tuple(point and names[point - 1] for point in row) for row in rows]
    nominal = ("percent", "fleiss", "alpha_nominal", "ac1")
    same(values(of_rows(rows), *nominal), values(of_rows(renamed), *nominal))


@settings(max_examples=60, deadline=None)
@given(ratings)
def test_turning_the_scale_round_changes_nothing(rows):
    turned = [tuple(point and 6 - point for point in row) for row in rows]
    same(values(of_rows(rows)), values(of_rows(turned)))


@settings(max_examples=60, deadline=None)
@given(ratings)
def test_perfect_agreement_is_one_wherever_it_is_defined(rows):
    agreed = [tuple(point and row[0] for point in row) for row in rows]
    assert all(value in (None, pytest.approx(1)) for value in values(of_rows(agreed)).values())


def same(first: dict[str, float | None], second: dict[str, float | None]) -> None:
    for name, value in first.items():
        assert second[name] == (None if value is None else pytest.approx(value, abs=1e-9)), name
