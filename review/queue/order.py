"""The order in which a reviewer meets a study's items: a keyed hash, in buckets.

An item's bucket is a hash of the study's seed and its code; each reviewer walks the buckets in
an order of their own, and the items of a bucket in an order of their own. The queue reads one
bucket at a time, so a claim costs the same early and late in a study, and adding an item changes
nobody's order. A study of up to BUCKET_SIZE items has one bucket: a plain keyed hash.
"""

import hashlib
from collections.abc import Iterator
from functools import lru_cache

BUCKET_SIZE = 32
MAX_BUCKETS = 4096


def buckets_for(items: int) -> int:
    """How many buckets a study of so many items has; fixed once the study is open."""
    return max(1, min(MAX_BUCKETS, items // BUCKET_SIZE))


def bucket_of(code: str, *, seed: int, buckets: int) -> int:
    """The item's bucket: the same for every reviewer, and independent of the kind of item."""
    return keyed_hash(seed, "bucket", code) % buckets


@lru_cache(maxsize=512)
def bucket_order(seed: int, reviewer_id: int, buckets: int) -> tuple[int, ...]:
    """The buckets in the order in which this reviewer walks them."""
    return tuple(sorted(range(buckets), key=lambda bucket: keyed_hash(seed, reviewer_id, bucket)))


def rank_in_bucket(code: str, *, seed: int, reviewer_id: int) -> int:
    """The item's sort key within its bucket, for this reviewer."""
    return keyed_hash(seed, reviewer_id, code)


def windows(buckets: int, *, start: int) -> Iterator[range]:
    """One lap of positions from `start`, in windows of 1, 8, 64 ... positions.

    Positions may exceed `buckets`: take them modulo `buckets`. The first window nearly always
    has an item; the wider ones find the last items of a study in a few queries.
    """
    begin, end, width = start, start + buckets, 1
    while begin < end:
        yield range(begin, min(begin + width, end))
        begin, width = begin + width, width * 8


def keyed_hash(seed: int, *parts: object) -> int:
    """A 64-bit hash of the study's seed and the parts."""
    text = ":".join(map(str, (seed, *parts)))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")
