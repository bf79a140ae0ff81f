"""Splits: whole clusters, the shares met by source and overall, the same in any order."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.duplicates.splits import SPLITS, assign_splits, check_shares, told

SHARES = {"train": 0.8, "validation": 0.1, "test": 0.1}
# Clusters as (source, size); their names are their places.
clusters = st.lists(
    st.tuples(st.sampled_from(["medqa", "medmcqa", "pubmedqa"]), st.integers(1, 12)), max_size=80
)
weights = st.tuples(st.integers(1, 9), st.integers(0, 4), st.integers(0, 4))


def rows_of(sized):
    return [(f"c{n}", source) for n, (source, size) in enumerate(sized) for _ in range(size)]


def split(rows, shares=SHARES, seed=1):
    return assign_splits([c for c, _ in rows], [s for _, s in rows], shares=shares, seed=seed)


def shares_of(weighed):
    return dict(zip(SPLITS, (one / sum(weighed) for one in weighed), strict=True))


@given(clusters, weights, st.integers(0, 2**62))
def test_a_cluster_is_in_one_split_and_a_share_of_0_gets_no_row(sized, weighed, seed):
    rows, shares = rows_of(sized), shares_of(weighed)
    found = split(rows, shares, seed)
    assert len(set(zip((c for c, _ in rows), found, strict=True))) == len(sized)
    assert all(shares[name] > 0 for name in found)


@given(clusters, weights, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_nothing(sized, weighed, draw):
    rows, shares = rows_of(sized), shares_of(weighed)
    before = dict(zip(rows, split(rows, shares), strict=True))
    draw.shuffle(rows)
    assert dict(zip(rows, split(rows, shares), strict=True)) == before


@given(clusters, weights)
def test_shares_are_met_as_closely_as_whole_clusters_allow(sized, weighed):
    """Overall and in each source, no split is further off than by its clusters' size and a row."""
    rows, shares = rows_of(sized), shares_of(weighed)
    found = split(rows, shares)
    for source in {source for _, source in rows}:
        inside = [one for one, (_, of) in zip(found, rows, strict=True) if of == source]
        largest = max(size for of, size in sized if of == source)
        assert off(inside, shares) <= 2 * largest + 1
    assert not sized or off(found, shares) <= 2 * max(size for _, size in sized) + 1


def off(found, shares):
    counted = Counter(found)
    return max(abs(counted[name] - shares[name] * len(found)) for name in SPLITS)


@given(st.integers(20, 300), st.integers(0, 1000))
def test_single_questions_meet_the_shares_to_the_row(count, seed):
    found = split([(f"q{n}", "medqa") for n in range(count)], seed=seed)
    assert off(found, SHARES) < 1


def test_many_small_sources_still_add_up_to_the_shares():
    found = split([(f"q{n}", f"source {n}") for n in range(200)])
    assert Counter(found) == {"train": 160, "validation": 20, "test": 20}


def test_the_seed_decides_and_nothing_else():
    rows = [(f"q{n}", "medqa") for n in range(60)]
    assert split(rows, seed=1) == split(rows, seed=1) != split(rows, seed=2)


def test_every_question_of_one_size_has_its_chance_of_the_test_split():
    rows = [(f"q{n}", "medqa") for n in range(20)]
    counted: Counter[int] = Counter()
    for seed in range(400):
        counted.update(n for n, one in enumerate(split(rows, seed=seed)) if one == "test")
    assert min(counted[n] for n in range(20)) > 20  # 40 of 400 are expected


def test_one_large_cluster_goes_where_it_fits_best():
    rows = rows_of([("medqa", 30), *[("medqa", 1)] * 10])
    found = dict(zip((c for c, _ in rows), split(rows), strict=True))
    assert found["c0"] == "train"
    assert Counter(found.values()) == {"train": 3, "validation": 4, "test": 4}


def test_a_large_cluster_in_one_source_costs_another_nothing():
    rows = rows_of([("a", 100), *[("b", 1)] * 100])
    found = Counter(
        one for one, (_, source) in zip(split(rows), rows, strict=True) if source == "b"
    )
    assert all(abs(found[name] - 100 * SHARES[name]) <= 1 for name in SPLITS)


def test_a_cluster_of_two_sources_stays_whole():
    rows = [("both", "a"), ("both", "b"), ("x", "a"), ("y", "b"), ("z", "b")]
    assert len({one for one, (c, _) in zip(split(rows), rows, strict=True) if c == "both"}) == 1


@pytest.mark.parametrize(
    "shares",
    [
        {"train": 0.9, "validation": 0.05, "test": 0.1},
        {"train": 1.2, "validation": -0.1, "test": -0.1},
        {"train": 1.0},
        {"train": float("nan"), "validation": 0.5, "test": 0.5},
        {**SHARES, "dev": 0.0},
    ],
)
def test_shares_that_are_none_are_refused(shares):
    with pytest.raises(ValueError, match=r"[Ss]hare"):
        check_shares(shares)


def test_it_is_told_how_each_source_came_out():
    rows = [*[(f"q{n}", "medqa") for n in range(100)], ("p1", "pubmedqa"), ("p1", "pubmedqa")]
    found = split(rows)
    table = told([c for c, _ in rows], [s for _, s in rows], found, shares=SHARES)
    assert [one.source for one in table] == ["medqa", "pubmedqa"]
    assert table[0].rows == {"train": 80, "validation": 10, "test": 10}
    assert (table[0].clusters, table[0].caution) == (100, "")
    assert table[1].rows == {"train": 2, "validation": 0, "test": 0}
    assert table[1].caution == (
        "pubmedqa: 1 cluster of near-duplicate questions, so none of its rows is in validation "
        "and test"
    )
