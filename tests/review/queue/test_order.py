"""The reviewers' orders: their own, spread evenly, and not disturbed by an item added later."""

from collections import Counter
from itertools import pairwise

from review.queue.order import (
    BUCKET_SIZE,
    MAX_BUCKETS,
    bucket_of,
    bucket_order,
    buckets_for,
    windows,
)
from tests.review.queue.whole_order import order_key

SEED, BUCKETS = 7, 16
CODES = [f"code{number}" for number in range(500)]


def order(reviewer_id: int, codes: list[str], buckets: int = BUCKETS) -> list[str]:
    return sorted(
        codes, key=lambda code: order_key(code, seed=SEED, reviewer_id=reviewer_id, buckets=buckets)
    )


def test_adding_an_item_reshuffles_nobody():
    more = order(1, [*CODES, "late"])
    assert [code for code in more if code != "late"] == order(1, CODES)


def test_each_reviewer_and_each_study_has_another_order():
    assert order(1, CODES) != order(2, CODES)
    assert bucket_order(SEED, 1, BUCKETS) != bucket_order(SEED + 1, 1, BUCKETS)
    assert sorted(bucket_order(SEED, 1, BUCKETS)) == list(range(BUCKETS))


def test_orders_of_two_reviewers_are_unrelated():
    place = {code: number for number, code in enumerate(order(1, CODES))}
    theirs = [place[code] for code in order(2, CODES)]
    rising = sum(a < b for a, b in pairwise(theirs))
    assert 200 < rising < 300


def test_buckets_are_of_a_size_and_a_small_study_has_one():
    assert buckets_for(0) == buckets_for(BUCKET_SIZE) == 1
    assert buckets_for(10**9) == MAX_BUCKETS
    held = Counter(bucket_of(code, seed=SEED, buckets=BUCKETS) for code in CODES)
    assert len(held) == BUCKETS
    assert max(held.values()) < 2 * 500 / BUCKETS + 10


def test_windows_go_once_around_from_anywhere():
    for start in (0, 5, 99):
        seen = [at % 100 for window in windows(100, start=start) for at in window]
        assert seen[0] == start
        assert sorted(seen) == list(range(100))
    assert len(list(windows(4096, start=3))) <= 6
