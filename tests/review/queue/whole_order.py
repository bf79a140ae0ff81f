"""A reviewer's whole order of a study, which the queue itself only reads window by window."""

from review.queue.order import bucket_of, bucket_order, rank_in_bucket


def order_key(code: str, *, seed: int, reviewer_id: int, buckets: int) -> tuple[int, int]:
    """Where the item stands in the reviewer's whole order."""
    bucket = bucket_of(code, seed=seed, buckets=buckets)
    lap = bucket_order(seed, reviewer_id, buckets)
    return lap.index(bucket), rank_in_bucket(code, seed=seed, reviewer_id=reviewer_id)
